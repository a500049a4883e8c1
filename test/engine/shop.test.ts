import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { cloneApp, removeFolders, runApp, stageOf, statuses, textOf, weir } from "./user.ts";

afterAll(removeFolders);

const everyStage = [
  "install",
  "build",
  "lint",
  "types",
  "format",
  "unit",
  "coverage",
  "integration",
  "image",
  "smoke",
  "e2e",
  "performance",
  "push",
  "deploy",
];

describe("the shop, a service with a database", () => {
  it("passes every stage on main, and a second run does nothing again", { timeout: 30 * 60_000 }, async () => {
    const app = await cloneApp("shop");
    const first = await runApp(app);
    expect(statuses(first.record)).toEqual(everyStage.map((name) => `${name} passed`));
    expect(first.ended.exitCode).toBe(0);
    expect(stageOf(first.record, "unit").tests).toMatchObject({ failed: 0, failures: [] });
    expect(stageOf(first.record, "unit").tests?.passed).toBeGreaterThan(50);
    expect(stageOf(first.record, "integration").tests?.passed).toBeGreaterThan(5);
    expect(stageOf(first.record, "coverage").coverage?.percent).toBeGreaterThan(80);
    expect(stageOf(first.record, "push").outputs["image"]).toMatch(/\/shop:sha-[0-9a-f]{12}@sha256:[0-9a-f]{64}$/);
    expect(textOf(first.folder, "stages/deploy/keep/app.log")).toContain("the schema is up to date");
    expect(JSON.parse(readFileSync(join(first.folder, "run.json"), "utf8"))).toEqual(first.record);

    const second = await runApp(app);
    expect(second.record.stages.filter(({ cached }) => !cached).map(({ name }) => name)).toEqual([]);
    expect(statuses(second.record)).toEqual(statuses(first.record));
    expect(stageOf(second.record, "push").outputs).toEqual(stageOf(first.record, "push").outputs);
    // A stage that was not run again still hands out its log and its reports.
    expect(textOf(second.folder, stageOf(second.record, "unit").log)).toBe(
      textOf(first.folder, stageOf(first.record, "unit").log),
    );
    expect(existsSync(join(second.folder, stageOf(second.record, "unit").reports[0]?.path ?? "none"))).toBe(true);

    const fresh = await runApp(app, "--fresh", "--only", "unit");
    expect(stageOf(fresh.record, "unit")).toMatchObject({ status: "passed", cached: false });
  });

  it("shows a person what happened, in plain lines and a table", async () => {
    const app = await cloneApp("shop", { branch: "feature/basket" });
    const { all, exitCode } = await weir(["run", "--source", app, "--only", "lint"]);
    expect(exitCode).toBe(0);
    expect(all).toMatch(/lint +│/);
    expect(all).toMatch(/install .*(cached|ran)/);
    expect(all).toContain("run.json");
    expect(all).toMatch(/passed in [\d.]+ s/);
  });
});

describe("a shop that fails", () => {
  it("names the failed unit test, and reports what does not depend on it", async () => {
    const app = await cloneApp("shop", { patch: "shop-failing-unit" });
    const { record, ended, folder } = await runApp(app);
    expect(ended.exitCode).toBe(1);
    const unit = stageOf(record, "unit");
    expect(unit).toMatchObject({ status: "failed", reason: "1 test failed" });
    expect(unit.tests?.failures[0]?.name).toContain("may take the last one");
    expect(textOf(folder, unit.log)).toContain("may take the last one");
    for (const name of ["install", "build", "lint", "types", "format", "image", "smoke"])
      expect(stageOf(record, name).status).toBe("passed");
    expect(stageOf(record, "integration").status).toBe("failed");
    expect(stageOf(record, "coverage")).toMatchObject({ status: "skipped", reason: "unit did not pass" });
    expect(stageOf(record, "push").status).toBe("skipped");
    expect(stageOf(record, "deploy")).toMatchObject({ status: "skipped", reason: "push did not pass" });
  });

  it("prints the last lines of the failed stage and where the rest lies", async () => {
    const app = await cloneApp("shop", { patch: "shop-lint-error", branch: "feature/any" });
    const { all, exitCode } = await weir(["run", "--source", app, "--only", "lint"]);
    expect(exitCode).toBe(1);
    expect(all).toContain("no-explicit-any");
    expect(all).toContain(join("stages", "lint", "log"));
  });

  it("holds coverage against the bar", async () => {
    const app = await cloneApp("shop", { patch: "shop-low-coverage", branch: "feature/untested" });
    const { record, ended } = await runApp(app, "--only", "coverage");
    expect(ended.exitCode).toBe(1);
    expect(stageOf(record, "unit").status).toBe("passed");
    expect(stageOf(record, "coverage").status).toBe("failed");
    expect(stageOf(record, "coverage").reason).toMatch(/^7\d\.\d% of \d+ lines, and 80% is the bar$/);
  });

  it("sees a crash at the start, with its exit code and what it printed", async () => {
    const app = await cloneApp("shop", { patch: "shop-crash-at-start" });
    const { record, ended, folder } = await runApp(app, "--skip", "performance");
    expect(ended.exitCode).toBe(1);
    expect(stageOf(record, "smoke")).toMatchObject({
      status: "failed",
      reason: "the app ended with exit code 1 before it was ready",
    });
    expect(textOf(folder, stageOf(record, "smoke").log)).toContain("ORDER_REVIEW_LIMIT_CENTS is not set");
    expect(stageOf(record, "integration").status).toBe("passed");
    expect(stageOf(record, "e2e")).toMatchObject({ status: "skipped", reason: "smoke did not pass" });
    expect(stageOf(record, "deploy").status).toBe("skipped");
  });
});
