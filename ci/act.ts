/**
 * The acting half of the first spine: plan → stages → results → record. The command line and the Dagger module share it;
 * it knows neither where the engine came from nor whose files they were.
 */
import { cpus } from "node:os";
import type { Client, Directory, File } from "@dagger.io/dagger";
import { outFolder, toolsOf } from "./engine/exec.ts";
import { ExitCode, WeirError } from "./errors.ts";
import { readHistory } from "./execute/history.ts";
import { emptyResult, runStage, type StageRunResult } from "./execute/run-stage.ts";
import { runGraph, type Task } from "./execute/scheduler.ts";
import type { Plan } from "./plan/plan.ts";
import type { RunView } from "./report/live.ts";
import { runRecordVersion, type RunRecord, type StageResult } from "./report/report.ts";
import { keepPlainFiles } from "./report/plain-files.ts";
import { createRunFolder, type RunFolder } from "./report/run-folder.ts";
import { stages } from "./stages/index.ts";
import type { StageContext, StageOutcome } from "./stages/stage.ts";
import type { World } from "./world.ts";

/** What a plan is carried out with. */
export interface Ground {
  readonly client: Client;
  /** Aborted when the session ends before the run does. */
  readonly ended: AbortSignal;
  readonly engine: RunRecord["engine"];
  readonly world: World;
  readonly plan: Plan;
  /**
   * The app's files as the engine has them, without what never enters a container: all, or those that globs name. They are
   * narrowed before the engine takes them in, because it names a folder by all of its content, and what is made of it, too.
   */
  files(only?: readonly string[]): Directory;
  /** The host's certificates for the containers; null for none. */
  readonly certificates: File | null;
  /** Where images are pushed, without the app's name; null where no registry is known. */
  readonly registry: string | null;
  readonly fresh: boolean;
  /** Runs again what the cache says has failed. A report on a run that has just failed wants that very failure. */
  readonly retriesFailures: boolean;
  readonly weirVersion: string;
  readonly now: Date;
  view(plan: Plan): Promise<RunView>;
}

export interface Run {
  readonly record: RunRecord;
  readonly folder: RunFolder;
  /** What the stages left, by name, containers included; of stages that came to an end. */
  readonly outcomes: ReadonlyMap<string, StageOutcome>;
}

/** Runs what the plan says. A failed stage is a result, not an exception. */
export async function act(ground: Ground): Promise<Run> {
  const { world, plan, now, ended } = ground;
  const started = performance.now();
  const folder = createRunFolder(world.source, now);
  const history = readHistory(world.source);
  const outcomes = new Map<string, StageOutcome>();
  const settled = new Map<string, StageResult>(
    plan.stages.filter(({ decision }) => decision === "skip").map(({ name, reason }) => [name, { ...emptyResult(name), reason }]),
  );
  const context = contextOf(ground, folder, outcomes);
  const view = await ground.view(plan);
  const recordOf = (outcome: RunRecord["outcome"], exitCode: ExitCode): RunRecord => ({
    version: runRecordVersion,
    id: folder.id,
    weir: ground.weirVersion,
    engine: ground.engine,
    startedAt: now.toISOString(),
    durationMs: Math.round(performance.now() - started),
    outcome,
    exitCode,
    plan,
    stages: plan.stages.map(({ name }) => settled.get(name) ?? emptyResult(name)),
  });
  await folder.save(recordOf("running", ExitCode.infrastructure));
  try {
    await runGraph(
      plan.stages
        .filter(({ decision }) => decision === "run")
        .map(({ name, needs }): Task<StageRunResult> => ({
          name,
          needs,
          expectedMs: history.ranMs(name) ?? 1,
          run: async () => {
            view.started(name);
            const stage = stages[name];
            const done = await runStage({
              name,
              stage,
              context,
              folder,
              history,
              runStartedAt: now.getTime(),
              signal: ended,
              retriesFailures: ground.retriesFailures,
            });
            if (done.outcome !== null) outcomes.set(name, done.outcome);
            return done;
          },
        })),
      {
        concurrency: world.loaded.config.engine.concurrency ?? 2 * cpus().length,
        signal: ended,
        passed: ({ result }) => result.status === "passed",
        blocked: (task, blocker) => notRun({ ...emptyResult(task.name), reason: `${blocker} did not pass` }),
        cancelled: (task) => notRun({ ...emptyResult(task.name), status: "cancelled", reason: "not started" }),
        settled: (task, { result }) => {
          settled.set(task.name, result);
          view.finished(result, result.log === null ? null : folder.log(result.log));
        },
      },
    );
  } finally {
    view.close();
  }
  const { outcome, exitCode } = verdictOf([...settled.values()], ended);
  const record = recordOf(outcome, exitCode);
  await Promise.all([folder.save(record), history.save()]);
  return { record, folder, outcomes };
}

const notRun = (result: StageResult): StageRunResult => ({ result, outcome: null });

function contextOf(ground: Ground, folder: RunFolder, results: ReadonlyMap<string, StageOutcome>): StageContext {
  const { client, world, plan, registry } = ground;
  const { config, environments } = world.loaded;
  const { dockerfile, package: app } = world.app;
  return {
    client,
    config,
    app,
    dockerfile,
    tools: toolsOf(client),
    source: ground.files(),
    dependencies: ground.files(app.dependencyFiles),
    certificates: ground.certificates,
    environment: plan.environment,
    minimumCoverage: environments[plan.environment ?? ""]?.coverage.minimum ?? config.coverage.minimum,
    registry: registry === null ? null : `${registry}/${config.name}`,
    tag: tagOf(plan),
    promotes: plan.promotes,
    nonce: ground.fresh ? ground.now.toISOString() : "",
    results,
    async fetch(stage, container) {
      const path = await container.directory(outFolder(stage)).export(folder.stage(stage));
      keepPlainFiles(path);
      return path;
    },
  };
}

/** A commit's images bear its name; those of a tree that is no commit are overwritten by the next. */
function tagOf({ trigger }: Plan): string {
  return trigger.sha === null || trigger.dirty ? "uncommitted" : `sha-${trigger.sha.slice(0, 12)}`;
}

/** The run's outcome: an interruption first, then the engine's failures, then the app's. */
function verdictOf(results: readonly StageResult[], ended: AbortSignal): { outcome: RunRecord["outcome"]; exitCode: ExitCode } {
  const reason: unknown = ended.aborted ? ended.reason : null;
  if (reason instanceof WeirError && reason.exitCode === ExitCode.infrastructure)
    return { outcome: "error", exitCode: ExitCode.infrastructure };
  if (ended.aborted) return { outcome: "cancelled", exitCode: ExitCode.interrupted };
  const has = (status: StageResult["status"]) => results.some((result) => result.status === status);
  if (has("error")) return { outcome: "error", exitCode: ExitCode.infrastructure };
  return has("failed") ? { outcome: "failed", exitCode: ExitCode.stageFailed } : { outcome: "passed", exitCode: ExitCode.passed };
}
