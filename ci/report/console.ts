/** What a person reads at the end of a run. Pure: a record in, text out. */
import { join } from "node:path";
import picocolors from "picocolors";
import type { Colors } from "picocolors/types.js";
import { coverageLines, failedTests, logEnd } from "./console-details.ts";
import { paint } from "./console-status.ts";
import { skippedLines, stageTable } from "./console-table.ts";
import { cleanText } from "./log-text.ts";
import { outcomeLine } from "./outcome.ts";
import type { RunRecord, StageResult } from "./report.ts";

export interface SummaryOptions {
  readonly colour: boolean;
  /** Of the terminal, in characters; less than 80 is taken for 80. */
  readonly width: number;
  /** The run's folder, as it is to be shown. */
  readonly runDir: string;
  /** The log of a stage (its end will do), or null where there is none. */
  logTail(stage: string): string | null;
}

const narrowest = 80;

/** The stages, what went wrong in which of them, where the results lie, and the outcome as the last line. */
export function renderSummary(record: RunRecord, options: SummaryOptions): string {
  const colours = picocolors.createColors(options.colour);
  const width = Math.max(narrowest, options.width);
  const stages = record.stages.filter(({ status }) => status !== "skipped");
  const skipped = record.stages.filter(({ status }) => status === "skipped");
  const sections = [
    [...stageTable(stages, width, colours), ...skippedLines(skipped, width).map((line) => colours.dim(line))],
    ...stages.map((stage) => titled(failedTests(stage, width), colours)),
    ...stages.filter(isBroken).map((stage) => titled(logOf(stage, options), colours)),
    findings(record.stages),
    places(record.stages, options.runDir),
    [paint(record.outcome === "passed" ? "passed" : "failed", colours)(colours.bold(outcomeLine(record)))],
  ];
  return sections
    .filter((section) => section.length > 0)
    .map((section) => section.join("\n"))
    .join("\n\n");
}

const isBroken = ({ status }: StageResult) => status === "failed" || status === "error";

const titled = ([title, ...rest]: readonly string[], colours: Colors) =>
  title === undefined ? [] : [colours.bold(title), ...rest];

function logOf({ name, log }: StageResult, options: SummaryOptions): readonly string[] {
  const text = log === null ? null : options.logTail(name);
  return text === null || log === null ? [] : logEnd(name, join(options.runDir, log), text);
}

/** What the tests and the coverage came to, and what was made. */
function findings(stages: readonly StageResult[]): readonly string[] {
  const tests = stages.flatMap(({ tests: counts }) => (counts === null ? [] : [counts]));
  const sum = (of: (counts: (typeof tests)[number]) => number) => String(tests.reduce((total, counts) => total + of(counts), 0));
  const measured =
    stages.find(({ name, coverage }) => name === "coverage" && coverage !== null) ??
    stages.find(({ coverage }) => coverage !== null);
  const outputs = new Map(stages.flatMap(({ outputs: made }) => Object.entries(made)));
  return [
    ...(tests.length === 0
      ? []
      : [
          `tests     ${sum(({ passed }) => passed)} passed, ${sum(({ failed }) => failed)} failed, ${sum(({ skipped }) => skipped)} skipped`,
        ]),
    ...(measured?.coverage ? coverageLines(measured.coverage, isBroken(measured)) : []),
    ...[...outputs].map(([name, value]) => `${cleanText(name).padEnd(9)} ${cleanText(value)}`),
  ];
}

/** Where to look further. Paths are never wrapped, so they can be copied. */
function places(stages: readonly StageResult[], runDir: string): readonly string[] {
  const reports = stages.flatMap(({ name, reports: all }) => all.map(({ kind, path }) => ({ what: `${kind} of ${name}`, path })));
  return [
    `record    ${join(runDir, "run.json")}`,
    ...(stages.some(({ log }) => log !== null) ? [`logs      ${join(runDir, "stages", "*", "log")}`] : []),
    ...reports.map(({ what, path }) => `report    ${join(runDir, path)} (${what})`),
  ];
}
