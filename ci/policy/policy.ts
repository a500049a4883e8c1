/**
 * From rules to decisions: Weir's own rules with the user's laid over them, and which one decides for a stage.
 * Binding rules come first; of the others that hold, the last one written decides, as in .gitignore.
 */
import type { PolicyConfig, PolicyRule, Waiver } from "../config/schema.ts";
import type { StageName } from "../stages/catalogue.ts";
import type { Event, Trust } from "../trigger/trigger.ts";
import type { BranchKind } from "./branches.ts";
import { defaultRules, type Rule, type RuleSource } from "./rules.ts";

/** What rules are held against. `kind` is null where no branch is known. */
export interface Situation {
  readonly kind: string | null;
  readonly event: Event;
  readonly trust: Trust;
}

/** Finds where a key of weir.yaml is written. */
export type Locate = (path: readonly (string | number)[]) => RuleSource | null;

export interface ActiveWaiver extends Waiver {
  readonly source: RuleSource;
}

/** All rules that can decide, in the order in which later ones win, and the waivers that hold today. */
export interface Policy {
  readonly rules: readonly Rule[];
  readonly waivers: readonly ActiveWaiver[];
  /** What a person should know of the user's part: an expired waiver, a rule that can't be replaced. */
  readonly notes: readonly string[];
}

export type Verdict =
  | { readonly by: "rule"; readonly rule: Rule }
  | { readonly by: "waiver"; readonly rule: Rule; readonly waiver: ActiveWaiver }
  | { readonly by: "nothing" };

/** Weir's rules for these kinds, with the user's rules and the waivers that hold now laid over them. */
export function policyOf(kinds: readonly BranchKind[], config: PolicyConfig, locate: Locate, now: Date): Policy {
  const day = now.toISOString().slice(0, 10);
  const own = defaultRules(kinds.map((kind) => kind.kind));
  const binding = new Set(own.filter((rule) => rule.binding).map((rule) => rule.id));
  const written = config.rules.map((rule, index) => userRule(rule, sourceOf(locate, ["policy", "rules", index])));
  const taken = written.filter((rule) => !binding.has(rule.id));
  const replaced = new Set(taken.map((rule) => rule.id));
  const rules = [...own.filter((rule) => !replaced.has(rule.id)), ...taken];
  const known = new Set(rules.map((rule) => rule.id));
  const waivers = config.waive.map((waiver, index) => ({ ...waiver, source: sourceOf(locate, ["policy", "waive", index]) }));
  return {
    rules,
    waivers: waivers.filter((waiver) => waiverProblem(waiver, known, binding, day) === null),
    notes: [
      ...written
        .filter((rule) => binding.has(rule.id))
        .map((rule) => `rule ${rule.id} is binding: ${at(rule.source)} does not replace it`),
      ...waivers.flatMap((waiver) => waiverProblem(waiver, known, binding, day) ?? []),
    ],
  };
}

function waiverProblem(
  waiver: ActiveWaiver,
  known: ReadonlySet<string>,
  binding: ReadonlySet<string>,
  day: string,
): string | null {
  const where = at(waiver.source);
  if (!known.has(waiver.rule)) return `${where} waives rule ${waiver.rule}, which does not exist`;
  if (binding.has(waiver.rule)) return `${where} waives rule ${waiver.rule}, which is binding: it holds all the same`;
  return day > waiver.until
    ? `the waiver of rule ${waiver.rule} (${where}) ended on ${waiver.until}: the rule holds again`
    : null;
}

function userRule(rule: PolicyRule, source: RuleSource): Rule {
  return {
    id: rule.id,
    stage: rule.stage,
    kinds: rule.kinds,
    events: rule.events,
    trust: null,
    action: rule.action,
    reason: rule.reason,
    binding: false,
    promotes: false,
    source,
  };
}

/** The source of a key: its line in weir.yaml, or at least the file. */
export function sourceOf(locate: Locate, path: readonly (string | number)[]): RuleSource {
  const { file, line } = locate(path) ?? { file: "weir.yaml", line: null };
  return { file, line };
}

/** A source as people write it: `weir.yaml:12`. */
export function at(source: RuleSource): string {
  return source.line === null ? source.file : `${source.file}:${String(source.line)}`;
}

export type Mismatch = "kind" | "event" | "trust";

/** In what the situation differs from what a rule is for; empty where the rule holds. */
export function mismatches(rule: Rule, situation: Situation): readonly Mismatch[] {
  const differs: Readonly<Record<Mismatch, boolean>> = {
    kind: rule.kinds !== null && !rule.kinds.includes(situation.kind),
    event: rule.events !== null && !rule.events.includes(situation.event),
    trust: rule.trust !== null && rule.trust !== situation.trust,
  };
  return (["kind", "event", "trust"] as const).filter((what) => differs[what]);
}

/** Which rule decides on a stage. */
export function judge(stage: StageName, policy: Policy, situation: Situation): Verdict {
  const holding = policy.rules.filter((rule) => rule.stage === stage && mismatches(rule, situation).length === 0);
  const binding = holding.find((rule) => rule.binding);
  if (binding !== undefined) return { by: "rule", rule: binding };
  const waiverOf = (rule: Rule): ActiveWaiver | undefined => policy.waivers.find((waiver) => waiver.rule === rule.id);
  const rule = holding.findLast((candidate) => waiverOf(candidate) === undefined);
  if (rule !== undefined) return { by: "rule", rule };
  const waived = holding.at(-1);
  const waiver = waived === undefined ? undefined : waiverOf(waived);
  return waived === undefined || waiver === undefined ? { by: "nothing" } : { by: "waiver", rule: waived, waiver };
}
