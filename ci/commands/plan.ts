/** `weir plan` and `weir explain`: what would run and why, without an engine. */
import { ExitCode } from "../errors.ts";
import { explain } from "../plan/explain.ts";
import { planJson } from "../plan/json.ts";
import { planMatrix } from "../plan/matrix.ts";
import { planMermaid } from "../plan/mermaid.ts";
import type { Plan } from "../plan/plan.ts";
import {
  explanationLines,
  matrixColumns,
  matrixRows,
  planColumns,
  planHeading,
  planNotes,
  planRows,
  savingNotes,
  skipsByChange,
} from "../plan/table.ts";
import { planInput, planOf, readWorld } from "../world.ts";
import { selectionOf, simulateOf, type RunFlags } from "./flags.ts";
import { print, table } from "./output.ts";

interface PlanFlags extends RunFlags {
  readonly json?: boolean;
  readonly graph?: boolean;
  readonly all?: boolean;
}

export async function planCommand(flags: PlanFlags): Promise<ExitCode> {
  const world = await readWorld({ source: flags.source ?? ".", env: process.env, simulate: simulateOf(flags) });
  if (flags.all === true) {
    print(table(matrixColumns, matrixRows(planMatrix(planInput(world, {}, new Date())))));
    return ExitCode.passed;
  }
  const plan = planOf(world, selectionOf(flags), new Date());
  if (flags.json === true) print(planJson(plan).trimEnd());
  else if (flags.graph === true) print(planMermaid(plan).trimEnd());
  else {
    const notes = [...planNotes(plan), ...(await savings(plan, world.source))];
    print([planHeading(plan), "", table(planColumns, planRows(plan)), ...notes].join("\n"));
  }
  return ExitCode.passed;
}

/** Read only where there is something to tell: most plans need no history. */
async function savings(plan: Plan, source: string): Promise<readonly string[]> {
  if (!skipsByChange(plan)) return [];
  const { readHistory } = await import("../execute/history.ts");
  const history = readHistory(source);
  return savingNotes(plan, (stage) => history.ranMs(stage));
}

export async function explainCommand(stage: string, flags: RunFlags): Promise<ExitCode> {
  const world = await readWorld({ source: flags.source ?? ".", env: process.env, simulate: simulateOf(flags) });
  const explained = explain(stage, planInput(world, selectionOf(flags), new Date()));
  if (!explained.ok) throw explained.error;
  print(explanationLines(explained.explanation).join("\n"));
  return ExitCode.passed;
}
