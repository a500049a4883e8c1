/** Runs a program that prepares the engine: with a deadline, its output kept, and ended when Weir is. */
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
    timeout: deadlineMs,
    killSignal: "SIGKILL",
    reject: false,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (note) {
    for await (const line of child.iterable({ from: "all" })) note(line.slice(0, 100));
  }
  const result = await child;
  if (result.exitCode === 0 && !result.timedOut) return result.all;
  const why = result.timedOut
    ? `did not end within ${String(deadlineMs / 1000)} s`
    : `failed with ${String(result.exitCode ?? result.signal ?? result.message)}`;
  const tail = result.all.split("\n").slice(-15).join("\n  ");
  throw infrastructureError(
    "engine.command-failed",
    `${argv.slice(0, 3).join(" ")} ${why}:\n  ${tail}`,
    "mend what the output names, then start it again",
  );
}
