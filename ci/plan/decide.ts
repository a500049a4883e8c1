/** One stage's decision: what says that it runs (`ruling`), and what keeps it from running all the same (`hindrance`). */
import type { PolicyConfig } from "../config/schema.ts";
import { judge, type Policy, type Situation, type Verdict } from "../policy/policy.ts";
import { defaults, delivery, type Rule, type RuleSource } from "../policy/rules.ts";
import type { StageName } from "../stages/catalogue.ts";
import type { Trigger } from "../trigger/trigger.ts";
import { concerns } from "./affected.ts";
import { closure, entryOf, worksOnOf } from "./needs.ts";
import { noRule, occasion } from "./reasons.ts";
import type { Selected } from "./select.ts";

/** Whether the app has something for a stage to run. */
export type Availability = { readonly available: true } | { readonly available: false; readonly reason: string };

export interface Context {
  readonly app: string;
  readonly trigger: Trigger;
  readonly policy: Policy;
  readonly situation: Situation;
  readonly environment: string | null;
  /** null: no flags, or to be decided as if there were none. */
  readonly selected: Selected | null;
  /** Why weir.yaml never runs a stage. */
  readonly skips: Partial<Readonly<Record<StageName, string | null>>>;
  readonly paths: PolicyConfig["paths"];
  /** Why no stage has anything new to run on: what changed does not concern the app's package. null: it does. */
  readonly unaffected: string | null;
  readonly availability: Partial<Readonly<Record<StageName, Availability>>>;
  readonly sourceOf: (path: readonly (string | number)[]) => RuleSource;
}

export interface Decision {
  readonly decision: "run" | "skip";
  readonly rule: string;
  readonly source: RuleSource;
  readonly reason: string;
  readonly required: boolean;
  readonly promotes: boolean;
}

const flags: RuleSource = { file: "command line", line: null };
const packages: RuleSource = { file: "weir defaults (ci/plan/affected.ts)", line: null };
const planning: RuleSource = { file: "weir defaults (ci/plan/decide.ts)", line: null };

function skip(rule: string, source: RuleSource, reason: string): Decision {
  return { decision: "skip", rule, source, reason, required: false, promotes: false };
}

/** What flags, weir.yaml and the rules say of a stage, before it is asked whether it can. */
export function ruling(stage: StageName, context: Context): Decision {
  return leftOut(stage, context) ?? neverRun(stage, context) ?? byRules(stage, context);
}

function leftOut(stage: StageName, { selected }: Context): Decision | null {
  const flag = selected?.leftOutBy(stage) ?? null;
  if (selected === null || flag === null) return null;
  const words = `--${flag} ${selected.named(flag).join(",")}`;
  return skip(`flag.${flag}`, flags, flag === "skip" ? `left out by ${words}` : `not part of ${words}`);
}

function neverRun(stage: StageName, { skips, sourceOf }: Context): Decision | null {
  const reason = skips[stage] ?? null;
  return reason === null ? null : skip("stages.skip", sourceOf(["stages", stage, "skip"]), reason);
}

function byRules(stage: StageName, context: Context): Decision {
  const verdict = judge(stage, context.policy, context.situation);
  const decided = ofVerdict(stage, verdict, context);
  const asked = context.selected?.askedBy(stage) ?? null;
  if (decided.decision === "run" || asked === null || delivery.includes(stage)) return decided;
  const reason =
    asked.named === stage ? `asked for by --${asked.flag}` : `${asked.named}, asked for by --${asked.flag}, needs it`;
  return { decision: "run", rule: `flag.${asked.flag}`, source: flags, reason, required: false, promotes: false };
}

function ofVerdict(stage: StageName, verdict: Verdict, context: Context): Decision {
  const { trigger, situation, policy } = context;
  switch (verdict.by) {
    case "nothing":
      return skip("policy.none", defaults, noRule(stage, policy, situation, trigger));
    case "waiver":
      return skip(verdict.rule.id, verdict.waiver.source, `waived until ${verdict.waiver.until}: ${verdict.waiver.reason}`);
    case "rule":
      return ofRule(stage, verdict.rule, occasion(trigger, situation.kind));
  }
}

