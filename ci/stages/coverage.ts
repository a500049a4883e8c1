import type { Stage } from "./stage.ts";

/** Holds the unit tests' coverage against the bar of the environment that the run leads to. Runs nothing itself. */
export const coverage: Stage = ({ results, minimumCoverage }) => {
  const measured = results.get("unit")?.coverage;
  if (measured === undefined) {
    return Promise.resolve({
      status: "failed",
      reason:
        "the unit tests left no coverage report (coverage/lcov.info or coverage/cobertura-coverage.xml; weir.yaml stages.unit.reports names others)",
    });
  }
  const said = `${measured.percent.toFixed(1)}% of ${String(measured.total)} lines, and ${String(minimumCoverage)}% is the bar`;
  const passed = measured.percent >= minimumCoverage;
  // It is as fresh as the tests that measured it.
  const execution = results.get("unit")?.execution;
  return Promise.resolve({
    status: passed ? "passed" : "failed",
    reason: said,
    coverage: measured,
    ...(execution === undefined ? {} : { execution: { ...execution, ranMs: 0 } }),
  });
};
