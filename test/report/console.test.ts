import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { renderSummary } from "../../ci/report/console.ts";
import type { RunRecord, StageResult } from "../../ci/report/report.ts";
import { cells } from "../../ci/report/wrap.ts";
import { record, result, skipped } from "./records.ts";

const runDir = ".weir/runs/r1";

function render(shown: RunRecord, parts: Partial<Parameters<typeof renderSummary>[1]> = {}): string {
  return renderSummary(shown, { colour: false, width: 80, runDir, logTail: () => null, ...parts });
}

const failures = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    name: `suite › test ${String(index + 1)}`,
    message: `no ${String(index + 1)}`,
    file: null,
  }));

describe("a run that passed", () => {
  it("ends with a table, what was found and made, where it lies, and the outcome", () => {
    const coverage = { covered: 799, total: 1000, percent: 79.96, files: [{ file: "a.ts", covered: 799, total: 1000 }] };
    const shown = record([
      result("install", { cached: true, durationMs: 41 }),
      result("build", { durationMs: 65_000, log: "stages/build/log" }),
      result("unit", {
        log: "stages/unit/log",
        reports: [
          { kind: "junit", path: "stages/unit/reports/1" },
          { kind: "lcov", path: "stages/unit/reports/2" },
        ],
        tests: { passed: 118, failed: 0, skipped: 3, failures: [] },
        coverage,
      }),
      result("coverage", { reason: "79.9% of 1000 lines, and 75% is the bar", durationMs: 2, coverage }),
      result("integration", { tests: { passed: 4, failed: 0, skipped: 0, failures: [] } }),
      result("image", { outputs: { image: `127.0.0.1:5000/shop@sha256:${"0".repeat(64)}` } }),
      skipped("e2e", "package.json has no script for it"),
      skipped("performance", "package.json has no script for it"),
      skipped("deploy", "push to branch feature/x, of kind feature"),
    ]);
    expect(render(shown)).toBe(`\
┌─────────────┬──────────┬────────┬───────────┬──────────────────────────────┐
│ stage       │ result   │ how    │      time │ reason                       │
├─────────────┼──────────┼────────┼───────────┼──────────────────────────────┤
│ install     │ ✓ passed │ cached │     0.0 s │                              │
│ build       │ ✓ passed │ ran    │ 1 min 5 s │                              │
│ unit        │ ✓ passed │ ran    │     1.0 s │                              │
│ coverage    │ ✓ passed │ ran    │     0.0 s │ 79.9% of 1000 lines, and 75% │
│             │          │        │           │ is the bar                   │
│ integration │ ✓ passed │ ran    │     1.0 s │                              │
│ image       │ ✓ passed │ ran    │     1.0 s │                              │
└─────────────┴──────────┴────────┴───────────┴──────────────────────────────┘
– skipped e2e, performance: package.json has no script for it
– skipped deploy: push to branch feature/x, of kind feature

tests     122 passed, 0 failed, 3 skipped
coverage  79.9% (799 of 1000 lines)
image     127.0.0.1:5000/shop@sha256:${"0".repeat(64)}

record    .weir/runs/r1/run.json
logs      .weir/runs/r1/stages/*/log
report    .weir/runs/r1/stages/unit/reports/1 (junit of unit)
report    .weir/runs/r1/stages/unit/reports/2 (lcov of unit)

passed in 12.3 s: 6 stages passed (1 cached), 3 skipped`);
  });

  it("says it where nothing had to run", () => {
    expect(render(record([skipped("unit", "not selected")]))).toBe(`\
– skipped unit: not selected

record    .weir/runs/r1/run.json

passed in 12.3 s: 1 stage skipped`);
    expect(render(record([]))).toBe("record    .weir/runs/r1/run.json\n\npassed in 12.3 s: no stage ran");
  });
});

