/** What a person needs to see of a run that did not pass: the failed tests, the end of a log, the coverage. */
import { cleanLines, cleanText, tailLines } from "./log-text.ts";
import type { Coverage, FailedTest, StageResult } from "./report.ts";
import { counted, percentage, symbols } from "./words.ts";
import { wrap } from "./wrap.ts";

const mostTests = 5;
const mostMessageLines = 12;
const mostLogLines = 50;
const mostFiles = 5;

/** The first failed tests of a stage, each with its message. */
export function failedTests({ name, tests }: StageResult, width: number): readonly string[] {
  if (tests === null || tests.failed === 0) return [];
  const shown = tests.failures.slice(0, mostTests);
  const left = tests.failed - shown.length;
  return [
    `${name}: ${counted(tests.failed, "test")} failed`,
    ...shown.flatMap((failure) => failedTest(failure, width)),
    ...(left > 0 ? [`  … and ${String(left)} more`] : []),
  ];
}

function failedTest({ name, file, message }: FailedTest, width: number): readonly string[] {
  const title = cleanText(name);
  const where = file === null || title.includes(file) ? "" : ` (${cleanText(file)})`;
  const lines = cleanLines(message).filter((line) => line.trim() !== "");
  const body = lines.slice(0, mostMessageLines).flatMap((line) => indented(line, width - 6));
  return [
    ...wrap(`${symbols.failed} ${title}${where}`, width - 4).map((line, index) => (index === 0 ? `  ${line}` : `    ${line}`)),
    ...body.map((line) => `      ${line}`),
    ...(lines.length > mostMessageLines ? [`      … ${counted(lines.length - mostMessageLines, "line")} more`] : []),
  ];
}

/** A line within a width; what is wrapped keeps the indentation that it began with. */
function indented(line: string, width: number): readonly string[] {
  const [indent = ""] = /^\s{0,20}/.exec(line) ?? [];
  const spaces = indent.replaceAll("\t", "    ");
  return wrap(line.slice(indent.length), Math.max(20, width - spaces.length)).map((part) => `${spaces}${part}`);
}

/** The last lines of a stage's log. Its lines are not wrapped, so they can be copied. */
export function logEnd(name: string, path: string, text: string): readonly string[] {
  const lines = tailLines(text, mostLogLines);
  if (lines.length === 0) return [`${name}: the log is empty (${path})`];
  return [
    `${name}: the last ${counted(lines.length, "line")} of ${path}`,
    ...lines.map((line) => `  ${name} │ ${line}`.trimEnd()),
  ];
}

/** The coverage in a line; where it was too low, the files that miss most below it. */
export function coverageLines({ percent, covered, total, files }: Coverage, isTooLow: boolean): readonly string[] {
  const missing = files
    .filter((file) => file.covered < file.total)
    .sort((one, other) => other.total - other.covered - (one.total - one.covered));
  const worst = isTooLow ? missing.slice(0, mostFiles) : [];
  return [
    `coverage  ${percentage(percent)} (${String(covered)} of ${String(total)} lines)`,
    ...worst.map(
      (file) => `          ${cleanText(file.file)}: ${String(file.total - file.covered)} of ${String(file.total)} not covered`,
    ),
  ];
}
