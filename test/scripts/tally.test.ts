import { describe, expect, it } from "vitest";
import { exitCodeOf, linesOf, tally, type Part, type Report } from "../../scripts/lib/tally.mjs";

function check(name: string, exitCode: number): Part {
  return { kind: "check", name, exitCode, report: null };
}

function vitest(exitCode: number, ...files: Partial<Report["testResults"][number]>[]): Part {
  const testResults = files.map((file) => ({ name: "a.test.ts", status: "passed", message: "", assertionResults: [], ...file }));
  return { kind: "vitest", name: "unit tests", exitCode, report: { testResults } };
}

function tests(...statuses: string[]) {
  return statuses.map((status, index) => ({ fullName: `test ${index} ${status}`, status }));
}

describe("tally", () => {
  it("counts checks and tests together and names what failed and what was skipped", () => {
    const parts = [
      check("lint", 0),
      check("type check", 2),
      vitest(1, { assertionResults: tests("passed", "failed", "skipped", "pending", "todo") }),
    ];
    expect(linesOf(tally(parts))).toEqual([
      "failed: type check (exit code 2)",
      "failed: unit tests: a.test.ts: test 1 failed",
      "skipped: unit tests: a.test.ts: test 2 skipped",
      "skipped: unit tests: a.test.ts: test 3 pending",
      "skipped: unit tests: a.test.ts: test 4 todo",
      "2 passed, 2 failed, 3 skipped",
    ]);
    expect(exitCodeOf(tally(parts))).toBe(1);
  });

  it("passes where something ran and nothing failed", () => {
    const total = tally([check("lint", 0), vitest(0, { assertionResults: tests("passed", "passed", "skipped") })]);
    expect(total).toEqual({ passed: 3, failed: [], skipped: ["unit tests: a.test.ts: test 2 skipped"] });
    expect(exitCodeOf(total)).toBe(0);
  });

  it.each([
    ["no part at all", []],
    ["only skipped tests", [vitest(0, { assertionResults: tests("skipped") })]],
  ])("does not pass with %s", (_, parts) => {
    expect(exitCodeOf(tally(parts))).toBe(1);
  });

  it.each([
    ["ended without a report", { ...vitest(134), report: null }, "unit tests: it ended without a report (exit code 134)"],
    ["took too long", { ...vitest(124), report: null }, "unit tests: it ended without a report (it took too long and was ended)"],
    ["found no test file", vitest(1), "unit tests: there are no tests (exit code 1)"],
    [
      "met an error outside of the tests",
      vitest(1, { assertionResults: tests("skipped") }),
      "unit tests: an error outside of the tests (exit code 1)",
    ],
    [
      "could not load a file",
      vitest(1, { status: "failed", message: "SyntaxError: x\n  at y" }),
      "unit tests: a.test.ts: SyntaxError: x",
    ],
    [
      "had a hook that failed after tests that passed",
      vitest(1, { status: "failed", assertionResults: tests("skipped") }),
      "unit tests: a.test.ts: outside of its tests",
    ],
  ])("counts one failure where Vitest %s", (_, part, name) => {
    expect(tally([part]).failed).toEqual([name]);
  });
});
