/** Records to render: a run as short as its test needs it. */
import type { PlannedStage } from "../../ci/plan/plan.ts";
import type { RunRecord, StageResult } from "../../ci/report/report.ts";

export function result(name: string, parts: Partial<StageResult> = {}): StageResult {
  return {
    name,
    status: "passed",
    reason: null,
    cached: false,
    startedAt: "2026-01-01T00:00:00.000Z",
    durationMs: 1000,
    ranMs: 1000,
    exitCode: 0,
    log: null,
    reports: [],
    tests: null,
    coverage: null,
    outputs: {},
    ...parts,
  };
}

export function skipped(name: string, reason: string): StageResult {
  return result(name, { status: "skipped", reason, startedAt: null, durationMs: null, ranMs: null, exitCode: null });
}

export function record(stages: readonly StageResult[], parts: Partial<RunRecord> = {}): RunRecord {
  return {
    version: 1,
    id: "2026-01-01T00-00-00-ab12",
    weir: "0.1.0",
    engine: { version: "0.19.10", kind: "native" },
    startedAt: "2026-01-01T00:00:00.000Z",
    durationMs: 12_345,
    outcome: "passed",
    exitCode: 0,
    // No renderer of results reads the plan.
    plan: { version: 1, stages: [] } as unknown as RunRecord["plan"],
    stages,
    ...parts,
  };
}

export function planned(name: string, decision: PlannedStage["decision"] = "run"): PlannedStage {
  const stage: Omit<PlannedStage, "name" | "source"> = { decision, rule: "test", reason: "a test", required: false, needs: [] };
  return { ...stage, name, source: { file: null, line: null } } as unknown as PlannedStage;
}
