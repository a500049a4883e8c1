/** A process of its own that does what its arguments say, for tests that kill it. */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const root = join(import.meta.dirname, "../..");

/** Runs a module's code in a process of its own, and waits for the first line that it prints. */
export async function startModule(code: string): Promise<{ readonly child: ChildProcess; readonly line: string }> {
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", code], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const lines = createInterface({ input: child.stdout });
  const line = await new Promise<string>((resolve, reject) => {
    lines.once("line", resolve);
    child.once("exit", (code_) => {
      reject(new Error(`it ended with ${String(code_)}`));
    });
  });
  return { child, line };
}

/** How a module's code imports one of Weir's. */
export function importing(names: string, path: string): string {
  return `import { ${names} } from ${JSON.stringify(fileURLToPath(new URL(`../../ci/${path}`, import.meta.url)))};`;
}

/** A process that has ended, but that nobody has asked for yet, is not alive. */
export function isAlive(pid: number): boolean {
  const file = `/proc/${String(pid)}/status`;
  return existsSync(file) && !/^State:\s+[ZX]/m.test(readFileSync(file, "utf8"));
}

/** Pids of processes that run with this word among their arguments. */
export function processesWith(word: string): readonly number[] {
  const listed = execFileSync("sh", ["-c", 'grep -lsz -e "$1" /proc/[0-9]*/cmdline || true', "sh", word], {
    encoding: "utf8",
    timeout: 10_000,
  });
  const pids = listed.split("\n").map((line) => Number(/\/proc\/(\d+)\//.exec(line)?.[1]));
  return pids.filter(
    (pid) => Number.isInteger(pid) && isAlive(pid) && !readFileSync(`/proc/${String(pid)}/cmdline`, "utf8").startsWith("grep"),
  );
}
