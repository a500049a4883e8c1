/**
 * The plan: what will run, what will not, and why; versioned JSON that a person can read.
 * Making it is pure: trigger + configuration + what the app has in, plan out (make.ts).
 */
import type { RuleSource } from "../policy/rules.ts";
import type { StageName } from "../stages/catalogue.ts";
import type { Trigger } from "../trigger/trigger.ts";

export type { RuleSource } from "../policy/rules.ts";

export const planVersion = 1;

export interface PlannedStage {
  readonly name: StageName;
  readonly decision: "run" | "skip";
  /** The id of the rule that decided, such as `feature.unit` or `app.absent`. */
  readonly rule: string;
  readonly source: RuleSource;
  /** The deciding fact, a sentence without a full stop: "push to branch feature/x, of kind feature". */
  readonly reason: string;
  /** Where the app has nothing for it to run, it fails instead of being passed over. */
  readonly required: boolean;
  /** Stages that must have passed before this one starts; only names of stages in this plan that run. */
  readonly needs: readonly StageName[];
}

/** A package of the repository, and whether what changed can matter to it. */
export interface PlannedPackage {
  /** Its folder; `.` for the source itself. */
  readonly path: string;
  readonly name: string;
  readonly affected: boolean;
  /** The deciding fact: "libs/money/src/round.ts changed", "it needs libs/money". */
  readonly reason: string;
}

export interface Plan {
  readonly version: typeof planVersion;
  readonly app: string;
  readonly trigger: Trigger;
  /** The branch's kind; null where there is no branch to classify (said in `notes`). */
  readonly branchKind: string | null;
  /** The environment that passing leads to; null for none. */
  readonly environment: string | null;
  /** True where the release is the one that an earlier branch proved: nothing is built, its image is promoted. */
  readonly promotes: boolean;
  readonly stages: readonly PlannedStage[];
  /** In the order of their folders; absent in plans of earlier releases, and where the packages can't be told. */
  readonly packages?: readonly PlannedPackage[];
  readonly notes: readonly string[];
}
