/**
 * Counts a whole run of scripts/test. Its arguments are the parts: `check:NAME:EXIT-CODE` counts as one test, and
 * `vitest:NAME:EXIT-CODE:REPORT.json` as the tests in the report. It names what failed and what was skipped, and its
 * last line is `N passed, N failed, N skipped`.
 */
import { readFileSync, realpathSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";

/** Sums up parts as `parsePart` returns them, with `report` the parsed JSON, or null where there is none. */
export function tally(parts) {
  const total = { passed: 0, failed: [], skipped: [] };
  for (const part of parts) {
    if (part.kind === "vitest") addReport(total, part);
    else if (part.exitCode === 0) total.passed += 1;
    else total.failed.push(part.name + because(part.exitCode));
  }
  return total;
}

/** A run of no test at all has shown nothing, so it has not passed. */
export function exitCodeOf({ passed, failed }) {
  return failed.length > 0 || passed === 0 ? 1 : 0;
}

export function linesOf({ passed, failed, skipped }) {
  return [
    ...failed.map((name) => `failed: ${name}`),
    ...skipped.map((name) => `skipped: ${name}`),
    `${passed} passed, ${failed.length} failed, ${skipped.length} skipped`,
  ];
}

function addReport(total, { name, exitCode, report }) {
  if (!report) {
    total.failed.push(`${name}: it ended without a report${because(exitCode)}`);
    return;
  }
  const before = total.failed.length;
  for (const file of report.testResults) addFile(total, name, file);
  if (exitCode !== 0 && total.failed.length === before) {
    const why = report.testResults.length === 0 ? "there are no tests" : "an error outside of the tests";
    total.failed.push(`${name}: ${why}${because(exitCode)}`);
  }
}

function addFile(total, name, { name: path, status, message, assertionResults }) {
  const label = (test) => `${name}: ${relative(process.cwd(), path)}: ${test.fullName}`;
  const before = total.failed.length;
  for (const test of assertionResults) {
    if (test.status === "passed") total.passed += 1;
    else if (test.status === "failed") total.failed.push(label(test));
    else total.skipped.push(label(test));
  }
  // A file that could not be loaded, or a hook around its tests that failed.
  if (status === "failed" && total.failed.length === before) {
    total.failed.push(`${name}: ${relative(process.cwd(), path)}: ${message.split("\n")[0] || "outside of its tests"}`);
  }
}

/** 124 and 137 are what `timeout` leaves behind. */
function because(exitCode) {
  if (exitCode === 124 || exitCode === 137) return " (it took too long and was ended)";
  return exitCode === 0 ? "" : ` (exit code ${exitCode})`;
}

function parsePart(argument) {
  const [kind, name, exitCode, ...path] = argument.split(":");
  return { kind, name, exitCode: Number(exitCode), report: kind === "vitest" ? readReport(path.join(":")) : null };
}

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return null;
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const total = tally(process.argv.slice(2).map(parsePart));
  console.log(linesOf(total).join("\n"));
  process.exitCode = exitCodeOf(total);
}
