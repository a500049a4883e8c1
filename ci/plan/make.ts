/**
 * Makes the plan. A stage runs where a rule or a flag says so and nothing hinders it; the first thing that decides is
 * the reason shown. The same input gives the same plan, byte for byte.
 */
import type { Config, StageConfig } from "../config/schema.ts";
import type { WeirError } from "../errors.ts";
import { policyOf, sourceOf, type Locate, type Policy, type Situation } from "../policy/policy.ts";
import type { StageName } from "../stages/catalogue.ts";
import type { Trigger } from "../trigger/trigger.ts";
import { affectedPackages, unaffectedApp, type Packages } from "./affected.ts";
import { hindrance, ruling, runsAll, type Availability, type Context, type Decision } from "./decide.ts";
import { stageNames, waitsFor } from "./needs.ts";
import { place, type Place } from "./place.ts";
import type { Affected } from "./packages.ts";
import { planVersion, type Plan, type PlannedPackage, type PlannedStage } from "./plan.ts";
import { select, type Selected, type Selection } from "./select.ts";

export type { Availability } from "./decide.ts";

/** What the plan reads of the configuration. */
export interface PlanConfig extends Pick<Config, "name" | "branches" | "policy"> {
  readonly stages: Partial<Readonly<Record<StageName, Pick<StageConfig, "skip">>>>;
}

export interface PlanInput {
  readonly trigger: Trigger;
  readonly config: PlanConfig;
  /** A stage that is not in it is available. */
  readonly availability: Partial<Readonly<Record<StageName, Availability>>>;
  /** The packages of the source; where they are not said, none is skipped for. */
  readonly packages?: Packages;
  readonly selection?: Selection;
  /** Finds where a key of weir.yaml is written; null where it is not. */
  readonly locate: Locate;
  /** Decides whether a waiver still holds. */
  readonly now: Date;
}

export type PlanResult = { readonly ok: true; readonly plan: Plan } | { readonly ok: false; readonly error: WeirError };

/** The plan, or why there can be none: a branch of no kind, a merge that the table does not allow, a wrong flag. */
export function makePlan(input: PlanInput): PlanResult {
  const prepared = prepare(input);
  return prepared.ok ? { ok: true, plan: assemble(prepared.context, prepared.place, input.packages ?? null) } : prepared;
}

export type Prepared =
  { readonly ok: true; readonly context: Context; readonly place: Place } | { readonly ok: false; readonly error: WeirError };

/** Everything that decisions are taken from. */
export function prepare(input: PlanInput): Prepared {
  const { trigger, config, locate } = input;
  const where = place(trigger, config.branches);
  if (!where.ok) return where;
  const chosen = select(input.selection ?? {});
  if (!chosen.ok) return chosen;
  const policy = policyOf(config.branches, config.policy, locate, input.now);
  return { ok: true, context: contextOf(input, where.place, policy, chosen.selected), place: where.place };
}

/** The values that decisions are taken from. */
export function contextOf(input: PlanInput, where: Place, policy: Policy, selected: Selected | null): Context {
  const { trigger, config, locate } = input;
  const situation: Situation = { kind: where.kind, event: trigger.event, trust: trigger.trust };
  const affected = input.packages === undefined ? null : affectedIn(input.packages, trigger, situation);
  return {
    app: config.name,
    trigger,
    policy,
    situation,
    environment: where.environment,
    selected,
    skips: Object.fromEntries(stageNames.map((stage) => [stage, config.stages[stage]?.skip ?? null])),
    paths: config.policy.paths,
    unaffected:
      affected === null || input.packages === undefined ? null : unaffectedApp(input.packages, affected, trigger.changedFiles),
    availability: input.availability,
    sourceOf: (path) => sourceOf(locate, path),
  };
}

/** What each stage gets, in the catalogue's order, in which every stage comes after what it needs. */
export function decideAll(context: Context): ReadonlyMap<StageName, Decision> {
  const unflagged = runThrough({ ...context, selected: null }, new Set());
  // Nothing is delivered while a check that would run without flags is left out by one.
  return context.selected === null ? unflagged : runThrough(context, runningOf(unflagged));
}

function runThrough(context: Context, wanted: ReadonlySet<StageName>): ReadonlyMap<StageName, Decision> {
  const decided = new Map<StageName, Decision>();
  const running = new Set<StageName>();
  for (const stage of stageNames) {
    const ruled = ruling(stage, context);
    const decision = ruled.decision === "run" ? (hindrance(stage, context, { ruled, running, wanted }) ?? ruled) : ruled;
    decided.set(stage, decision);
    if (decision.decision === "run") running.add(stage);
  }
  return decided;
}

function runningOf(decided: ReadonlyMap<StageName, Decision>): ReadonlySet<StageName> {
  return new Set([...decided].filter(([, decision]) => decision.decision === "run").map(([stage]) => stage));
}

function affectedIn(packages: Packages, { changedFiles }: Trigger, situation: Situation): Affected {
  return affectedPackages(packages, changedFiles, runsAll(situation));
}

function assemble(context: Context, where: Place, packages: Packages | null): Plan {
  const decided = decideAll(context);
  const running = runningOf(decided);
  return {
    version: planVersion,
    app: context.app,
    trigger: context.trigger,
    branchKind: where.kind,
    environment: where.environment,
    promotes: [...decided.values()].some((decision) => decision.decision === "run" && decision.promotes),
    stages: [...decided].map(([name, decision]) => planned(name, decision, running)),
    ...(packages?.graph.known === true ? { packages: plannedPackages(packages, context) } : {}),
    notes: [...where.notes, ...context.policy.notes, ...changeNotes(context.trigger), ...packageNotes(packages)],
  };
}

function planned(name: StageName, decision: Decision, running: ReadonlySet<StageName>): PlannedStage {
  const runs = decision.decision === "run";
  return {
    name,
    decision: decision.decision,
    rule: decision.rule,
    source: decision.source,
    reason: decision.reason,
    required: runs && decision.required,
    needs: runs ? waitsFor(name, running) : [],
  };
}

function plannedPackages(packages: Packages, { trigger, situation }: Context): readonly PlannedPackage[] {
  const { reasons } = affectedIn(packages, trigger, situation);
  return (packages.graph.known ? packages.graph.packages : []).map(({ path, name }) => ({
    path,
    name,
    affected: reasons.has(path),
    reason: reasons.get(path) ?? "nothing changed in it or in what it needs",
  }));
}

function packageNotes(packages: Packages | null): readonly string[] {
  return packages === null || packages.graph.known ? [] : [`every package counts as changed: ${packages.graph.reason}`];
}

function changeNotes({ changedFiles }: Trigger): readonly string[] {
  return changedFiles.known ? [] : [`every file counts as changed: ${changedFiles.reason}`];
}
