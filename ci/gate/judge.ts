/**
 * Whether a change may pass: the plan as it is made here and now, held against the record of what has run, and the
 * reviews. Pure. Skipped by the rules passes, with the reason; skipped by a person's flags, after a failure, cancelled
 * or not there at all fails. What is not proved is not passed.
 */
import { visible } from "../config/problem.ts";
import { ExitCode } from "../errors.ts";
import type { Plan, PlannedStage } from "../plan/plan.ts";
import type { StageName } from "../stages/catalogue.ts";
import type { ReviewVerdict } from "../reviews/review.ts";
import type { Proof, ProvenStage, RecordRead } from "./record.ts";
import { endProblem, recordProblem } from "./same-plan.ts";

export type Verdict = "pass" | "fail";

interface Judged {
  readonly verdict: Verdict;
  /** A sentence without a full stop, fit to print. */
  readonly reason: string;
}

/** A line is about a stage of the plan or about a check of the gate's own. */
export type GateLine =
  | (Judged & { readonly stage: StageName })
  | (Judged & { readonly check: "plan" | "record" | "reviews"; readonly remedy: string | null; readonly code: string | null });

export interface GateVerdict {
  readonly verdict: Verdict;
  readonly exitCode: ExitCode;
  readonly lines: readonly GateLine[];
}

export interface GateInput {
  /** Made without flags, of the commit and trigger at hand. */
  readonly plan: Plan;
  /** null: there is none. */
  readonly record: RecordRead | null;
  readonly reviews: ReviewVerdict;
  /** The version of the Weir that judges. */
  readonly weir: string;
}

export function judgeGate({ plan, record, reviews, weir }: GateInput): GateVerdict {
  const problem = problemOf(plan, record, weir);
  const proof = problem === null && record?.ok === true ? record.proof : null;
  const proved = [recordLine(problem, proof, plan), ...plan.stages.map((stage) => stageLine(stage, proof))];
  const lines = [...proved, reviewLine(reviews)];
  return {
    verdict: lines.every(({ verdict }) => verdict === "pass") ? "pass" : "fail",
    exitCode: exitCodeOf(proved, reviews),
    lines,
  };
}

/** A failed stage is told first: whoever mends it needs the reviews again anyway. */
function exitCodeOf(proved: readonly GateLine[], reviews: ReviewVerdict): ExitCode {
  if (proved.some(({ verdict }) => verdict === "fail")) return ExitCode.stageFailed;
  return reviews.verdict === "pass" ? ExitCode.passed : reviews.error.exitCode;
}

interface Problem {
  readonly code: string;
  readonly reason: string;
  readonly remedy: string;
}

function problemOf(plan: Plan, record: RecordRead | null, weir: string): Problem | null {
  if (record === null)
    return { code: "gate.no-record", reason: "there is no record of a run", remedy: "weir run, or name its record with --run" };
  if (!record.ok)
    return {
      code: "gate.record",
      reason: `the record proves nothing: ${record.reason}`,
      remedy: "weir run, with the same Weir as the gate",
    };
  const problem = recordProblem(plan, record.proof, weir);
  return problem === null ? null : { code: "gate.record", ...problem };
}

function recordLine(unusable: Problem | null, proof: Proof | null, { trigger }: Plan): GateLine {
  const badEnd = proof === null ? null : endProblem(proof);
  const problem = unusable ?? (badEnd === null ? null : { code: "gate.not-passed", ...badEnd });
  if (problem !== null) {
    const { code, reason, remedy } = problem;
    return { check: "record", verdict: "fail", reason: visible(reason), remedy, code };
  }
  const reason = visible(`run ${proof?.id ?? ""}, of this plan and of commit ${trigger.sha?.slice(0, 12) ?? ""}`);
  return { check: "record", verdict: "pass", reason, remedy: null, code: null };
}

/** `proof` is null where there is no record that proves anything. */
function stageLine(stage: PlannedStage, proof: Proof | null): GateLine {
  const results = proof?.stages.filter(({ name }) => name === stage.name) ?? [];
  const judged = stage.decision === "skip" ? skippedHere(stage, results) : requiredHere(stage, proof, results);
  return { stage: stage.name, verdict: judged.verdict, reason: visible(judged.reason) };
}

const pass = (reason: string): Judged => ({ verdict: "pass", reason });
const fail = (reason: string): Judged => ({ verdict: "fail", reason });

function skippedHere({ rule, reason }: PlannedStage, results: readonly ProvenStage[]): Judged {
  if (isFlag(rule)) return fail(`left out by a flag, which is no proof: ${reason}`);
  // Nobody had to run it; but what has run and failed is known.
  const bad = results.find(({ status }) => status !== "passed" && status !== "skipped");
  return bad === undefined ? pass(`skipped: ${reason} (rule ${rule})`) : ofResult(bad);
}

function requiredHere(stage: PlannedStage, proof: Proof | null, results: readonly ProvenStage[]): Judged {
  if (proof === null) return fail("not proved: see the record's line");
  const [result, second] = results;
  if (result === undefined) return fail("missing from the record");
  if (second !== undefined) return fail("it is in the record twice: nobody can tell which result holds");
  const planned = proof.plan.stages.filter(({ name }) => name === stage.name);
  const [before] = planned;
  if (before === undefined || planned.length > 1) return fail("missing from the plan of the run");
  if (before.decision === "skip") {
    return isFlag(before.rule)
      ? fail(`left out of the run by a flag, which is no proof: ${before.reason}`)
      : fail(`the run skipped it (${before.reason}), and now rule ${stage.rule} runs it`);
  }
  if (stage.required && !before.required)
    return fail(`the run did not require it to find anything, and now rule ${stage.rule} does`);
  return ofResult(result);
}

function ofResult({ status, reason }: ProvenStage): Judged {
  const why = reason === null ? "" : `: ${reason}`;
  switch (status) {
    case "passed":
      return pass(`passed${why}`);
    case "failed":
      return fail(`failed${why}`);
    case "error":
      return fail(`could not be run${why}`);
    case "skipped":
      return fail(`did not run${why}`);
    case "cancelled":
      return fail(`cancelled${why}`);
  }
}

function isFlag(rule: string): boolean {
  return rule.startsWith("flag.");
}

function reviewLine(reviews: ReviewVerdict): GateLine {
  if (reviews.verdict === "pass")
    return { check: "reviews", verdict: "pass", reason: visible(reviews.reason), remedy: null, code: null };
  const { code, message, remedy } = reviews.error;
  return { check: "reviews", verdict: "fail", reason: visible(message), remedy, code };
}
