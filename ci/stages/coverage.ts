import { explainCoverage } from "../report/coverage.ts";
import { percentage } from "../report/words.ts";
import type { Stage, StageContext } from "./stage.ts";

/** Holds the unit tests' coverage against the bar of the environment that the run leads to. Runs nothing itself. */
export const coverage: Stage = ({ results, minimumCoverage }) => {
  const unit = results.get("unit");
  const measured = unit?.coverage;
  if (measured === undefined) return Promise.resolve({ status: "failed", reason: nothingMeasured(unit?.reports) });
  const said = `${percentage(measured.percent)} of ${String(measured.total)} lines, and ${String(minimumCoverage)}% is the bar`;
  // It is as fresh as the tests that measured it.
  const execution = unit?.execution === undefined ? {} : { execution: { ...unit.execution, ranMs: 0 } };
  const status = measured.percent >= minimumCoverage ? "passed" : "failed";
  return Promise.resolve({ status, reason: said, coverage: measured, ...execution });
};

type Reports = NonNullable<ReturnType<StageContext["results"]["get"]>>["reports"];

function nothingMeasured(reports: Reports): string {
  const problem = explainCoverage(reports ?? []).problem;
  if (problem !== null) return problem;
  return "the unit tests left no coverage report (coverage/lcov.info or coverage/cobertura-coverage.xml; weir.yaml stages.unit.reports names others)";
}