describe("a run that failed", () => {
  const failed = (parts: Partial<StageResult>) =>
    record([result("unit", { status: "failed", ...parts })], { outcome: "failed", exitCode: 1 });

  it("shows the first failed tests, then the end of the log", () => {
    const shown = failed({
      reason: "2 tests failed",
      log: "stages/unit/log",
      tests: {
        passed: 1,
        failed: 2,
        skipped: 0,
        failures: [
          {
            name: "test/a.test.ts › adds numbers whose name is so long that it goes on for a second line",
            message:
              "AssertionError: expected 1 to be 2\n\n    at sum (src/sum.ts:1:2) in a stack trace of which each line is as long as they are",
            file: "test/a.test.ts",
          },
          { name: "subtracts", message: "no", file: "test/b.test.ts" },
        ],
      },
    });
    expect(render(shown, { logTail: (stage) => `$ npm run ${stage}\n\n\u001b[31mFAIL\u001b[39m\ttest/a.test.ts\r\n` })).toBe(`\
┌───────┬──────────┬─────┬───────┬────────────────┐
│ stage │ result   │ how │  time │ reason         │
├───────┼──────────┼─────┼───────┼────────────────┤
│ unit  │ ✗ failed │ ran │ 1.0 s │ 2 tests failed │
└───────┴──────────┴─────┴───────┴────────────────┘

unit: 2 tests failed
  ✗ test/a.test.ts › adds numbers whose name is so long that it goes on for a
    second line
      AssertionError: expected 1 to be 2
          at sum (src/sum.ts:1:2) in a stack trace of which each line is as long
          as they are
  ✗ subtracts (test/b.test.ts)
      no

unit: the last 3 lines of .weir/runs/r1/stages/unit/log
  unit │ $ npm run unit
  unit │
  unit │ FAIL\ttest/a.test.ts

tests     1 passed, 2 failed, 0 skipped

record    .weir/runs/r1/run.json
logs      .weir/runs/r1/stages/*/log

failed in 12.3 s: 1 stage failed (unit)`);
  });

  it("shows five failed tests and counts the rest, those too that were not kept", () => {
    const text = render(failed({ tests: { passed: 0, failed: 999, skipped: 0, failures: failures(200) } }));
    expect(text).toContain("unit: 999 tests failed\n  ✗ suite › test 1\n      no 1\n");
    expect(text).toContain("  ✗ suite › test 5\n      no 5\n  … and 994 more\n");
    expect(text).not.toContain("test 6");
  });

  it("cuts a long message", () => {
    const message = Array.from({ length: 30 }, (_, index) => `line ${String(index + 1)}`).join("\n");
    const text = render(failed({ tests: { passed: 0, failed: 1, skipped: 0, failures: [{ name: "n", message, file: null }] } }));
    expect(text).toContain("      line 12\n      … 18 lines more\n");
  });

  it("shows failed tests of a stage that passed, too", () => {
    expect(render(record([result("unit", { tests: { passed: 0, failed: 1, skipped: 0, failures: failures(1) } })]))).toContain(
      "unit: 1 test failed\n",
    );
  });

  it("shows the last 50 lines of a log of any size, and of none a word", () => {
    const log = Array.from({ length: 1_000_000 }, (_, index) => `line ${String(index + 1)}\n`).join("");
    const text = render(failed({ log: "stages/unit/log" }), { logTail: () => log });
    expect(text).toContain("unit: the last 50 lines of .weir/runs/r1/stages/unit/log\n  unit │ line 999951\n");
    expect(text).toContain("  unit │ line 1000000\n");
    expect(text).not.toContain("line 999950\n");
    expect(render(failed({ log: "stages/unit/log" }), { logTail: () => "" })).toContain(
      "unit: the log is empty (.weir/runs/r1/stages/unit/log)",
    );
    expect(render(failed({ log: "stages/unit/log" }), { logTail: () => null })).not.toContain("the log is empty");
  });

  it("shows no log of what passed, was cancelled or skipped", () => {
    const stages = [
      result("a", { log: "l" }),
      result("b", { status: "cancelled", log: "l" }),
      { ...skipped("c", "r"), log: "l" },
    ];
    expect(render(record(stages), { logTail: () => "a log" })).not.toContain("a log");
  });

  it("names the files that miss most where coverage was too low", () => {
    const files = ["a", "b", "c", "d", "e", "f"].map((file, index) => ({ file: `src/${file}.ts`, covered: index, total: 10 }));
    const text = render(
      record(
        [
          result("coverage", {
            status: "failed",
            coverage: { covered: 15, total: 60, percent: 25, files: [...files, { file: "src/whole.ts", covered: 9, total: 9 }] },
          }),
        ],
        { outcome: "failed" },
      ),
    );
    expect(text).toContain(
      "coverage  25.0% (15 of 60 lines)\n          src/a.ts: 10 of 10 not covered\n          src/b.ts: 9 of 10 not covered\n",
    );
    expect(text).not.toContain("src/f.ts");
    expect(text).not.toContain("whole");
  });

  it("takes the coverage stage's measurement before another's", () => {
    const measured = (percent: number) => ({ covered: percent, total: 100, percent, files: [] });
    expect(
      render(record([result("unit", { coverage: measured(10) }), result("coverage", { coverage: measured(20) })])),
    ).toContain("coverage  20.0%");
    expect(render(record([result("unit", { coverage: measured(10) })]))).toContain("coverage  10.0%");
  });
});

