/**
 * What the Dagger module does, apart from how Dagger wants it declared (src/index.ts): the way of pipeline.ts, where the
 * session is there already and the app's files are a Directory of the engine's.
 */
import { mkdtemp } from "node:fs/promises";
import { join, relative } from "node:path";
import type { Client, Container, Directory, File } from "@dagger.io/dagger";
import { act, type Run } from "./act.ts";
import { registryAddress } from "./config/fields.ts";
import { deniedError, ExitCode, usageError, WeirError } from "./errors.ts";
import { planJson } from "./plan/json.ts";
import type { Plan } from "./plan/plan.ts";
import type { Selection } from "./plan/select.ts";
import { delivery } from "./policy/rules.ts";
import { renderSummary } from "./report/console.ts";
import { createLineView } from "./report/live-lines.ts";
import type { StageResult } from "./report/report.ts";
import { resultText } from "./report/words.ts";
import type { StageName } from "./stages/catalogue.ts";
import { readDirectory } from "./trigger/directory.ts";
import type { SimulateOptions } from "./trigger/simulate.ts";
import { version } from "./version.ts";
import { neverSent, planOf, readWorld, type World } from "./world.ts";

/** A call of the module: what its constructor was given, and what it runs in. */
export interface Call {
  readonly client: Client;
  /** The app's repository. */
  readonly source: Directory;
  /** What happened, as the caller says; the rest is read from the repository. */
  readonly simulate: SimulateOptions;
  readonly registry: string | null;
  readonly certificates: File | null;
  /** A folder to write to: the app's files for reading, and the run's. */
  readonly workdir: string;
  /** A folder below `workdir` as the engine has it: named by its content, so what was done with the same is cached. */
  lift(path: string, options?: { exclude?: string[] }): Directory;
  /** Where the stages' progress is written. */
  readonly stream: Pick<NodeJS.WriteStream, "write">;
}

/** Where a text of the module says that the run's files lie: where the user exports the report to. */
const reportFolder = "report";

/** The plan as versioned JSON. */
export function planText(call: Call, selection: Selection): Promise<string> {
  return told(async () => planJson(planOf(await worldOf(call), selection, new Date())));
}

/** Runs what the plan says and returns the summary. Throws where a gate failed, with the failed stages' names first. */
export function runText(call: Call, selection: Selection, fresh = false): Promise<string> {
  return told(async () => verdictText(await carryOut(call, selection, fresh)));
}

/** Runs one check with what it needs. A check that the app has nothing for says so in its first line. */
export function checkText(call: Call, stage: StageName): Promise<string> {
  return told(async () => {
    const run = await carryOut(call, { only: [stage] });
    const { status, reason } = resultOf(run, stage);
    const summary = verdictText(run);
    return status === "skipped" ? `${stage} did not run: ${String(reason)}\n\n${summary}` : summary;
  });
}

/** Runs a stage that delivers, after the checks that it needs. Throws where it was not done, for whatever reason. */
export function deliveryText(call: Call, stage: "push" | "deploy"): Promise<string> {
  return told(async () => {
    const run = await carryOut(call, { only: [stage] });
    const summary = verdictText(run);
    mustHavePassed(run, stage);
    return summary;
  });
}

/** The app's image. */
export function imageContainer(call: Call): Promise<Container> {
  return told(async () => {
    const run = await carryOut(call, { only: ["image"] });
    verdictText(run);
    mustHavePassed(run, "image");
    return containerOf(run, "image");
  });
}

/** A check's container as the check left it, passed or failed. */
export function stageContainer(call: Call, stage: StageName): Promise<Container> {
  return told(async () => containerOf(await carryOut(call, { only: checks([stage]) }), stage));
}

/** Runs the checks, whatever comes of them, and returns the run's files. */
export function reportDirectory(call: Call, only: readonly StageName[]): Promise<Directory> {
  return told(async () => {
    const { folder } = await carryOut(call, { only: checks(only), skip: delivery });
    return call.lift(relative(call.workdir, folder.path)).sync();
  });
}

/** Looking at a run again must not deliver again. */
function checks(stages: readonly StageName[]): readonly StageName[] {
  const delivering = stages.find((stage) => delivery.includes(stage));
  if (delivering === undefined) return stages;
  throw usageError("stage.delivers", `${delivering} delivers: only run, push and deploy do that`, "name a check");
}

