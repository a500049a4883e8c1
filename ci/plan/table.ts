/** A plan and an explanation as rows and lines of text that are safe to print; who prints them sees to widths and colours. */
import { oneOf, visible } from "../config/problem.ts";
import { at } from "../policy/policy.ts";
import type { Explanation } from "./explain.ts";
import type { Matrix } from "./matrix.ts";
import type { Plan } from "./plan.ts";

export const planColumns = ["stage", "decision", "why", "rule", "needs"] as const;

/** One row a stage, in the order of `planColumns`. */
export function planRows(plan: Plan): readonly (readonly string[])[] {
  return plan.stages.map((stage) =>
    [stage.name, stage.decision, stage.reason, ruleWords(stage), stage.needs.join(" ")].map(visible),
  );
}

/** The rule, and the line that holds it where that is one of the user's: all others are Weir's own. */
function ruleWords({ rule, source }: Plan["stages"][number]): string {
  return source.line === null ? rule : `${rule}, ${at(source)}`;
}

/** What the plan is for, in one line: "push to feature/x (feature → environment development), trusted, at 1a2b3c". */
export function planHeading(plan: Plan): string {
  const { event, branch, ref, target, sha, trust, dirty } = plan.trigger;
  const where = branch ?? ref?.replace(/^refs\/tags\//, "tag ") ?? "no known branch";
  const into = target === null ? "" : ` into ${target}`;
  const leads = plan.environment === null ? "no environment" : `environment ${plan.environment}`;
  const kind = plan.branchKind === null ? "" : ` (${plan.branchKind} → ${leads})`;
  const commit = sha === null ? "no commit" : `${sha.slice(0, 12)}${dirty ? " with uncommitted changes" : ""}`;
  return visible(`${plan.app}: ${event} on ${where}${into}${kind}, ${trust}, at ${commit}`);
}

/** What a person should know beside the table: of the trigger, then of the policy, then which packages are affected. */
export function planNotes(plan: Plan): readonly string[] {
  return [...new Set([...plan.trigger.notes, ...plan.notes, ...packageNotes(plan)])].map(visible);
}

const mostNamed = 5;

/** "packages: 2 of 5 are affected: libs/money (…), services/api (it needs libs/money)"; nothing where there is but one. */
function packageNotes({ packages = [] }: Plan): readonly string[] {
  const affected = packages.filter((each) => each.affected);
  const [first] = affected;
  if (packages.length < 2) return [];
  if (first === undefined) return [`packages: none of ${packages.length} is affected`];
  if (affected.length === packages.length && affected.every(({ reason }) => reason === first.reason))
    return [`packages: all ${packages.length} are affected: ${first.reason}`];
  const named = affected.slice(0, mostNamed).map(({ path, reason }) => `${path} (${reason})`);
  const more = affected.length > mostNamed ? `, and ${affected.length - mostNamed} more` : "";
  return [`packages: ${affected.length} of ${packages.length} are affected: ${named.join(", ")}${more}`];
}

/** Rules that skip a stage because of what changed, not because of where. */
const byChange = /^(paths|packages)\./;

/** What skipping by path and by package saves, by the times that the stages last took here; nothing where none is known. */
export function savingNotes(plan: Plan, ranMs: (stage: string) => number | null): readonly string[] {
  const saved = plan.stages.flatMap(({ name, decision, rule }) => {
    const took = decision === "skip" && byChange.test(rule) ? ranMs(name) : null;
    return took === null ? [] : [{ name, took }];
  });
  if (saved.length === 0) return [];
  const sum = saved.reduce((total, { took }) => total + took, 0);
  return [`skipped for what changed: ${saved.map(({ name }) => name).join(", ")}; they last took ${seconds(sum)} here`];
}

/** Whether a stage is skipped for what changed: only then does anybody ask how long it takes. */
export function skipsByChange(plan: Plan): boolean {
  return plan.stages.some(({ decision, rule }) => decision === "skip" && byChange.test(rule));
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

/** One stage in one line: `deploy: skipped: branch feature/x is of kind feature; …; rule policy.none, weir.yaml:12`. */
export function stageLine(stage: Plan["stages"][number]): string {
  const decision = stage.decision === "run" ? "runs" : "skipped";
  return visible(`${stage.name}: ${decision}: ${stage.reason}; rule ${stage.rule}, ${at(stage.source)}`);
}

/** The lines of `weir explain STAGE`. */
export function explanationLines(explanation: Explanation): readonly string[] {
  const { stage, summary, decision, rules, availability, toMakeItRun, neededBy } = explanation;
  const lines = [
    `${stage}: ${summary}`,
    stageLine(decision),
    ...(decision.needs.length === 0 ? [] : [`waits for: ${decision.needs.join(", ")}`]),
    ...(neededBy.length === 0 ? [] : [`needed by: ${neededBy.join(", ")}`]),
    `in the app: ${availability.available ? "there is something to run" : availability.reason}`,
    "rules about it:",
    ...rules.map((rule) => `  ${rule.holds ? "holds" : "  -  "} ${rule.action} ${rule.id} (${at(rule.source)}): ${rule.why}`),
    ...(toMakeItRun.length === 0 ? [] : ["it would run with:", ...toMakeItRun.map((way) => `  ${way}`)]),
  ];
  return lines.map(visible);
}

export const matrixColumns = ["kind", "event", "environment", "runs"] as const;

/** One row a kind and event, in the order of `matrixColumns`; events that come to the same are in one row. */
export function matrixRows(matrix: Matrix): readonly (readonly string[])[] {
  const rows = new Map<string, { kind: string; events: string[]; environment: string; runs: string }>();
  for (const cell of matrix) {
    const runs = cell.runs.length === 0 ? "nothing" : cell.runs.join(" ");
    const key = `${cell.kind}\n${runs}`;
    const row = rows.get(key) ?? { kind: cell.kind, events: [], environment: cell.environment ?? "none", runs };
    row.events.push(cell.event);
    rows.set(key, row);
  }
  return [...rows.values()].map((row) => [row.kind, oneOf(row.events), row.environment, row.runs].map(visible));
}
