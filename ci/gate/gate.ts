/** The gate: reads the world, the record and the reviews, judges, and says so to the host where it is asked to. */
import { reportStatus, type StatusOutcome } from "../hosts/status.ts";
import { WeirError } from "../errors.ts";
import type { Plan } from "../plan/plan.ts";
import { rulesBefore } from "../reviews/before.ts";
import { patience } from "../reviews/host-fetch.ts";
import { readReviews } from "../reviews/read.ts";
import { judgeReviews, type ReviewVerdict } from "../reviews/review.ts";
import type { Env } from "../trigger/git.ts";
import type { Trigger } from "../trigger/trigger.ts";
import { planOf, readWorld, type World } from "../world.ts";
import { findRecord } from "./find-record.ts";
import { judgeGate, type GateVerdict } from "./judge.ts";

export const gateVersion = 1;

export interface GateOptions {
  readonly source: string;
  readonly env: Env;
  /** run.json or a folder; undefined: the newest run. */
  readonly run: string | undefined;
  readonly report: boolean;
  readonly weirVersion: string;
  readonly signal: AbortSignal;
  /** For each call to a host; tests have less. */
  readonly deadlineMs?: number;
  readonly pauseMs?: number;
}

export interface GateResult extends GateVerdict {
  readonly version: typeof gateVersion;
  readonly trigger: Trigger;
  /** What came of telling the host; null where it was not asked for. */
  readonly status: StatusOutcome | null;
}

/** @throws WeirError where the folder, the configuration or a flag is wrong: then nothing could be judged. */
export async function runGate(options: GateOptions): Promise<GateResult> {
  const { source, env, weirVersion } = options;
  const world = await readWorld({ source, env });
  const limits = {
    deadlineMs: options.deadlineMs ?? patience.deadlineMs,
    pauseMs: options.pauseMs ?? patience.pauseMs,
    signal: options.signal,
  };
  const plan = planned(world);
  const verdict = plan.ok
    ? judgeGate({
        plan: plan.plan,
        record: findRecord(world.source, options.run),
        reviews: await reviewsOf(world, env, limits),
        weir: weirVersion,
      })
    : refused(plan.error);
  options.signal.throwIfAborted();
  const status = options.report ? await reportStatus({ trigger: world.trigger, verdict, env, patience: limits }) : null;
  return { version: gateVersion, ...verdict, trigger: world.trigger, status };
}

type Planned = { readonly ok: true; readonly plan: Plan } | { readonly ok: false; readonly error: WeirError };

/** Without flags: what a person left out is no part of what is required. */
function planned(world: World): Planned {
  try {
    return { ok: true, plan: planOf(world, {}, new Date()) };
  } catch (error) {
    if (error instanceof WeirError) return { ok: false, error };
    throw error;
  }
}

/** A merge that the branch table does not allow, a branch of no kind: nothing can be proved of it. */
function refused({ code, message, remedy, exitCode }: WeirError): GateVerdict {
  return { verdict: "fail", exitCode, lines: [{ check: "plan", verdict: "fail", reason: message, remedy, code }] };
}

async function reviewsOf(world: World, env: Env, limits: Parameters<typeof readReviews>[0]["patience"]): Promise<ReviewVerdict> {
  const { source, trigger, loaded } = world;
  const rules = (await rulesBefore(source, trigger.base, env)) ?? loaded.config;
  const read = await readReviews({ source, env, trigger, review: rules.review, kinds: rules.branches, patience: limits });
  return judgeReviews(read);
}
