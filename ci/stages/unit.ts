import { appContainer } from "./containers.ts";
import { runAppCommands } from "./run-commands.ts";
import type { Stage } from "./stage.ts";

/** Runs the unit tests, and keeps what they say of coverage. A run that found no test is no pass. */
export const unit: Stage = async (context) => {
  const outcome = await runAppCommands(context, "unit", appContainer(context));
  const { tests } = outcome;
  const ranNone = tests !== undefined && tests.passed + tests.failed === 0;
  return outcome.status === "passed" && ranNone ? { ...outcome, status: "failed", reason: "no test was run" } : outcome;
};
