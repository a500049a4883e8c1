/** Where a trigger stands in the branch table, and whether the merge that it proposes is one that the table allows. */
import { oneOf, visible } from "../config/problem.ts";
import { deniedError, type WeirError } from "../errors.ts";
import type { BranchKind } from "../policy/branches.ts";
import { classify } from "../policy/classify.ts";
import { branchRef } from "../policy/refs.ts";
import type { Trigger } from "../trigger/trigger.ts";

export interface Place {
  readonly kind: string | null;
  readonly environment: string | null;
  readonly notes: readonly string[];
}

export type PlaceResult = { readonly ok: true; readonly place: Place } | { readonly ok: false; readonly error: WeirError };

/** The kind and environment of a trigger's ref. */
export function place(trigger: Trigger, kinds: readonly BranchKind[]): PlaceResult {
  if (trigger.ref === null) {
    return {
      ok: true,
      place: {
        kind: null,
        environment: null,
        notes: ["no branch is known: everything is checked and nothing is delivered; --branch names one"],
      },
    };
  }
  const found = classify(trigger.ref, kinds);
  if (!found.ok) return found;
  const error = proposalError(trigger, found.kind, kinds);
  if (error !== null) return { ok: false, error };
  return { ok: true, place: { kind: found.kind.kind, environment: found.kind.environment, notes: [] } };
}

function proposalError(trigger: Trigger, kind: BranchKind, kinds: readonly BranchKind[]): WeirError | null {
  if (trigger.event !== "pull-request") return null;
  if (trigger.pullRequest?.fromFork === true && kinds.some((other) => other.mergesInto.includes(kind.kind))) {
    return deniedError(
      "branch.fork",
      `the pull request comes from ${visible(trigger.branch ?? "")} of another repository, which is not this repository's ${kind.kind}`,
      "propose it from a branch of its own, such as feature/…",
    );
  }
  return trigger.target === null ? null : directionError(trigger.branch ?? "", kind, trigger.target, kinds);
}

function directionError(branch: string, kind: BranchKind, target: string, kinds: readonly BranchKind[]): WeirError | null {
  const into = classify(branchRef(target), kinds);
  if (!into.ok) return into.error;
  if (kind.mergesInto.includes(into.kind.kind)) return null;
  const allowed = kind.mergesInto.length === 0 ? "it is merged into nothing" : `it may be merged into ${oneOf(kind.mergesInto)}`;
  return deniedError(
    "branch.direction",
    `branch ${visible(branch)} is of kind ${kind.kind}, which may not be merged into ${visible(target)} (kind ${into.kind.kind})`,
    `${allowed}: change the pull request's target, or \`branches.${kind.kind}.mergesInto\` in weir.yaml`,
  );
}
