import { afterAll, describe, expect, it } from "vitest";
import { cloneApp, removeFolders, runApp, stageOf, statuses, textOf } from "./user.ts";

afterAll(removeFolders);

describe("the greeter, an app without a Dockerfile", () => {
  it("passes on main; its image is made from what was built", async () => {
    const app = await cloneApp("greeter");
    const { record, ended, folder } = await runApp(app, "--skip", "performance,push,deploy");
    expect(statuses(record).filter((line) => !line.endsWith("passed"))).toEqual([
      "types skipped: Go's compiler checks types as it builds",
      "e2e skipped: no _test.go file has the line //go:build e2e",
      "performance skipped: left out by --skip performance,push,deploy",
      "push skipped: left out by --skip performance,push,deploy",
      "deploy skipped: left out by --skip performance,push,deploy",
    ]);
    expect(ended.exitCode).toBe(0);
    expect(stageOf(record, "coverage").coverage?.percent).toBeGreaterThan(80);
    expect(stageOf(record, "integration").tests?.passed).toBeGreaterThan(stageOf(record, "unit").tests?.passed ?? 1e9);
    expect(textOf(folder, stageOf(record, "smoke").log)).toContain("/healthz answered 200");
  });

  it("names the failed case of a table test", async () => {
    const app = await cloneApp("greeter", { patch: "greeter-failing-unit", branch: "feature/long-names" });
    const { record, ended } = await runApp(app, "--only", "unit");
    expect(ended.exitCode).toBe(1);
    expect(
      stageOf(record, "unit")
        .tests?.failures.map(({ name }) => name)
        .join(),
    ).toContain("TestFor/the_longest_name");
  });
});
