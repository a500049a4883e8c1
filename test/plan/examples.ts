/** A trigger and an input for makePlan that tests change one thing of. */
import { expect } from "vitest";
import { makePlan, type PlanInput } from "../../ci/plan/make.ts";
import type { Plan, PlannedStage } from "../../ci/plan/plan.ts";
import { gitflow } from "../../ci/policy/branches.ts";
import type { StageName } from "../../ci/stages/catalogue.ts";
import type { Trigger } from "../../ci/trigger/trigger.ts";

export function trigger(changes: Partial<Trigger> = {}): Trigger {
  const branch = changes.branch === undefined ? "feature/x" : changes.branch;
  return {
    host: "local",
    event: "push",
    ref: branch === null ? null : `refs/heads/${branch}`,
    branch,
    target: null,
    mergedFrom: null,
    sha: "1".repeat(40),
    base: "2".repeat(40),
    changedFiles: { known: true, files: ["src/app.ts"] },
    pullRequest: null,
    actor: null,
    protectedBranch: null,
    trust: "trusted",
    dirty: false,
    shallow: false,
    sources: {},
    notes: [],
    ...changes,
  };
}

export const emptyPolicy: PlanInput["config"]["policy"] = { rules: [], waive: [], paths: {} };

export function input(changes: Partial<Trigger> = {}, rest: Partial<PlanInput> = {}): PlanInput {
  return {
    trigger: trigger(changes),
    config: { name: "shop", branches: gitflow, policy: emptyPolicy, stages: {} },
    availability: {},
    locate: () => null,
    now: new Date("2026-06-15T12:00:00Z"),
    ...rest,
  };
}

export function withPolicy(
  changes: Partial<Trigger>,
  policy: Partial<PlanInput["config"]["policy"]>,
  rest: Partial<PlanInput> = {},
): PlanInput {
  const locate: PlanInput["locate"] = (path) => ({ file: "weir.yaml", line: path.length * 10 });
  return input(changes, {
    config: { name: "shop", branches: gitflow, policy: { ...emptyPolicy, ...policy }, stages: {} },
    locate,
    ...rest,
  });
}

export function planOf(given: PlanInput): Plan {
  const made = makePlan(given);
  if (!made.ok) throw made.error;
  return made.plan;
}

export function errorOf(given: PlanInput): { code: string; message: string; remedy: string; exitCode: number } {
  const made = makePlan(given);
  if (made.ok) throw new Error("a plan was made");
  return made.error;
}

export function running(plan: Plan): readonly StageName[] {
  return plan.stages.filter((stage) => stage.decision === "run").map((stage) => stage.name);
}

export function stage(plan: Plan, name: StageName): PlannedStage {
  const found = plan.stages.find((planned) => planned.name === name);
  expect(found).toBeDefined();
  return found!;
}
