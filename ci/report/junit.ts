/** Reads the JUnit reports that a stage left, and sums them up. */
import { basename, dirname, join } from "node:path";
import { filesOfKind, readText } from "./files.ts";
import type { FileText, ReportPath } from "./files.ts";
import { mostFailures, parseJunit } from "./junit-xml.ts";
import type { TestCounts } from "./report.ts";

/**
 * What all reports of kind `junit` come to; null where there is none. One that can't be read counts as a failed test:
 * nobody knows what it held.
 */
export function readTests(reports: readonly ReportPath[]): TestCounts | null {
  const files = filesOfKind(reports, "junit", [".xml"]);
  return files.length === 0 ? null : sumTests(files.map((path) => countsOf(path, readText(path))));
}

function countsOf(path: string, read: FileText): TestCounts {
  const result = read.ok ? parseJunit(read.text) : read;
  if (result.ok) return result.counts;
  const name = `unreadable test report ${join(basename(dirname(path)), basename(path))}`;
  return { passed: 0, failed: 1, skipped: 0, failures: [{ name, message: result.problem, file: null }] };
}

/** The counts of several reports as one; of the failures only as many as are kept of one. */
export function sumTests(all: readonly TestCounts[]): TestCounts {
  const sum = (of: (counts: TestCounts) => number) => all.reduce((total, counts) => total + of(counts), 0);
  return {
    passed: sum(({ passed }) => passed),
    failed: sum(({ failed }) => failed),
    skipped: sum(({ skipped }) => skipped),
    failures: all.flatMap(({ failures }) => failures).slice(0, mostFailures),
  };
}
