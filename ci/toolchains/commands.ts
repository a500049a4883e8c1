/** What a stage runs for a package: the user's own commands first, then what its toolchain found. */
import type { Config } from "../config/schema.ts";
import type { StageName } from "../stages/catalogue.ts";
import type { Argv, Package, ReportFile, StageCommand } from "./toolchain.ts";

export const absent = (reason: string): StageCommand => ({ kind: "absent", reason });

export function command(
  from: string,
  commands: readonly Argv[],
  more: { reports?: readonly ReportFile[]; env?: Readonly<Record<string, string>> } = {},
): StageCommand {
  return { kind: "command", commands, from, ...more };
}

type Commanded = keyof Package["commands"];

/** The command of a stage with weir.yaml's `stages` laid over it. Stages that run no command of the app's have none. */
export function commandOf(stage: StageName, app: Package, config: Config): StageCommand | null {
  if (!(stage in app.commands)) return null;
  const found = app.commands[stage as Commanded];
  const wanted = config.stages[stage];
  const env = { ...(found.kind === "command" ? found.env : {}), ...wanted.env };
  const reports = wanted.reports ?? (found.kind === "command" ? found.reports : undefined) ?? [];
  if (wanted.commands !== null) return command(`weir.yaml stages.${stage}.commands`, wanted.commands, { env, reports });
  return found.kind === "command" ? { ...found, env, reports } : found;
}
