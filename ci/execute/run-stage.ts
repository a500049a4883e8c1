/** One stage from start to result: times, the cache's part, and every way in which it can fail. */
import { randomUUID } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf, WeirError } from "../errors.ts";
import type { StageResult } from "../report/report.ts";
import type { RunFolder } from "../report/run-folder.ts";
import type { Stage, StageContext, StageOutcome } from "../stages/stage.ts";
import type { History } from "./history.ts";

export interface StageRun {
  readonly name: string;
  readonly stage: Stage;
  readonly context: StageContext;
  readonly folder: RunFolder;
  readonly history: History;
  /** When the run began, in ms since 1970: what was executed before it comes from the cache. */
  readonly runStartedAt: number;
  readonly signal: AbortSignal;
  /** Whether a failure that the cache answers is run again. */
  readonly retriesFailures: boolean;
}

export interface StageRunResult {
  readonly result: StageResult;
  readonly outcome: StageOutcome | null;
}

/** Runs it; never throws. */
export async function runStage(run: StageRun): Promise<StageRunResult> {
  const startedAt = new Date();
  const clock = performance.now();
  const at = () => ({ startedAt: startedAt.toISOString(), durationMs: Math.round(performance.now() - clock) });
  try {
    const outcome = await freshFailure(run, await run.stage(run.context));
    return { result: { ...resultOf(run, outcome, at().durationMs), ...at() }, outcome };
  } catch (error) {
    return { result: { ...emptyResult(run.name), ...failureOf(error, run.signal), ...at() }, outcome: null };
  }
}

/**
 * A failure is never taken from the cache: what failed because a network was down would fail for ever, and whoever starts a
 * run again wants to know whether it still fails.
 */
async function freshFailure(run: StageRun, outcome: StageOutcome): Promise<StageOutcome> {
  const { name, stage, context, history, runStartedAt } = run;
  if (
    !run.retriesFailures ||
    outcome.status !== "failed" ||
    name === "coverage" ||
    !isCached(name, outcome, history, runStartedAt)
  )
    return outcome;
  return stage({ ...context, nonce: `${context.nonce}${randomUUID()}` });
}

/** A result of a stage that did not run. */
export function emptyResult(name: string): StageResult {
  return {
    name,
    status: "skipped",
    reason: null,
    cached: false,
    startedAt: null,
    durationMs: null,
    ranMs: null,
    exitCode: null,
    log: null,
    reports: [],
    tests: null,
    coverage: null,
    outputs: {},
  };
}

function resultOf({ name, folder, history, runStartedAt }: StageRun, outcome: StageOutcome, durationMs: number): StageResult {
  const cached = isCached(name, outcome, history, runStartedAt);
  const measured = outcome.execution?.ranMs ?? 0;
  const ranMs = measured > 0 ? measured : cached ? history.ranMs(name) : durationMs;
  if (outcome.execution !== undefined) history.note(name, outcome.execution.id, ranMs ?? durationMs);
  const log = outcome.log ?? keepLog(folder.stage(name), outcome.logText);
  return {
    ...emptyResult(name),
    status: outcome.status,
    reason: outcome.reason,
    cached,
    ranMs,
    exitCode: outcome.exitCode ?? null,
    log: log === null ? null : folder.relative(log),
    reports: (outcome.reports ?? []).map(({ kind, path }) => ({ kind, path: folder.relative(path) })),
    tests: outcome.tests ?? null,
    coverage: outcome.coverage ?? null,
    outputs: outcome.outputs ?? {},
  };
}

/**
 * An execution that an earlier run has seen, or that began before this run did, was answered by the cache. The second
 * test is for a fresh clone on a warm engine; it compares whole seconds, which is what the container's clock gives.
 */
function isCached(name: string, { execution }: StageOutcome, history: History, runStartedAt: number): boolean {
  if (execution === undefined) return false;
  if (history.hasSeen(name, execution.id)) return true;
  return execution.startedAt > 0 && execution.startedAt < Math.floor(runStartedAt / 1000) * 1000;
}

function keepLog(folder: string, text: string | undefined): string | null {
  if (text === undefined) return null;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "log"), text);
  return join(folder, "log");
}

/** Interrupted, the engine's fault, or a command that the engine could not even start. */
function failureOf(error: unknown, signal: AbortSignal): Pick<StageResult, "status" | "reason"> {
  if (signal.aborted) {
    const reason: unknown = signal.reason;
    const isEngine = reason instanceof WeirError && reason.code === "engine.died";
    return {
      status: isEngine ? "error" : "cancelled",
      reason: isEngine ? `${reason.message} (${reason.remedy})` : "interrupted",
    };
  }
  const name = error instanceof Error ? error.name : "unknown";
  const text = messageOf(error)
    .replaceAll(/ ?\[traceparent:[^\]]*\]/g, "")
    .split("\n")
    .slice(0, 5)
    .join(" ")
    .slice(0, 500);
  return { status: name === "ExecError" ? "failed" : "error", reason: text };
}
