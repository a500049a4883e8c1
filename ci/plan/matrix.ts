/** `weir plan --all`: every kind of branch with every event, and what would run. */
import type { BranchKind } from "../policy/branches.ts";
import { policyOf } from "../policy/policy.ts";
import { branchRef, tagRef } from "../policy/refs.ts";
import type { StageName } from "../stages/catalogue.ts";
import type { Event, Trigger } from "../trigger/trigger.ts";
import { contextOf, decideAll, type PlanInput } from "./make.ts";

export interface MatrixCell {
  readonly kind: string;
  readonly event: Event;
  readonly environment: string | null;
  readonly runs: readonly StageName[];
}

export type Matrix = readonly MatrixCell[];

const branchEvents: readonly Event[] = ["push", "pull-request", "merge", "schedule", "manual"];
const tagEvents: readonly Event[] = ["tag", "manual"];

/** What each kind and event would run, trusted and with every file changed. The input's own trigger plays no part. */
export function planMatrix(input: Omit<PlanInput, "trigger" | "selection">): Matrix {
  const { branches, policy } = input.config;
  const rules = policyOf(branches, policy, input.locate, input.now);
  return branches.flatMap((kind) =>
    (kind.ref === "tag" ? tagEvents : branchEvents).map((event) => {
      const place = { kind: kind.kind, environment: kind.environment, notes: [] };
      const decided = decideAll(contextOf({ ...input, trigger: example(kind, event) }, place, rules, null));
      const runs = [...decided].filter(([, decision]) => decision.decision === "run").map(([stage]) => stage);
      return { kind: kind.kind, event, environment: kind.environment, runs };
    }),
  );
}

/** A trigger of a kind; the pattern stands in for the name, which only sentences use. */
function example(kind: BranchKind, event: Event): Trigger {
  const name = kind.patterns[0] ?? kind.kind;
  return {
    host: "local",
    event,
    ref: kind.ref === "tag" ? tagRef(name) : branchRef(name),
    branch: kind.ref === "tag" ? null : name,
    target: null,
    mergedFrom: null,
    sha: null,
    base: null,
    changedFiles: { known: false, reason: "every kind and event at once" },
    pullRequest: null,
    actor: null,
    protectedBranch: null,
    trust: "trusted",
    dirty: false,
    shallow: false,
    sources: {},
    notes: [],
  };
}
