/** All that bears on one stage: every rule about it and whether it holds here, and all that would make it run. */
import { oneOf, suggest, visible } from "../config/problem.ts";
import { usageError, type WeirError } from "../errors.ts";
import { mismatches, type Mismatch, type Situation } from "../policy/policy.ts";
import { delivery, type Rule, type RuleSource } from "../policy/rules.ts";
import type { StageName } from "../stages/catalogue.ts";
import type { Availability, Context } from "./decide.ts";
import { makePlan, prepare, type PlanInput } from "./make.ts";
import { entryOf, stageNames, stages } from "./needs.ts";
import type { PlannedStage } from "./plan.ts";

export interface ExplainedRule {
  readonly id: string;
  readonly action: Rule["action"];
  readonly source: RuleSource;
  readonly holds: boolean;
  /** What it is for; where it does not hold, what differs here. */
  readonly why: string;
}

export interface Explanation {
  readonly stage: StageName;
  readonly summary: string;
  readonly decision: PlannedStage;
  readonly rules: readonly ExplainedRule[];
  readonly availability: Availability;
  /** Sentences, each a way to make it run; empty where it runs. */
  readonly toMakeItRun: readonly string[];
  readonly neededBy: readonly StageName[];
}

export type ExplainResult =
  { readonly ok: true; readonly explanation: Explanation } | { readonly ok: false; readonly error: WeirError };

/** Explains a stage by the name that a person typed. */
export function explain(stage: string, input: PlanInput): ExplainResult {
  const name = stageNames.find((known) => known === stage);
  if (name === undefined) {
    return {
      ok: false,
      error: usageError("explain.stage", `there is no stage ${visible(stage)}`, suggest(stage, stageNames)),
    };
  }
  const made = makePlan(input);
  if (!made.ok) return made;
  const prepared = prepare(input);
  if (!prepared.ok) return prepared;
  const decision = made.plan.stages.find((planned) => planned.name === name);
  if (decision === undefined) throw new Error(`the plan lacks ${name}`);
  return { ok: true, explanation: explanationOf(name, decision, prepared.context) };
}

function explanationOf(stage: StageName, decision: PlannedStage, context: Context): Explanation {
  const rules = context.policy.rules.filter((rule) => rule.stage === stage);
  return {
    stage,
    summary: entryOf(stage).summary,
    decision,
    rules: rules.map((rule) => explainRule(rule, context)),
    availability: context.availability[stage] ?? { available: true },
    toMakeItRun: decision.decision === "run" ? [] : waysToRun(stage, decision, rules, context),
    neededBy: stages.filter((other) => other.needs.includes(stage)).map((other) => other.name),
  };
}

function explainRule(rule: Rule, { situation, policy }: Context): ExplainedRule {
  const differing = mismatches(rule, situation);
  const waiver = rule.binding ? undefined : policy.waivers.find((one) => one.rule === rule.id);
  const purpose = rule.reason === null ? scope(rule) : `${scope(rule)}: ${rule.reason}`;
  const differs = differing.map((what) => difference(what, situation));
  const why = [purpose, ...differs, ...(waiver === undefined ? [] : [`waived until ${waiver.until}: ${waiver.reason}`])];
  return {
    id: rule.id,
    action: rule.action,
    source: rule.source,
    holds: differing.length === 0 && waiver === undefined,
    why: why.join("; "),
  };
}

/** What a rule is for: "on push or manual, kind feature". */
function scope(rule: Rule): string {
  const events = rule.events === null ? "on every event" : `on ${oneOf(rule.events)}`;
  const kinds =
    rule.kinds === null ? "every kind" : oneOf(rule.kinds.map((kind) => (kind === null ? "no known branch" : `kind ${kind}`)));
  return rule.trust === null ? `${events}, ${kinds}` : `${events}, ${kinds}, ${rule.trust} triggers`;
}

function difference(what: Mismatch, { kind, event, trust }: Situation): string {
  switch (what) {
    case "kind":
      return kind === null ? "here no branch is known" : `here the kind is ${kind}`;
    case "event":
      return `here the event is ${event}`;
    case "trust":
      return `here the trigger is ${trust}`;
  }
}

/** What would change a decision, by the beginning of the id of the rule that decided. */
const remedies: readonly (readonly [string, (stage: StageName, rule: string) => string])[] = [
  ["trust.", () => "a trigger that is trusted: no rule, waiver or flag does it"],
  ["unknown.", () => "a branch: --branch names one"],
  ["unknown-event.", () => "an event that Weir knows: --event names one"],
  ["flag.unproven", () => "leaving out the flag that leaves a check out"],
  ["flag.", () => "leaving out the flag"],
  ["app.absent", (stage) => `something in the app for it to run, or \`stages.${stage}.commands\` in weir.yaml`],
  ["stages.skip", (stage) => `taking \`stages.${stage}.skip\` out of weir.yaml`],
  ["environment.none", () => "an environment for the branch's kind: `branches.<kind>.environment` in weir.yaml"],
  ["needs.", (_stage, rule) => `whatever makes ${rule.slice("needs.".length)} run`],
  ["packages.", (stage) => `a change to the app's own package or to one that it needs, or --only ${stage}`],
  ["paths.", (stage) => `a change to a file that fits \`policy.paths.${stage}\` in weir.yaml, or --only ${stage}`],
];

function waysToRun(stage: StageName, decision: PlannedStage, rules: readonly Rule[], context: Context): readonly string[] {
  const remedy = remedies.find(([start]) => decision.rule.startsWith(start));
  if (remedy !== undefined) return [remedy[1](stage, decision.rule)];
  const deciding = rules.find((rule) => rule.id === decision.rule);
  const undone = deciding === undefined ? [] : [deciding.action === "skip" ? `rule ${deciding.id} gone` : "the waiver's end"];
  const elsewhere = rules
    .filter((rule) => rule.action !== "skip" && mismatches(rule, context.situation).length > 0 && !isForUnknown(rule))
    .map((rule) => `${scope(rule)} (rule ${rule.id})`);
  const added = `a rule in weir.yaml: \`policy.rules\` with \`stage: ${stage}\` and \`action: run\``;
  return [...undone, ...elsewhere, added, ...(delivery.includes(stage) ? [] : [`--only ${stage}`])];
}

/** Rules for what Weir can't tell are no way to make a stage run. */
function isForUnknown(rule: Rule): boolean {
  return rule.kinds?.includes(null) === true || rule.events?.includes("unknown") === true;
}
