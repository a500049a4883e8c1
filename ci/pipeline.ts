/**
 * The first spine: trigger → policy → plan → stages → results → report. Reading the world and deciding need no engine;
 * what acts is below `act`.
 */
import { cpus } from "node:os";
import { chooseEngine, type EngineChoice } from "./engine/choose.ts";
import { hostBundle } from "./engine/certificates.ts";
import { toolsOf } from "./engine/exec.ts";
import { ensureImages } from "./engine/native/images.ts";
import { engineVersion } from "./engine/native/layout.ts";
import type { Progress } from "./engine/progress.ts";
import { openSession, type Session } from "./engine/session.ts";
import { ExitCode, WeirError } from "./errors.ts";
import { readHistory } from "./execute/history.ts";
import { emptyResult, runStage, type StageRunResult } from "./execute/run-stage.ts";
import { runGraph, type Task } from "./execute/scheduler.ts";
import { outFolder } from "./engine/exec.ts";
import type { Plan } from "./plan/plan.ts";
import type { Selection } from "./plan/select.ts";
import type { RunView } from "./report/live.ts";
import { runRecordVersion, type RunRecord, type StageResult } from "./report/report.ts";
import { createRunFolder, type RunFolder } from "./report/run-folder.ts";
import type { StageName } from "./stages/catalogue.ts";
import { stages } from "./stages/index.ts";
import type { StageContext, StageOutcome } from "./stages/stage.ts";
import { imagesOf } from "./toolchains/availability.ts";
import type { SimulateOptions } from "./trigger/simulate.ts";
import { planOf, readWorld, type World } from "./world.ts";

export interface RunOptions {
  readonly source: string;
  readonly env: NodeJS.ProcessEnv;
  readonly simulate: SimulateOptions;
  readonly selection: Selection;
  /** Takes nothing from the cache but the dependencies. */
  readonly fresh: boolean;
  readonly weirVersion: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Called once the plan is made, before the engine is asked for. */
  view(plan: Plan): Promise<RunView>;
}

export interface Run {
  readonly record: RunRecord;
  readonly folder: RunFolder;
}

/** Runs the pipeline and returns its record. @throws WeirError for everything that ends it before a stage has run. */
export async function runPipeline(options: RunOptions): Promise<Run> {
  const now = new Date();
  const world = await readWorld(options);
  const plan = planOf(world, options.selection, now);
  const engine = await chooseEngine(options.progress, options.env);
  const session = await openSession(engine, options.weirVersion);
  const interrupt = () => void session.cancel(options.signal.reason as Error);
  options.signal.addEventListener("abort", interrupt);
  try {
    if (options.signal.aborted) interrupt();
    if (engine.native !== null) await ensureImages(imagesOf(plan, world.app, world.loaded.config), engine.native, session.client, options.progress);
    return await act({ options, world, plan, engine, session, now });
  } finally {
    options.signal.removeEventListener("abort", interrupt);
    await session.close();
  }
}

interface Acting {
  readonly options: RunOptions;
  readonly world: World;
  readonly plan: Plan;
  readonly engine: EngineChoice;
  readonly session: Session;
  readonly now: Date;
}

async function act({ options, world, plan, engine, session, now }: Acting): Promise<Run> {
  const started = performance.now();
  const folder = createRunFolder(world.source, now);
  const history = readHistory(world.source);
  const outcomes = new Map<string, StageOutcome>();
  const settled = new Map<string, StageResult>(plan.stages.filter(({ decision }) => decision === "skip").map(({ name, reason }) => [name, { ...emptyResult(name), reason }]));
  const context = contextOf({ options, world, plan, engine, session, now }, folder, outcomes);
  const view = await options.view(plan);
  const recordOf = (outcome: RunRecord["outcome"], exitCode: ExitCode): RunRecord => ({
    version: runRecordVersion,
    id: folder.id,
    weir: options.weirVersion,
    engine: { version: engineVersion, kind: engine.kind },
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
      plan.stages.filter(({ decision }) => decision === "run").map(({ name, needs }): Task<StageRunResult> => ({
        name,
        needs,
        expectedMs: history.ranMs(name) ?? 1,
        run: async () => {
          view.started(name);
          const done = await runStage({ name, stage: stages[name], context, folder, history, runStartedAt: now.getTime(), signal: session.ended });
          if (done.outcome !== null) outcomes.set(name, done.outcome);
          return done;
        },
      })),
      {
        concurrency: world.loaded.config.engine.concurrency ?? 2 * cpus().length,
        signal: session.ended,
        passed: ({ result }) => result.status === "passed",
        blocked: (task, blocker) => ({ result: { ...emptyResult(task.name), reason: `${blocker} did not pass` }, outcome: null }),
        cancelled: (task) => ({ result: { ...emptyResult(task.name), status: "cancelled" as const, reason: "not started" }, outcome: null }),
        settled: (task, { result }) => {
          settled.set(task.name, result);
          view.finished(result, result.log === null ? null : folder.log(result.log));
        },
      },
    );
  } finally {
    view.close();
  }
  const { outcome, exitCode } = verdictOf([...settled.values()], session.ended);
  const record = recordOf(outcome, exitCode);
  await Promise.all([folder.save(record), history.save()]);
  return { record, folder };
}

function contextOf({ options, world, plan, engine, session, now }: Acting, folder: RunFolder, results: ReadonlyMap<string, StageOutcome>): StageContext {
  const { client } = session;
  const { config, environments } = world.loaded;
  const { dockerfile, package: app } = world.app;
  const registry = config.registry.address ?? (engine.native === null ? null : engine.native.registry);
  return {
    client,
    config,
    app,
    dockerfile,
    tools: toolsOf(client),
    source: client.host().directory(world.appFolder, { exclude: [".git", ".weir", ...app.exclude], gitignore: true }),
    certificates: config.certificates === "none" ? null : hostBundle(),
    environment: plan.environment,
    minimumCoverage: environments[plan.environment ?? ""]?.coverage?.minimum ?? config.coverage.minimum,
    registry: registry === null ? null : `${registry}/${config.name}`,
    tag: tagOf(plan),
    nonce: options.fresh ? now.toISOString() : "",
    results,
    async fetch(stage, container) {
      return container.directory(outFolder(stage)).export(folder.stage(stage));
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
  if (reason instanceof WeirError && reason.exitCode === ExitCode.infrastructure) return { outcome: "error", exitCode: ExitCode.infrastructure };
  if (ended.aborted) return { outcome: "cancelled", exitCode: ExitCode.interrupted };
  const has = (status: StageResult["status"]) => results.some((result) => result.status === status);
  if (has("error")) return { outcome: "error", exitCode: ExitCode.infrastructure };
  return has("failed") ? { outcome: "failed", exitCode: ExitCode.stageFailed } : { outcome: "passed", exitCode: ExitCode.passed };
}

export type { StageName };
