import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { loadConfig } from "../../ci/config/load.ts";
import { makePlan, type PlanInput } from "../../ci/plan/make.ts";
import { input, planOf, running, stage } from "../plan/examples.ts";

/** What docs/policy.md tells users to write, as one weir.yaml, read as Weir reads it. */
function documented(): Pick<PlanInput, "config" | "locate"> {
  const blocks = readFileSync("docs/policy.md", "utf8").matchAll(/^```yaml\n([^`]+)^```/gm);
  const folder = mkdtempSync(join(tmpdir(), "weir-docs-"));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  writeFileSync(join(folder, "weir.yaml"), [...blocks].map((block) => block[1]).join(""));
  const loaded = loadConfig(folder, { today: new Date("2026-06-15") });
  if (loaded.kind !== "loaded") throw new Error(JSON.stringify(loaded.problems));
  return { config: loaded.config, locate: (path) => loaded.locations.locate(path) };
}

describe("what docs/policy.md tells users to write", () => {
  it("is taken, and decides with its lines", () => {
    const plan = planOf(input({ event: "pull-request", target: "development" }, documented()));
    expect(stage(plan, "performance")).toMatchObject({
      decision: "run",
      rule: "team.performance",
      source: { file: "weir.yaml" },
    });
    expect(stage(plan, "lint")).toMatchObject({ rule: "feature.lint", required: true, source: { file: "weir.yaml" } });
    expect(stage(plan, "coverage")).toMatchObject({ decision: "skip", rule: "feature.coverage", source: { file: "weir.yaml" } });
    for (const name of ["performance", "lint", "coverage"] as const) expect(stage(plan, name).source.line).toBeGreaterThan(5);
    expect(plan.notes).toEqual([]);
  });

  it("adds and changes kinds", () => {
    const given = documented();
    expect(planOf(input({ branch: "trunk" }, given)).branchKind).toBe("main");
    expect(planOf(input({ branch: "release/1" }, given))).toMatchObject({ branchKind: "release", environment: "staging" });
    expect(running(planOf(input({ branch: "release/1" }, given)))).not.toContain("push");
    expect(planOf(input({ branch: null, ref: "refs/tags/v1", event: "tag" }, given)).branchKind).toBe("version");
    expect(planOf(input({ branch: "hotfix/1", target: "development", event: "pull-request" }, given)).branchKind).toBe("hotfix");
    expect(makePlan(input({ branch: "main" }, given)).ok).toBe(false);
  });
});