/** The files are read from a copy without what git ignores; the commit and the branch are asked of the engine. */
async function worldOf({ source, simulate, workdir }: Call): Promise<World> {
  const folder = join(await mkdtemp(join(workdir, "weir-")), "app");
  await source.filter({ exclude: [".git", ".weir"], gitignore: true }).export(folder);
  // The module's own environment says nothing of who called it.
  const world = await readWorld({ source: folder, env: {}, simulate, repository: readDirectory(source) });
  const notes = ["called through Dagger, so no CI host is seen: what happened is what the call says, else a manual run"];
  const changedFiles = { known: false, reason: "a call through Dagger compares no commits" } as const;
  return { ...world, trigger: { ...world.trigger, changedFiles, notes: [...world.trigger.notes, ...notes] } };
}

async function carryOut(call: Call, selection: Selection, fresh = false): Promise<Run> {
  const { client, certificates, stream } = call;
  const now = new Date();
  const world = await worldOf(call);
  const plan = planOf(world, selection, now);
  return act({
    client,
    ended: new AbortController().signal,
    engine: { version: (await client.version()).replace(/^v/, ""), kind: "module" },
    world,
    plan,
    // Not out of `source`: what is made of that changes with each commit, and nothing would be cached beyond it.
    files: (only) => call.lift(relative(call.workdir, world.appFolder), { exclude: neverSent(world.app, only) }),
    certificates: world.loaded.config.certificates === "none" ? null : certificates,
    registry: registryOf(call, world, plan),
    fresh,
    retriesFailures: false,
    weirVersion: version,
    now,
    view: ({ stages }) =>
      Promise.resolve(createLineView({ stream, colour: false, quiet: true, names: stages.map(({ name }) => name) })),
  });
}

/** Said before anything runs: a push that can't be is no news to wait for. */
function registryOf({ registry }: Call, { loaded }: World, { stages }: Plan): string | null {
  const { config, locations } = loaded;
  const named = registry ?? config.registry.address;
  if (!stages.some(({ name, decision }) => name === "push" && decision === "run")) return named;
  if (named === null) {
    const remedy = "name one with --registry or in weir.yaml (registry.address), or leave push and deploy out with --skip";
    throw usageError("registry.none", "the plan pushes the image, and no registry is named", remedy);
  }
  if (!registryAddress.safeParse(named).success) {
    throw usageError("registry.address", `--registry ${named} is no registry`, "give host:port/prefix, such as ghcr.io/team");
  }
  if (locations.locate(["name"]) === null) {
    const message = "the plan pushes the image, and nothing names the app: a folder that is handed over loses its own name";
    throw usageError("registry.app", message, "give the app a name in weir.yaml (name: …)");
  }
  return named;
}

/** The summary of a run that passed. @throws Error of one that did not: the failed stages, then the same summary. */
function verdictText({ record, folder }: Run): string {
  const logOf = (stage: string) => record.stages.find(({ name }) => name === stage)?.log ?? null;
  const logTail = (stage: string) => {
    const log = logOf(stage);
    return log === null ? null : folder.log(log);
  };
  const summary = renderSummary(record, { colour: false, width: 100, runDir: reportFolder, logTail });
  const hint = `The files named here: dagger call … report export --path ${reportFolder}`;
  if (record.exitCode === ExitCode.passed) return `${summary}\n\n${hint}`;
  const broken = record.stages.filter(({ status }) => status === "failed" || status === "error");
  const failures = broken.map((stage) => `${stage.name} ${resultText(stage)}`);
  throw new Error([failures.join("\n"), summary, hint].join("\n\n"));
}

function resultOf({ record }: Run, stage: StageName): StageResult {
  const result = record.stages.find(({ name }) => name === stage);
  if (result === undefined) throw new Error(`the plan has no stage ${stage}`);
  return result;
}

function mustHavePassed(run: Run, stage: StageName): void {
  const { status, reason } = resultOf(run, stage);
  if (status === "passed") return;
  throw deniedError(
    "stage.not-run",
    `${stage} did not run: ${String(reason)}`,
    "the call plan shows which rule decided, and where",
  );
}

function containerOf(run: Run, stage: StageName): Container {
  const container = run.outcomes.get(stage)?.container;
  if (container !== undefined) return container;
  const result = resultOf(run, stage);
  throw usageError(
    "stage.container",
    `${stage} left no container: ${resultText(result)}`,
    "a stage that runs commands leaves one",
  );
}

/** Of an error only its message reaches the caller of a module, so the remedy and the code go into it. */
async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof WeirError)) throw error;
    throw new Error(`${error.message}\n  → ${error.remedy} [${error.code}]`, { cause: error });
  }
}
