/** Whether a change needs reviews, and which: weir.yaml's `review` held against the trigger. Pure. */
import { suggest, visible } from "../config/problem.ts";
import type { Config } from "../config/schema.ts";
import { usageError, type WeirError } from "../errors.ts";
import type { BranchKind } from "../policy/branches.ts";
import { classify } from "../policy/classify.ts";
import { branchRef } from "../policy/refs.ts";
import type { Trigger } from "../trigger/trigger.ts";

export interface ReviewRequirement {
  /** At least 1. */
  readonly approvals: number;
  readonly dismissStale: boolean;
  readonly countSelf: boolean;
  readonly codeOwners: boolean;
  /** The allowed signers file, for reviews that git holds. */
  readonly signers: string | null;
}

export type RequirementResult =
  | { readonly ok: true; readonly requirement: ReviewRequirement | null; readonly reason: string }
  | { readonly ok: false; readonly error: WeirError };

/** What is required, or `null` and why nothing is. */
export function reviewRequirement(
  review: Config["review"],
  kinds: readonly BranchKind[],
  trigger: Pick<Trigger, "event" | "ref" | "target">,
): RequirementResult {
  const names = kinds.map(({ kind }) => kind);
  const unknown = Object.keys(review.targets).find((kind) => !names.includes(kind));
  if (unknown !== undefined) {
    const message = `weir.yaml: review.targets.${visible(unknown)}: \`${visible(unknown)}\` is not a kind of branch`;
    return { ok: false, error: usageError("config.invalid", message, suggest(unknown, names)) };
  }
  // What nobody can tell may be a change that wants to be merged.
  if (trigger.event !== "unknown" && !review.events.includes(trigger.event))
    return none(`not needed: the event is ${trigger.event} (review.events: ${review.events.join(", ")})`);
  const into = targetKind(trigger, kinds);
  const special = into !== null && Object.hasOwn(review.targets, into) ? review.targets[into] : undefined;
  const { approvals, dismissStale, countSelf, codeOwners } = { ...review, ...defined(special ?? {}) };
  if (approvals === 0)
    return none(
      special?.approvals === 0
        ? `not needed: review.targets.${String(into)}.approvals is 0`
        : "not needed: review.approvals is 0",
    );
  return { ok: true, requirement: { approvals, dismissStale, countSelf, codeOwners, signers: review.signers }, reason: "" };
}

function none(reason: string): RequirementResult {
  return { ok: true, requirement: null, reason };
}

/** A pull request names its target; otherwise what arrived on a branch is meant for that branch. */
function targetKind({ ref, target }: Pick<Trigger, "ref" | "target">, kinds: readonly BranchKind[]): string | null {
  const meant = target === null ? ref : branchRef(target);
  if (meant === null) return null;
  const found = classify(meant, kinds);
  return found.ok ? found.kind.kind : null;
}

function defined<T extends object>(keys: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(keys).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
