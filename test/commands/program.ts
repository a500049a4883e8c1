/** The command line's program, without its start: importing ci/cli.ts runs it, so it is given `--version` to run. */
import type { Command } from "commander";
import { vi } from "vitest";
import type * as Cli from "../../ci/cli.ts";
import type { ExitCode } from "../../ci/errors.ts";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

async function load(): Promise<typeof Cli> {
  const { argv } = process;
  const before = new Map(signals.map((name) => [name, process.listeners(name)]));
  // What ends the process half a second after the command line has done its work.
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  process.argv = ["node", "weir", "--version"];
  try {
    return await import("../../ci/cli.ts");
  } finally {
    process.argv = argv;
    process.exitCode = undefined;
    write.mockRestore();
    vi.clearAllTimers();
    vi.useRealTimers();
    for (const [name, listeners] of before)
      for (const each of process.listeners(name)) if (!listeners.includes(each)) process.off(name, each);
  }
}

const { program, reportError } = await load();
export { reportError };

export const signal = new AbortController().signal;

/** Every command that does something, by its words: `weir engine up`. */
export function commands(): ReadonlyMap<string, Command> {
  const found = new Map<string, Command>();
  const visit = (command: Command, words: string) => {
    if (command.commands.length === 0) found.set(words, command);
    for (const each of command.commands) visit(each, `${words} ${each.name()}`);
  };
  visit(
    program(() => undefined, signal),
    "weir",
  );
  return found;
}

export interface Parsed {
  readonly code: ExitCode | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Parses a command line as the process would; `code` is what the process would end with. */
export async function parse(...argv: readonly string[]): Promise<Parsed> {
  let code: ExitCode | null = null;
  const said = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockImplementation((text) => {
      said[name] += String(text);
      return true;
    }),
  );
  try {
    await program((result) => {
      code = result;
    }, signal).parseAsync(["node", "weir", ...argv]);
  } catch (error) {
    code = reportError(error, (text) => (said.stderr += text));
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return { code, ...said };
}
