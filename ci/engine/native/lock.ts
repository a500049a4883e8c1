/**
 * One at a time: `up`, `down` and `prune` of one engine folder. The lock is flock(2)'s, held by a child that ends when
 * this process does, so that the kernel frees it after kill -9 too.
 */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { execa } from "execa";
import { infrastructureError } from "../../errors.ts";

/** Runs `work` while holding the lock file; waits for it at most `waitMs`. */
export async function withLock<T>(file: string, waitMs: number, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  const holder = execa("flock", ["--wait", String(Math.ceil(waitMs / 1000)), file, "sh", "-c", "echo held; cat >/dev/null"], {
    stdin: "pipe",
    stdout: "pipe",
    reject: false,
    buffer: false,
    // Not in this process's group: a Ctrl-C is for Weir, which then lets go by ending.
    detached: true,
  });
  const held = await new Promise<boolean>((resolve) => {
    holder.stdout.once("data", () => {
      resolve(true);
    });
    void holder.finally(() => {
      resolve(false);
    });
  });
  if (!held) {
    throw infrastructureError(
      "engine.locked",
      `another Weir has held ${file} for ${String(waitMs / 1000)} s`,
      "wait for it, or end the process that `fuser` names for that file",
    );
  }
  try {
    return await work();
  } finally {
    holder.stdin.end();
    await holder;
  }
}
