/** One stage's result: cached or not, its log, and every way in which it can fail. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeEach, describe, expect, it } from "vitest";
import { engineDied } from "../../ci/engine/session.ts";
import { ExitCode, WeirError } from "../../ci/errors.ts";
import { readHistory, type History } from "../../ci/execute/history.ts";
import { emptyResult, runStage } from "../../ci/execute/run-stage.ts";
import { createRunFolder, type RunFolder } from "../../ci/report/run-folder.ts";
import type { Stage, StageContext, StageOutcome } from "../../ci/stages/stage.ts";

let source: string;
let folder: RunFolder;
let history: History;
const runStartedAt = Date.parse("2026-11-24T12:00:10.700Z");

beforeEach(() => {
  source = mkdtempSync(join(tmpdir(), "weir-stage-"));
  folder = createRunFolder(source, new Date(runStartedAt));
  history = readHistory(source);
  return () => {
    rmSync(source, { recursive: true, force: true });
  };
});

async function run(stage: Stage | StageOutcome, signal = new AbortController().signal, retriesFailures = false) {
  const acting: Stage = typeof stage === "function" ? stage : () => Promise.resolve(stage);
  return runStage({
    name: "unit",
    stage: acting,
    context: {} as StageContext,
    folder,
    history,
    runStartedAt,
    signal,
    retriesFailures,
  });
}

const passed: StageOutcome = { status: "passed", reason: null };
const executed = (id: string, startedAt = 0, ranMs = 0): StageOutcome => ({ ...passed, execution: { id, startedAt, ranMs } });

describe("a stage that ends", () => {
  it("gives what it found, with its times", async () => {
    const outcome: StageOutcome = {
      status: "failed",
      reason: "2 tests failed",
      exitCode: 1,
      execution: { id: "a", startedAt: runStartedAt, ranMs: 1500 },
      log: join(folder.stage("unit"), "log"),
      reports: [{ kind: "junit", path: join(folder.stage("unit"), "reports", "1") }],
      tests: { passed: 1, failed: 2, skipped: 0, failures: [] },
      coverage: { covered: 1, total: 2, percent: 50, files: [] },
      outputs: { image: "x" },
    };
    const { result, outcome: given } = await run(async () => {
      await sleep(20);
      return outcome;
    });
    expect(given).toBe(outcome);
    expect(result).toEqual({
      name: "unit",
      status: "failed",
      reason: "2 tests failed",
      cached: false,
      startedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      durationMs: expect.any(Number),
      ranMs: 1500,
      exitCode: 1,
      log: "stages/unit/log",
      reports: [{ kind: "junit", path: "stages/unit/reports/1" }],
      tests: { passed: 1, failed: 2, skipped: 0, failures: [] },
      coverage: { covered: 1, total: 2, percent: 50, files: [] },
      outputs: { image: "x" },
    });
    expect(result.durationMs).toBeGreaterThanOrEqual(15);
  });

  it("leaves nothing out where it found nothing", async () => {
    const { result } = await run(passed);
    expect(result).toEqual({
      ...emptyResult("unit"),
      status: "passed",
      startedAt: result.startedAt,
      durationMs: result.durationMs,
      ranMs: expect.any(Number),
    });
  });

  it("keeps a log that no container keeps", async () => {
    const { result } = await run({ ...passed, logText: "what was printed" });
    expect(result.log).toBe("stages/unit/log");
    expect(folder.log(result.log!)).toBe("what was printed");
    expect(existsSync(join(source, ".weir", ".gitignore"))).toBe(true);
  });

  it("keeps no log where there is none", async () => {
    await run(passed);
    expect(existsSync(folder.stage("unit"))).toBe(false);
  });
});

describe("a result is cached", () => {
  it("where an earlier run saw its very execution, and then tells what that one took", async () => {
    history.note("unit", "a", 4000);
    expect((await run(executed("a"))).result).toMatchObject({ cached: true, ranMs: 4000 });
    expect((await run(executed("b"))).result).toMatchObject({ cached: false });
  });

  it("where another stage's execution bears the name, it is not", async () => {
    history.note("lint", "a", 4000);
    expect((await run(executed("a"))).result.cached).toBe(false);
  });

  it("where it began in a second before the run's own, as in a fresh clone", async () => {
    const second = 1000;
    const began = Math.floor(runStartedAt / second) * second;
    expect((await run(executed("a", began - second, 700))).result).toMatchObject({ cached: true, ranMs: 700 });
    expect((await run(executed("b", began))).result.cached).toBe(false);
    expect((await run(executed("c", began + second))).result.cached).toBe(false);
  });

  it("never for one that does not know when it began, or where nothing was executed", async () => {
    expect((await run(executed("a", 0))).result.cached).toBe(false);
    expect((await run(passed)).result.cached).toBe(false);
    expect((await run(passed)).result.cached).toBe(false);
  });

  it("the second time, and in the next run of the folder", async () => {
    await run(executed("a", 0, 900));
    expect((await run(executed("a", 0, 900))).result.cached).toBe(true);
    await history.save();
    history = readHistory(source);
    expect((await run(executed("a"))).result).toMatchObject({ cached: true, ranMs: 900 });
  });

  it("as well where it failed: the same tree fails the same way", async () => {
    history.note("unit", "a", 1);
    expect((await run({ ...executed("a"), status: "failed", reason: "exit code 1" })).result).toMatchObject({
      status: "failed",
      cached: true,
    });
  });
});

describe("a stage that throws", () => {
  const throwing = (error: unknown, signal?: AbortSignal) =>
    run(() => {
      throw error;
    }, signal);

  it("has failed where one of its own commands did", async () => {
    const error = Object.assign(new Error("process failed"), { name: "ExecError" });
    expect(await throwing(error)).toEqual({
      outcome: null,
      result: {
        ...emptyResult("unit"),
        status: "failed",
        reason: "process failed",
        startedAt: expect.any(String),
        durationMs: expect.any(Number),
      },
    });
  });

  it.each([
    ["the engine's own error", new Error("failed to solve"), "failed to solve"],
    [
      "one of Weir's",
      new WeirError("registry.refused", "the registry refused", "look", ExitCode.infrastructure),
      "the registry refused",
    ],
    ["a text", "out of order", "out of order"],
    ["a fault", new TypeError("x is not a function"), "x is not a function"],
  ])("is in error by %s", async (_what, error, reason) => {
    expect((await throwing(error)).result).toMatchObject({ status: "error", reason });
  });

  it("gives of a long message one line of at most 500 characters", async () => {
    const { result } = await throwing(
      new Error(Array.from({ length: 50 }, (_, at) => `line ${String(at)} ${"x".repeat(200)}`).join("\n")),
    );
    expect(result.reason).toHaveLength(500);
    expect(result.reason).toMatch(/^line 0 x+ line 1 x+ line 2/);
    expect(result.reason).not.toContain("\n");
  });

  it("was interrupted where the run was", async () => {
    const controller = new AbortController();
    controller.abort(new WeirError("run.interrupted", "interrupted", "repeat it", ExitCode.interrupted));
    expect((await throwing(new Error("fetch failed"), controller.signal)).result).toMatchObject({
      status: "cancelled",
      reason: "interrupted",
    });
    expect((await throwing(new Error("fetch failed"), AbortSignal.abort())).result).toMatchObject({ status: "cancelled" });
  });

  it("is in error where the engine died, which is no interruption", async () => {
    const controller = new AbortController();
    controller.abort(engineDied());
    expect((await throwing(new Error("socket hang up"), controller.signal)).result).toMatchObject({
      status: "error",
      reason: expect.stringMatching(/^the engine ended in the middle of the run/),
    });
  });

  it("leaves no name in the history", async () => {
    await throwing(new Error("x"));
    await history.save();
    expect(JSON.parse(readFileSync(join(source, ".weir", "state", "history.json"), "utf8"))).toEqual({ version: 1, stages: {} });
  });
});

describe("a failure that the cache answers", () => {
  const counted = () => {
    const nonces: string[] = [];
    const stage: Stage = ({ nonce }) => {
      nonces.push(nonce);
      const isAgain = nonces.length > 1;
      return Promise.resolve(
        isAgain ? executed("again", runStartedAt) : { ...executed("seen"), status: "failed", reason: "exit code 1" },
      );
    };
    return { nonces, stage };
  };

  it("is run again, so that what failed for a passing reason does not fail for ever", async () => {
    history.note("unit", "seen", 1);
    const { nonces, stage } = counted();
    const { result } = await run(stage, undefined, true);
    expect(result).toMatchObject({ status: "passed", cached: false });
    expect(nonces).toHaveLength(2);
    expect(nonces[1]).not.toBe(nonces[0]);
  });

  it("is taken as it is where that very failure is asked for, and a fresh one always", async () => {
    history.note("unit", "seen", 1);
    const asked = counted();
    expect((await run(asked.stage)).result).toMatchObject({ status: "failed", cached: true });
    const fresh: Stage = () =>
      Promise.resolve({ ...executed("new", runStartedAt + 5000), status: "failed", reason: "exit code 1" });
    expect((await run(fresh, undefined, true)).result).toMatchObject({ status: "failed", cached: false });
  });
});