function ofRule(stage: StageName, rule: Rule, fact: string): Decision {
  const reason = rule.reason === null ? fact : `${fact}: ${rule.reason}`;
  if (rule.action === "skip") return skip(rule.id, rule.source, reason);
  const required = rule.action === "require" || entryOf(stage).whenAbsent === "fail";
  return { decision: "run", rule: rule.id, source: rule.source, reason, required, promotes: rule.promotes };
}

/** What else bears on a stage that is to run. */
export interface Surroundings {
  readonly ruled: Decision;
  /** The stages decided so far that run; all that this one needs are decided. */
  readonly running: ReadonlySet<StageName>;
  /** The stages that would run if no flag were given. */
  readonly wanted: ReadonlySet<StageName>;
}

type Hindrance = (stage: StageName, context: Context, around: Surroundings) => Decision | null;

/** In the order in which they are named as the reason. */
const possible: readonly Hindrance[] = [unconcerned, unaffected, nowhere, absent, nothingToWorkOn, unproven];

/** The first thing that keeps a stage from running that is to run; null where nothing does. */
export function hindrance(stage: StageName, context: Context, around: Surroundings): Decision | null {
  for (const possibly of possible) {
    const found = possibly(stage, context, around);
    if (found !== null) return found;
  }
  return null;
}

/** Why every file counts as changed for some events and kinds, so that what filters missed is found; null for others. */
export function runsAll({ event, kind }: Situation): string | null {
  if (event === "schedule") return "a scheduled run runs everything";
  return kind === "main" || kind === "production" ? `kind ${kind} runs everything` : null;
}

function unconcerned(stage: StageName, context: Context): Decision | null {
  const filters = context.paths[stage];
  if (filters === undefined || isAsked(stage, context) || runsAll(context.situation) !== null) return null;
  if (concerns(filters, context.trigger.changedFiles)) return null;
  return skip(`paths.${stage}`, context.sourceOf(["policy", "paths", stage]), `no changed file fits ${filters.join(", ")}`);
}

function isAsked(stage: StageName, { selected }: Context): boolean {
  return (selected?.askedBy(stage) ?? null) !== null;
}

/** Path filters of the stage's own say more than the packages do. */
function unaffected(stage: StageName, context: Context): Decision | null {
  if (context.unaffected === null || context.paths[stage] !== undefined || isAsked(stage, context)) return null;
  return skip("packages.unaffected", packages, context.unaffected);
}

function nowhere(stage: StageName, { environment, situation }: Context): Decision | null {
  if (stage !== "deploy" || environment !== null) return null;
  return skip(
    "environment.none",
    planning,
    situation.kind === null ? "no branch is known" : `kind ${situation.kind} leads to no environment`,
  );
}

function absent(stage: StageName, { availability }: Context, { ruled }: Surroundings): Decision | null {
  const found = availability[stage];
  if (found === undefined || found.available || ruled.required || entryOf(stage).whenAbsent === "fail") return null;
  return skip("app.absent", planning, found.reason);
}

function nothingToWorkOn(stage: StageName, _context: Context, { ruled, running }: Surroundings): Decision | null {
  const missing = ruled.promotes ? undefined : worksOnOf(stage).find((need) => !running.has(need));
  return missing === undefined ? null : skip(`needs.${missing}`, planning, `it works on ${missing}, which does not run`);
}

/** A flag is no waiver: what the rules want proved is proved, or nothing leaves. */
function unproven(stage: StageName, context: Context, { running, wanted }: Surroundings): Decision | null {
  if (context.selected === null || !delivery.includes(stage)) return null;
  const missing = [...closure([stage])].find(
    (need) => need !== stage && !delivery.includes(need) && wanted.has(need) && !running.has(need),
  );
  return missing === undefined
    ? null
    : skip(
        "flag.unproven",
        planning,
        `${missing} is left out by a flag, and nothing unproven is delivered; a waiver in weir.yaml would allow it`,
      );
}
