/** What is seen while a run goes on: in a terminal a view that is drawn again and again, elsewhere plain lines. */
import type { PlannedStage } from "../plan/plan.ts";
import { createLineView } from "./live-lines.ts";
import type { StageResult } from "./report.ts";

export interface RunView {
  started(stage: string): void;
  /** A result is there: also that of a stage which never started. `log` is what the stage printed. */
  finished(result: StageResult, log: string | null): void;
  /** What a stage is at. */
  note(stage: string, line: string): void;
  /** Ends the view and gives the terminal back; at any moment, any number of times. Nothing is written after it. */
  close(): void;
}

export interface ViewOptions {
  readonly stream: NodeJS.WriteStream;
  /** A person watches: draw, move the cursor. */
  readonly interactive: boolean;
  readonly colour: boolean;
  /** Without the logs of stages that passed. */
  readonly quiet: boolean;
  readonly stages: readonly PlannedStage[];
}

/** The view for a run. It shows only stages that the plan runs, and keeps no process alive. */
export async function createView({ stages, ...options }: ViewOptions): Promise<RunView> {
  const names = stages.filter(({ decision }) => decision === "run").map(({ name }) => name);
  if (!options.interactive || names.length === 0) return createLineView({ ...options, names });
  // What draws takes longer to load than many a command takes to run, so only those load it that draw.
  const { createTerminalView } = await import("./live-terminal.ts");
  return createTerminalView({ ...options, names });
}
