import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { explainCoverage, mergeUnits, readCoverage, summarise } from "../../ci/report/coverage.ts";
import { readCobertura, readGoCover, readLcov } from "../../ci/report/coverage-formats.ts";
import type { Units } from "../../ci/report/coverage-formats.ts";
import type { ReportPath } from "../../ci/report/files.ts";

describe("readCoverage", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "weir-coverage-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function report(kind: ReportPath["kind"], name: string, text: string): ReportPath {
    writeFileSync(join(folder, name), text);
    return { kind, path: join(folder, name) };
  }

  const lcov = "SF:a\nDA:1,1\nDA:2,0\nend_of_record\n";
  const cobertura = `<coverage><class filename="a"><line number="1" hits="1"/></class></coverage>`;

  it("is null, without a problem, where there is no report", () => {
    expect(explainCoverage([{ kind: "lcov", path: join(folder, "none") }])).toEqual({ coverage: null, problem: null });
    expect(readCoverage([])).toBeNull();
  });

  it("takes LCOV before Cobertura, and Cobertura before Go's, never two", () => {
    const reports = [
      report("go-cover", "3", "mode: set\na:1.1,2.2 1 1\n"),
      report("cobertura", "2", cobertura),
      report("lcov", "1", lcov),
    ];
    expect(readCoverage(reports)?.percent).toBe(50);
    expect(readCoverage(reports.slice(0, 2))?.percent).toBe(100);
    expect(readCoverage(reports.slice(0, 1))?.total).toBe(1);
  });

  it("merges several of one format, and those of a folder", () => {
    mkdirSync(join(folder, "packages/b"), { recursive: true });
    report("lcov", "packages/b/lcov.info", "SF:b\nDA:1,1\nend_of_record\n");
    report("lcov", "packages/b/notes.txt", "not a report");
    const reports = [
      report("lcov", "1", lcov),
      report("lcov", "2", "SF:a\nDA:2,9\nend_of_record\n"),
      { kind: "lcov", path: join(folder, "packages") } as const,
    ];
    expect(readCoverage(reports)).toEqual({
      covered: 3,
      total: 3,
      percent: 100,
      files: [
        { file: "a", covered: 2, total: 2 },
        { file: "b", covered: 1, total: 1 },
      ],
    });
  });

  it("trusts nothing where one of several can't be read, nor another format in its place", () => {
    const reports = [report("lcov", "1", lcov), report("lcov", "2", "SF:a\n"), report("cobertura", "3", cobertura)];
    expect(explainCoverage(reports)).toEqual({
      coverage: null,
      problem: "the lcov report could not be read: it ends in the middle of a record",
    });
  });

  it.each([
    ["lcov", ""],
    ["lcov", "SF:a\nLF:0\nend_of_record\n"],
    ["cobertura", "<coverage/>"],
    ["go-cover", "mode: set\n"],
  ] as const)("is null for a %s report of no lines: nothing was measured", (kind, text) => {
    expect(explainCoverage([report(kind, "1", text)])).toEqual({
      coverage: null,
      problem: `the ${kind} report has no lines: nothing was measured`,
    });
  });
});

const units: fc.Arbitrary<Units> = fc
  .array(
    fc.record({
      file: fc.constantFrom("a", "./a", "b", "src\\c", "src/c"),
      place: fc.constantFrom("1", "2", "3.1,4.2"),
      unit: fc.record({ weight: fc.nat(1000), covered: fc.boolean() }),
    }),
    { maxLength: 30 },
  )
  .map((entries) => {
    const grown = new Map<string, Map<string, { weight: number; covered: boolean }>>();
    for (const { file, place, unit } of entries) grown.set(file, new Map([...(grown.get(file) ?? []), [place, unit]]));
    return grown;
  });

const asObject = (merged: Units) => Object.fromEntries([...merged].map(([file, places]) => [file, Object.fromEntries(places)]));

describe("merging", () => {
  it("gives the same whatever the order, and the same again when repeated", () => {
    fc.assert(
      fc.property(fc.array(units, { maxLength: 4 }), (all) => {
        const merged = mergeUnits(all);
        expect(asObject(mergeUnits([...all].reverse()))).toEqual(asObject(merged));
        expect(asObject(mergeUnits([...all, ...all]))).toEqual(asObject(merged));
        expect(asObject(mergeUnits([merged]))).toEqual(asObject(merged));
        expect(summarise(mergeUnits([...all].reverse()))).toEqual(summarise(merged));
      }),
    );
  });

  it("never covers more than there is, and loses no file", () => {
    fc.assert(
      fc.property(fc.array(units, { maxLength: 4 }), (all) => {
        const coverage = summarise(mergeUnits(all));
        if (coverage === null) return;
        expect(coverage.total).toBeGreaterThan(0);
        expect(coverage.covered).toBeLessThanOrEqual(coverage.total);
        expect(coverage.percent).toBeGreaterThanOrEqual(0);
        expect(coverage.percent).toBeLessThanOrEqual(100);
        expect(coverage.files.every(({ covered, total }) => covered <= total && total > 0)).toBe(true);
        expect(coverage.files.reduce((sum, { total }) => sum + total, 0)).toBe(coverage.total);
      }),
    );
  });
});

describe("whatever they are given, the readers", () => {
  const piece = fc.constantFrom(
    "SF:a\n",
    "DA:1,1\n",
    "DA:2,0\n",
    "end_of_record\n",
    "mode: set\n",
    "a.go:1.1,2.2 3 1\n",
    "<coverage>",
    "<class filename='a'>",
    "<line number='1' hits='1'/>",
    "</class>",
    "</coverage>",
    "\u0000",
    "\n",
  );
  const input = fc.oneof(
    fc.string(),
    fc.array(piece).map((pieces) => pieces.join("")),
  );

  it("never throw, and what they read adds up", () => {
    fc.assert(
      fc.property(input, fc.constantFrom(readLcov, readCobertura, readGoCover), (text, read) => {
        const result = read(text);
        const coverage = result.ok ? summarise(result.units) : null;
        if (coverage !== null) expect(coverage.covered).toBeLessThanOrEqual(coverage.total);
      }),
      { numRuns: 2000 },
    );
  });
});
