/** Runs a stage's commands in a container and reads what they left: exit code, log, reports. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Container } from "@dagger.io/dagger";
import { withCommands } from "../engine/exec.ts";
import { readExecution } from "../engine/outcome.ts";
import { readCoverage } from "../report/coverage.ts";
import { readTests } from "../report/junit.ts";
import { commandOf } from "../toolchains/commands.ts";
import type { Argv, ReportFile } from "../toolchains/toolchain.ts";
import type { StageName } from "./catalogue.ts";
import { withNonce, withVariables } from "./containers.ts";
import type { StageContext, StageOutcome } from "./stage.ts";

export interface Work {
  readonly commands: readonly Argv[];
  readonly reports?: readonly ReportFile[];
}

/** The app's own command for the stage, from weir.yaml or its toolchain. */
export async function runAppCommands(context: StageContext, stage: StageName, container: Container): Promise<StageOutcome> {
  const command = commandOf(stage, context.app, context.config);
  if (command === null || command.kind === "absent") {
    return { status: "failed", reason: command === null ? `there is nothing to run for ${stage}` : command.reason };
  }
  return runCommands(context, stage, withVariables(container, command.env ?? {}), command);
}

/** Any commands. An outcome that is not `passed` names the exit code or the timeout. */
export async function runCommands(
  context: StageContext,
  stage: StageName,
  container: Container,
  { commands, reports = [] }: Work,
): Promise<StageOutcome> {
  const after = withCommands(withNonce(container, context), context.tools, {
    stage,
    commands,
    timeoutMs: context.config.stages[stage].timeout,
    reports: reports.map(({ path }) => path),
  });
  const folder = await context.fetch(stage, after);
  const execution = readExecution(folder);
  // run.sh numbers the reports in the order in which they were asked for; those that were not written are missing.
  const found = reports
    .map(({ kind }, index) => ({ kind, path: join(folder, "reports", String(index + 1)) }))
    .filter(({ path }) => existsSync(path));
  const tests = readTests(found);
  const coverage = readCoverage(found);
  const common = {
    container: after,
    exitCode: execution.exitCode,
    execution: { id: execution.id, startedAt: execution.startedAt, ranMs: execution.ranMs },
    ...(existsSync(join(folder, "log")) ? { log: join(folder, "log") } : {}),
    reports: found,
    ...(tests === null ? {} : { tests }),
    ...(coverage === null ? {} : { coverage }),
  };
  if (execution.timedOut)
    return { ...common, status: "failed", reason: `did not end within ${String(context.config.stages[stage].timeout / 1000)} s` };
  if (execution.exitCode !== 0)
    return { ...common, status: "failed", reason: describeFailure(execution.exitCode, tests?.failed ?? 0) };
  // A runner that swallows its failures, or a report that can't be read, is no pass.
  if (tests !== null && tests.failed > 0)
    return {
      ...common,
      status: "failed",
      reason: `${describeFailure(0, tests.failed)}, though the command ended with exit code 0`,
    };
  return { ...common, status: "passed", reason: null };
}

function describeFailure(exitCode: number | null, failedTests: number): string {
  if (failedTests > 0) return `${String(failedTests)} ${failedTests === 1 ? "test" : "tests"} failed`;
  return exitCode === null ? "nothing was run" : `exit code ${String(exitCode)}`;
}
