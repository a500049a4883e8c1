/**
 * One at a time: `up`, `down` and `prune` of one engine folder. The lock is flock(2)'s, held by a child that ends when
 * this process does, so that the kernel frees it after kill -9 too.
 */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { execa } from "execa";
import { infrastructureError, messageOf, type WeirError } from "../../errors.ts";

/** Runs `work` while holding the lock file; waits for it at most `waitMs`. */
export async function withLock<T>(file: string, waitMs: number, work: () => Promise<T>): Promise<T> {
  makeFolder(file);
  const holder = execa("flock", ["--wait", String(Math.ceil(waitMs / 1000)), file, "sh", "-c", "echo held; cat >/dev/null"], {
    stdin: "pipe",
    stdout: "pipe",
    reject: false,
    buffer: { stdout: false },
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
  if (!held) throw refusal(file, waitMs, await holder);
  try {
    return await work();
  } finally {
    holder.stdin.end();
    await holder;
  }
}

function makeFolder(file: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
  } catch (error) {
    throw lockFailed(file, messageOf(error));
  }
}

const lockFailed = (file: string, why: string) =>
  infrastructureError("engine.lock-failed", `${file} can't be locked: ${why}`, "mend what it names; flock is part of util-linux");

/** flock ends with 1 where it waited in vain, and with others where it could not even try. */
function refusal(file: string, waitMs: number, { exitCode, stderr, message }: Ended): WeirError {
  if (exitCode !== 1) return lockFailed(file, stderr?.trim() ? stderr.trim() : (message ?? `exit code ${String(exitCode)}`));
  return infrastructureError(
    "engine.locked",
    `another Weir has held ${file} for ${String(waitMs / 1000)} s`,
    "wait for it, or end the process that `fuser` names for that file",
  );
}

interface Ended {
  readonly exitCode?: number | undefined;
  readonly stderr?: string | undefined;
  readonly message?: string | undefined;
}
