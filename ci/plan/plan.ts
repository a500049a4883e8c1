/**
 * The plan: what will run, what will not, and why; versioned JSON that a person can read.
 * Making it is pure: trigger + configuration + stages in, plan out.
 */
import type { Trigger } from "../trigger/trigger.ts";

export const planVersion = 1;

/** Where a rule is written: the user's file and line, or Weir's own defaults. */
export interface RuleSource {
  readonly file: string;
  readonly line: number | null;
}

export interface PlannedStage {
  readonly name: string;
  readonly decision: "run" | "skip";
  /** The id of the rule that decided, such as `feature.unit` or `toolchain.none`. */
  readonly rule: string;
  readonly source: RuleSource;
  /** The deciding fact, a sentence without a full stop: "branch feature/x is of kind feature". */
  readonly reason: string;
  /** Stages that must have passed before this one starts; only names of stages in this plan that run. */
  readonly needs: readonly string[];
}

export interface Plan {
  readonly version: typeof planVersion;
  readonly app: string;
  readonly trigger: Trigger;
  /** The branch's kind; null where there is no branch to classify (said in `notes`). */
  readonly branchKind: string | null;
  /** The environment that passing leads to; null for none. */
  readonly environment: string | null;
  readonly stages: readonly PlannedStage[];
  readonly notes: readonly string[];
}
