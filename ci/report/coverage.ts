/** Reads the coverage that a stage's tests left, whatever the format, as one measurement. */
import { addUnit, readCobertura, readGoCover, readLcov } from "./coverage-formats.ts";
import type { Unit, Units, UnitsRead } from "./coverage-formats.ts";
import { filesOfKind, readText } from "./files.ts";
import type { ReportPath } from "./files.ts";
import type { Coverage, FileCoverage } from "./report.ts";

/** `problem` says why reports that are there gave no measurement; null where there are none, or where they gave one. */
export interface CoverageReading {
  readonly coverage: Coverage | null;
  readonly problem: string | null;
}

interface Format {
  readonly kind: ReportPath["kind"];
  readonly endings: readonly string[];
  readonly read: (text: string) => UnitsRead;
}

/** The first of which there is a report counts, alone: tools write the same measurement in several formats. */
const formats: readonly Format[] = [
  { kind: "lcov", endings: [".info"], read: readLcov },
  { kind: "cobertura", endings: [".xml"], read: readCobertura },
  { kind: "go-cover", endings: [".out"], read: readGoCover },
];

/** The coverage, or null where nothing was measured: no report, no lines, or a report that can't be trusted. */
export function readCoverage(reports: readonly ReportPath[]): Coverage | null {
  return explainCoverage(reports).coverage;
}

/** As `readCoverage`, with the reason where there is none. One unreadable report of several leaves nothing to trust. */
export function explainCoverage(reports: readonly ReportPath[]): CoverageReading {
  for (const { kind, endings, read } of formats) {
    const files = filesOfKind(reports, kind, endings);
    if (files.length === 0) continue;
    const measured: Units[] = [];
    for (const path of files) {
      const text = readText(path);
      const result = text.ok ? read(text.text) : text;
      if (!result.ok) return { coverage: null, problem: `the ${kind} report could not be read: ${result.problem}` };
      measured.push(result.units);
    }
    const coverage = summarise(mergeUnits(measured));
    return { coverage, problem: coverage === null ? `the ${kind} report has no lines: nothing was measured` : null };
  }
  return { coverage: null, problem: null };
}

/** Several measurements as one; a place that several have is counted once, and covered where any covered it. */
export function mergeUnits(all: readonly Units[]): Units {
  const merged = new Map<string, Map<string, Unit>>();
  for (const units of all) {
    for (const [file, places] of units) for (const [place, unit] of places) addUnit(merged, file, place, unit);
  }
  return merged;
}

/** The totals, by file in the order of their names; null for none, because 0 of 0 lines is no full coverage. */
export function summarise(units: Units): Coverage | null {
  const files = [...units].map(([file, places]) => fileCoverage(file, [...places.values()])).filter(({ total }) => total > 0);
  files.sort((one, other) => (one.file < other.file ? -1 : one.file > other.file ? 1 : 0));
  const covered = files.reduce((sum, file) => sum + file.covered, 0);
  const total = files.reduce((sum, file) => sum + file.total, 0);
  return total === 0 ? null : { covered, total, percent: (covered / total) * 100, files };
}

function fileCoverage(file: string, units: readonly Unit[]): FileCoverage {
  const weigh = (some: readonly Unit[]) => some.reduce((sum, { weight }) => sum + weight, 0);
  return { file, covered: weigh(units.filter(({ covered }) => covered)), total: weigh(units) };
}
