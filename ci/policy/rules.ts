/**
 * What runs when: the specification's table as data. Each row becomes one rule a stage, with the id `kind.stage`
 * (`feature.unit`), which weir.yaml's `policy` can replace, add to, or waive until a date.
 */
import { catalogue, type StageName } from "../stages/catalogue.ts";
import type { Event, Trust } from "../trigger/trigger.ts";

/** Where a rule is written: the user's file and line, or Weir's own defaults. */
export interface RuleSource {
  readonly file: string;
  readonly line: number | null;
}

export interface Rule {
  readonly id: string;
  readonly stage: StageName;
  /** The branch kinds that it holds for; null in the list: no branch is known. null for all: every kind. */
  readonly kinds: readonly (string | null)[] | null;
  readonly events: readonly Event[] | null;
  /** Only for triggers of this trust; null: for both. */
  readonly trust: Trust | null;
  /** run: it runs where the app has it. require: it runs and must find something to do. skip: it does not run. */
  readonly action: "run" | "skip" | "require";
  readonly reason: string | null;
  /** Holds before all others; nothing replaces or waives it. */
  readonly binding: boolean;
  /** What is delivered is what an earlier branch proved: nothing is built here. */
  readonly promotes: boolean;
  readonly source: RuleSource;
}

export const defaults: RuleSource = { file: "weir defaults (ci/policy/rules.ts)", line: null };

/** What every change must pass. */
const checks: readonly StageName[] = ["install", "build", "lint", "types", "format", "unit", "coverage", "image", "smoke"];
/** What needs the app as a whole, with its services. */
const system: readonly StageName[] = ["integration", "e2e", "performance"];
/** What leaves the pipeline. Only trusted triggers deliver, and no flag can ask for it against the rules. */
export const delivery: readonly StageName[] = ["push", "deploy"];
const all: readonly StageName[] = catalogue.map((stage) => stage.name);
const everythingButDelivery = all.filter((stage) => !delivery.includes(stage));

interface Row {
  readonly kind: string;
  readonly events: readonly Event[];
  readonly stages: readonly StageName[];
  readonly promotes?: true;
}

/** A pull request proves what is proposed and delivers nothing; a clock proves main again and deploys nothing. */
export const table: readonly Row[] = [
  { kind: "feature", events: ["push", "pull-request", "manual"], stages: checks },
  { kind: "feature", events: ["push", "manual"], stages: delivery },
  { kind: "development", events: ["push", "merge", "pull-request", "schedule", "manual"], stages: [...checks, ...system] },
  { kind: "development", events: ["push", "merge", "schedule", "manual"], stages: delivery },
  { kind: "main", events: ["push", "merge", "pull-request", "schedule", "manual"], stages: [...checks, ...system] },
  { kind: "main", events: ["push", "merge", "manual"], stages: delivery },
  { kind: "hotfix", events: ["push", "pull-request", "manual"], stages: [...checks, "integration", "e2e"] },
  { kind: "production", events: ["push", "merge"], stages: ["deploy"], promotes: true },
];

const plain = { trust: null, reason: null, binding: false, promotes: false, source: defaults } as const;

/** Nobody can tell what an untrusted change would do with the rights to deliver. */
const trustRules: readonly Rule[] = delivery.map((stage) => ({
  ...plain,
  id: `trust.${stage}`,
  stage,
  kinds: null,
  events: null,
  trust: "untrusted",
  action: "skip",
  reason: "the trigger is not trusted",
  binding: true,
}));

/** Checks all and delivers nothing, which no rule or waiver changes: for what nobody can tell. */
function cautious(id: string, holds: Pick<Rule, "kinds" | "events">): readonly Rule[] {
  return all.map((stage) => ({
    ...plain,
    ...holds,
    id: `${id}.${stage}`,
    stage,
    action: delivery.includes(stage) ? "skip" : "run",
    binding: delivery.includes(stage),
  }));
}

const unknownRules: readonly Rule[] = [
  ...cautious("unknown", { kinds: [null], events: null }),
  ...cautious("unknown-event", { kinds: null, events: ["unknown"] }),
];

const gitflowRules: readonly Rule[] = table.flatMap((row) =>
  row.stages.map((stage) => ({
    ...plain,
    id: `${row.kind}.${stage}`,
    stage,
    kinds: [row.kind],
    events: row.events,
    action: "run" as const,
    promotes: row.promotes === true,
  })),
);

/** A kind that a team adds (release, support, tag) is checked in full and delivers nothing until a rule says so. */
function addedKind(kind: string): readonly Rule[] {
  return everythingButDelivery.map((stage) => ({
    ...plain,
    id: `${kind}.${stage}`,
    stage,
    kinds: [kind],
    events: null,
    action: "run" as const,
  }));
}

/** Weir's own rules for the kinds of a branch table, in the order in which later ones win. */
export function defaultRules(kinds: readonly string[]): readonly Rule[] {
  const known = new Set(table.map((row) => row.kind));
  const added = kinds.filter((kind) => !known.has(kind));
  return [
    ...gitflowRules.filter((rule) => kinds.includes(rule.kinds?.[0] ?? "")),
    ...added.flatMap(addedKind),
    ...unknownRules,
    ...trustRules,
  ];
}
