/** A run in one line, its last: "passed in 12.3 s: 11 stages passed (9 cached), 2 skipped". */
import type { RunRecord, StageResult, StageStatus } from "./report.ts";
import { counted, duration } from "./words.ts";

const opening: Readonly<Record<RunRecord["outcome"], string>> = {
  passed: "passed in",
  failed: "failed in",
  error: "ended by an error after",
  cancelled: "interrupted after",
  running: "still running after",
};

/** What went wrong comes first, by name. */
export function outcomeLine({ outcome, durationMs, stages }: RunRecord): string {
  const of = (status: StageStatus) => stages.filter((stage) => stage.status === status);
  const parts = [
    named(of("error"), "not done"),
    named(of("failed"), "failed"),
    passed(of("passed")),
    plain(of("cancelled"), "cancelled"),
    plain(of("skipped"), "skipped"),
  ];
  const said = parts.filter((part) => part !== null);
  // Only the first part needs the noun.
  const [first = "no stage ran", ...rest] = said.map((part, index) => part(index === 0));
  return `${opening[outcome]} ${duration(durationMs)}: ${[first, ...rest].join(", ")}`;
}

type Part = (withNoun: boolean) => string;

const amount = (stages: readonly StageResult[], withNoun: boolean) =>
  withNoun ? counted(stages.length, "stage") : String(stages.length);

function named(stages: readonly StageResult[], word: string): Part | null {
  return stages.length === 0
    ? null
    : (withNoun) => `${amount(stages, withNoun)} ${word} (${stages.map(({ name }) => name).join(", ")})`;
}

function plain(stages: readonly StageResult[], word: string): Part | null {
  return stages.length === 0 ? null : (withNoun) => `${amount(stages, withNoun)} ${word}`;
}

function passed(stages: readonly StageResult[]): Part | null {
  const cached = stages.filter((stage) => stage.cached).length;
  const part = plain(stages, "passed");
  return part === null ? null : (withNoun) => `${part(withNoun)}${cached === 0 ? "" : ` (${String(cached)} cached)`}`;
}
