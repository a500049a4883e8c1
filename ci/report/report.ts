/** The results: one model, which every renderer reads and which run.json holds. */
import type { ExitCode } from "../errors.ts";
import type { Plan } from "../plan/plan.ts";

export const runRecordVersion = 1;

/**
 * `passed`; `failed`: the app's own fault; `error`: Weir or the engine could not do it; `skipped`: by the plan, or
 * because a stage that it needs did not pass; `cancelled`: interrupted.
 */
export type StageStatus = "passed" | "failed" | "error" | "skipped" | "cancelled";

export interface FailedTest {
  readonly name: string;
  readonly message: string;
  readonly file: string | null;
}

export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly failures: readonly FailedTest[];
}

export interface FileCoverage {
  readonly file: string;
  readonly covered: number;
  readonly total: number;
}

export interface Coverage {
  /** Lines (for Go: statements), and their share in percent, 0 to 100. */
  readonly covered: number;
  readonly total: number;
  readonly percent: number;
  readonly files: readonly FileCoverage[];
}

export interface ReportArtifact {
  readonly kind: "junit" | "lcov" | "cobertura" | "go-cover" | "sarif";
  /** Relative to the run's folder. */
  readonly path: string;
}

export interface StageResult {
  readonly name: string;
  readonly status: StageStatus;
  /** Why it failed or did not run, or what it found: one sentence without a full stop. */
  readonly reason: string | null;
  /** The cache answered: nothing was run again. */
  readonly cached: boolean;
  /** When this run came to it (ISO 8601) and how long it took here, in ms; null where it did not start. */
  readonly startedAt: string | null;
  readonly durationMs: number | null;
  /** How long it took when it really ran, in ms; what a cached result saved. */
  readonly ranMs: number | null;
  readonly exitCode: number | null;
  /** Relative to the run's folder. */
  readonly log: string | null;
  readonly reports: readonly ReportArtifact[];
  readonly tests: TestCounts | null;
  readonly coverage: Coverage | null;
  /** What it made, by name: `image`: a reference with its digest. */
  readonly outputs: Readonly<Record<string, string>>;
}

export interface RunRecord {
  readonly version: typeof runRecordVersion;
  readonly id: string;
  readonly weir: string;
  readonly engine: { readonly version: string; readonly kind: string };
  readonly startedAt: string;
  readonly durationMs: number;
  /** `running` until the end: a record that still says so is of a run that was killed. */
  readonly outcome: "running" | "passed" | "failed" | "error" | "cancelled";
  readonly exitCode: ExitCode;
  readonly plan: Plan;
  readonly stages: readonly StageResult[];
}
