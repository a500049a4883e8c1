/** Plans and the records of runs that did what they say. */
import type { Proof } from "../../ci/gate/record.ts";
import type { Plan } from "../../ci/plan/plan.ts";
import type { ReviewVerdict } from "../../ci/reviews/review.ts";
import { deniedError } from "../../ci/errors.ts";

export const weir = "0.1.0";

/** The record of a run in which everything passed that the plan runs. */
export function proofOf(plan: Plan, changes: Partial<Proof> = {}): Proof {
  return {
    version: 1,
    id: "2026-06-15T12-00-00-ab12",
    weir,
    outcome: "passed",
    exitCode: 0,
    plan,
    stages: plan.stages.map(({ name, decision, reason }) =>
      decision === "run" ? { name, status: "passed", reason: null } : { name, status: "skipped", reason },
    ),
    ...changes,
  };
}

export const approved: ReviewVerdict = { verdict: "pass", reason: "1 of 1 approvals" };
export const unreviewed: ReviewVerdict = {
  verdict: "fail",
  error: deniedError("reviews.missing", "0 of 1 approvals", "ask somebody"),
};
