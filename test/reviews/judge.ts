/** Reads and judges as the gate does, with weir.yaml's defaults but for what a test changes. */
import type { Config } from "../../ci/config/schema.ts";
import { gitflow } from "../../ci/policy/branches.ts";
import { readReviews } from "../../ci/reviews/read.ts";
import { judgeReviews } from "../../ci/reviews/review.ts";
import type { Env } from "../../ci/trigger/git.ts";
import type { Trigger } from "../../ci/trigger/trigger.ts";
import { patient } from "./server.ts";

export const defaultReview: Config["review"] = {
  approvals: 1,
  dismissStale: true,
  countSelf: false,
  codeOwners: false,
  events: ["pull-request"],
  targets: {},
  signers: null,
};

export interface Judging {
  readonly trigger: Trigger;
  readonly env: Env;
  readonly review?: Partial<Config["review"]>;
  readonly source?: string;
  readonly deadlineMs?: number;
}

/** "pass: …", or "fail: code: message → remedy", and the exit code. */
export async function verdictOf({
  trigger,
  env,
  review,
  source = ".",
  deadlineMs,
}: Judging): Promise<{ text: string; exitCode: number }> {
  const read = await readReviews({
    source,
    env,
    trigger,
    review: { ...defaultReview, ...review },
    kinds: gitflow,
    patience: { ...patient, ...(deadlineMs === undefined ? {} : { deadlineMs }) },
  });
  const verdict = judgeReviews(read);
  if (verdict.verdict === "pass") return { text: `pass: ${verdict.reason}`, exitCode: 0 };
  const { code, message, remedy, exitCode } = verdict.error;
  return { text: `fail: ${code}: ${message} → ${remedy}`, exitCode };
}
