/** Runs a program that prepares the engine: with a deadline, its output kept, and ended when Weir is. */
import { readdirSync, readFileSync } from "node:fs";
import { execa } from "execa";
import { infrastructureError } from "../../errors.ts";

export interface Command {
  readonly argv: readonly [string, ...string[]];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly deadlineMs: number;
  readonly note?: (line: string) => void;
}

/**
 * Runs it and returns its output. `setpriv --pdeathsig` ends the program when Weir dies of kill -9, so that no orphan
 * goes on writing into a folder that the next start cleans.
 * @throws WeirError `engine.command-failed` with the last lines of output.
 */
export async function runCommand({ argv, cwd, env, deadlineMs, note }: Command): Promise<string> {
  const child = execa("setpriv", ["--pdeathsig", "KILL", "--", ...argv], {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...env, LC_ALL: "C" },
    all: true,
    stdin: "ignore",
    reject: false,
    maxBuffer: 64 * 1024 * 1024,
  });
  const deadline = new AbortController();
  let timer = setTimeout(() => {
    deadline.abort();
    killTree(child.pid);
    // Whoever left the tree may hold its output still; nobody reads that any more.
    timer = setTimeout(() => {
      child.stdout.destroy();
      child.stderr.destroy();
    }, 500);
  }, deadlineMs);
  try {
    if (note) {
      for await (const line of child.iterable({ from: "all" })) note(line.slice(0, 100));
    }
    const result = await child;
    if (result.exitCode === 0 && !deadline.signal.aborted) return result.all;
    const why = deadline.signal.aborted
      ? `did not end within ${String(deadlineMs / 1000)} s`
      : `failed with ${String(result.exitCode ?? result.signal ?? result.message)}`;
    throw infrastructureError(
      "engine.command-failed",
      `${argv.slice(0, 3).join(" ")} ${why}:\n  ${lastLines(result.all)}`,
      "mend what the output names, then start it again",
    );
  } finally {
    clearTimeout(timer);
  }
}

/** A program's own children too: one that still holds its output would keep everybody waiting past the deadline. */
function killTree(root: number | undefined): void {
  if (root === undefined) return;
  const found = [root];
  for (const pid of found) found.push(...childrenOf(pid));
  for (const pid of found) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
  }
}

function childrenOf(pid: number): readonly number[] {
  try {
    const threads = readdirSync(`/proc/${String(pid)}/task`);
    const lists = threads.map((thread) => readFileSync(`/proc/${String(pid)}/task/${thread}/children`, "utf8"));
    return lists.flatMap((list) => list.split(" ").filter(Boolean).map(Number));
  } catch {
    return [];
  }
}

function lastLines(output: string): string {
  const lines = output.slice(-10_000).split("\n").slice(-15);
  return lines.map((line) => line.slice(-500)).join("\n  ");
}