describe("the last line", () => {
  const last = (shown: RunRecord) => render(shown).split("\n").at(-1);

  it.each([
    [
      record([
        ...Array.from({ length: 11 }, (_, index) => result(`s${String(index)}`, { cached: index < 9 })),
        skipped("x", "r"),
        skipped("y", "r"),
      ]),
      "passed in 12.3 s: 11 stages passed (9 cached), 2 skipped",
    ],
    [
      record([result("a"), result("unit", { status: "failed" }), result("lint", { status: "failed" })], { outcome: "failed" }),
      "failed in 12.3 s: 2 stages failed (unit, lint), 1 passed",
    ],
    [
      record([result("a"), result("image", { status: "error" }), result("b", { status: "failed" })], {
        outcome: "error",
        durationMs: 400,
      }),
      "ended by an error after 0.4 s: 1 stage not done (image), 1 failed (b), 1 passed",
    ],
    [
      record([result("a", { cached: true }), result("b", { status: "cancelled" })], {
        outcome: "cancelled",
        durationMs: 3_724_000,
      }),
      "interrupted after 1 h 2 min: 1 stage passed (1 cached), 1 cancelled",
    ],
    [
      record([skipped("deploy", "a reason")], { outcome: "running", durationMs: 90_000 }),
      "still running after 1 min 30 s: 1 stage skipped",
    ],
  ])("%#", (shown, line) => {
    expect(last(shown)).toBe(line);
  });
});

describe("the terminal", () => {
  const hostile = "\u001b]0;owned\u0007\u001b[2J\u001b[31mred\u202etxt\u0000\rover\nnext";
  const shown = record(
    [
      result("unit", {
        status: "failed",
        reason: hostile,
        log: "stages/unit/log",
        tests: { passed: 0, failed: 1, skipped: 0, failures: [{ name: hostile, message: hostile, file: hostile }] },
        outputs: { image: hostile },
      }),
      skipped("e2e", hostile),
      result("coverage", {
        status: "failed",
        coverage: { covered: 0, total: 1, percent: 0, files: [{ file: hostile, covered: 0, total: 1 }] },
      }),
    ],
    { outcome: "failed" },
  );

  it("is never obeyed by what an app wrote", () => {
    const text = render(shown, { logTail: () => hostile });
    // eslint-disable-next-line no-control-regex -- these are what must not be there
    expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(text).toContain("red\\u{202e}txt\\u{0}");
  });

  it("gets colours only when it is to, and the same words without", () => {
    const coloured = render(shown, { colour: true, logTail: () => "log" });
    expect(coloured).toContain("\u001b[31m✗ failed\u001b[39m");
    expect(stripVTControlCharacters(coloured)).toBe(render(shown, { logTail: () => "log" }));
  });

  it.each([80, 100, 200])("%d cells wide holds the table, whatever the reason", (width) => {
    const reason = `a reason of very many words and one ${"long".repeat(60)} word, 日本語のとても長い説明文がここに続きますので折り返しが必要です`;
    const text = render(record([result("performance", { status: "cancelled", reason, cached: true, durationMs: 3_540_000 })]), {
      width,
    });
    const table = text.split("\n").filter((line) => /^[┌├│└]/.test(line));
    expect(Math.max(...table.map(cells))).toBeLessThanOrEqual(width);
    const joined = table
      .slice(3, -1)
      .map((line) => line.split("│")[5]?.trim())
      .join("");
    expect(joined.replaceAll(" ", "")).toBe(reason.replaceAll(" ", ""));
  });

  it("that is narrower, or of no known width, gets 80 columns", () => {
    const wide = record([result("unit", { reason: "word ".repeat(40) })]);
    expect(render(wide, { width: 20 })).toBe(render(wide, { width: 80 }));
    expect(render(wide, { width: 0 })).toBe(render(wide, { width: 80 }));
  });
});
