import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { findEngine } from "../../ci/engine/native/daemon.ts";
import { layoutOf } from "../../ci/engine/native/layout.ts";
import type { RunRecord } from "../../ci/report/report.ts";
import { cloneApp, containerProcesses, removeFolders, runApp, startWeir, stageOf, untilOutput, weir } from "./user.ts";

afterAll(removeFolders);

const slowShop = () => cloneApp("shop", { patch: "shop-slow-test", branch: "feature/slow" });

async function untilTestsRun(): Promise<void> {
  const deadline = Date.now() + 5 * 60_000;
  while (!(await containerProcesses()).some((line) => line.includes("test:unit"))) {
    if (Date.now() > deadline) throw new Error("the unit tests did not start");
    await sleep(200);
  }
}

function onlyRecord(app: string): RunRecord {
  const runs = join(app, ".weir", "runs");
  const [id = "none", ...others] = readdirSync(runs);
  expect(others).toEqual([]);
  return JSON.parse(readFileSync(join(runs, id, "run.json"), "utf8")) as RunRecord;
}

describe("a run that is interrupted", () => {
  it.each(["SIGINT", "SIGTERM"] as const)("ends on %s and leaves nothing running", async (name) => {
    const app = await slowShop();
    const run = startWeir(["run", "--source", app, "--only", "unit"]);
    await untilTestsRun();
    const asked = performance.now();
    run.kill(name);
    const { exitCode, all } = await run;
    const took = performance.now() - asked;
    expect(exitCode).toBe(130);
    expect(all).toContain("interrupted");
    // The promise is two seconds on an idle machine; a busy one gets some more before this counts as a hang.
    expect(took).toBeLessThan(20_000);
    await sleep(1_000);
    expect(await containerProcesses()).toEqual([]);
    const record = onlyRecord(app);
    expect(record).toMatchObject({ outcome: "cancelled", exitCode: 130 });
    expect(stageOf(record, "install").status).toBe("passed");
    expect(stageOf(record, "unit")).toMatchObject({ status: "cancelled", reason: "interrupted" });
  });

  it("ends its containers too when it is killed outright", async () => {
    const app = await slowShop();
    const run = startWeir(["run", "--source", app, "--only", "unit"]);
    await untilTestsRun();
    run.kill("SIGKILL");
    await run;
    const deadline = Date.now() + 20_000;
    while ((await containerProcesses()).length > 0 && Date.now() < deadline) await sleep(200);
    expect(await containerProcesses()).toEqual([]);
    expect(onlyRecord(app)).toMatchObject({ outcome: "running" });
  });

  it("says clearly that the engine died, and the next run starts it again", async () => {
    const app = await slowShop();
    const run = startWeir(["run", "--source", app, "--only", "unit"]);
    await untilOutput(run, "unit");
    await untilTestsRun();
    const engine = findEngine(layoutOf());
    if (engine?.init == null) throw new Error("no embedded engine runs");
    process.kill(engine.init, "SIGKILL");
    const { exitCode, all } = await run;
    expect(all).toContain("the engine ended in the middle of the run");
    expect(exitCode).toBe(4);
    expect(onlyRecord(app)).toMatchObject({ outcome: "error", exitCode: 4 });
    const again = await runApp(app, "--only", "lint");
    expect(stageOf(again.record, "lint").status).toBe("passed");
  });
});

describe("an engine that is not there", () => {
  it.each(["unix:///nowhere/engine.sock", "tcp://127.0.0.1:9"])("is named with exit code 4: %s", async (host) => {
    const app = await cloneApp("greeter");
    const { exitCode, stderr } = await weir(["run", "--source", app], { _EXPERIMENTAL_DAGGER_RUNNER_HOST: host });
    expect(stderr).toContain(`${host}) does not answer`);
    expect(exitCode).toBe(4);
  });
});
