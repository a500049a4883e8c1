/** `weir run`: the pipeline with a view on it, and its end as a summary or as JSON. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { plainProgress } from "../engine/progress.ts";
import type { ExitCode } from "../errors.ts";
import { runPipeline } from "../pipeline.ts";
import { renderSummary } from "../report/console.ts";
import { createView } from "../report/live.ts";
import { version } from "../version.ts";
import { selectionOf, simulateOf, type RunFlags } from "./flags.ts";
import { print } from "./output.ts";

interface Flags extends RunFlags {
  readonly fresh?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

export async function runCommand(flags: Flags, signal: AbortSignal): Promise<ExitCode> {
  const json = flags.json === true;
  const stream = json ? process.stderr : process.stdout;
  const interactive = stream.isTTY && process.env["CI"] === undefined && process.env["TERM"] !== "dumb";
  // isTTY is undefined for a file, whatever its type says; left so, the colours' library would decide by itself.
  const isTerminal: unknown = stream.isTTY;
  const colour = isTerminal === true && (process.env["NO_COLOR"] ?? "") === "";
  const { record, folder } = await runPipeline({
    source: flags.source ?? ".",
    env: process.env,
    simulate: simulateOf(flags),
    selection: selectionOf(flags),
    fresh: flags.fresh === true,
    weirVersion: version,
    progress: plainProgress((line) => stream.write(`weir │ ${line}\n`)),
    signal,
    view: (plan) => createView({ stream, interactive, colour, quiet: flags.quiet === true, stages: plan.stages }),
  });
  // A host shows one file of tests; on a laptop nobody would read it, and merging costs a warm run a tenth of its time.
  if (record.plan.trigger.host !== "local") await (await import("../hosts/junit.ts")).writeJunit(folder.path, record);
  if (json) print(JSON.stringify(record, null, 2));
  else
    print(
      renderSummary(record, {
        colour,
        width: stream.columns || 100,
        runDir: folder.path,
        logTail: logTailOf(folder.path, record),
      }),
    );
  return record.exitCode;
}

function logTailOf(
  path: string,
  { stages }: { readonly stages: readonly { readonly name: string; readonly log: string | null }[] },
) {
  return (stage: string): string | null => {
    const log = stages.find(({ name }) => name === stage)?.log ?? null;
    if (log === null || !existsSync(join(path, log))) return null;
    return readFileSync(join(path, log), "utf8");
  };
}
