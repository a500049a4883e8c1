/** Everything that a decision is taken from: configuration, trigger, app. Read once, before anything is decided. */
import { existsSync, realpathSync, statSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import { formatProblem } from "./config/problem.ts";
import { loadConfig, type LoadedConfig } from "./config/load.ts";
import { ExitCode, usageError, WeirError } from "./errors.ts";
import type { Packages } from "./plan/affected.ts";
import { makePlan, type PlanInput } from "./plan/make.ts";
import type { Plan } from "./plan/plan.ts";
import type { Selection } from "./plan/select.ts";
import { appOf, availabilityOf, type App } from "./toolchains/availability.ts";
import { folderReader } from "./toolchains/folder.ts";
import { detectApp } from "./toolchains/index.ts";
import { readPackageGraph } from "./toolchains/workspaces.ts";
import { plainFolder } from "./toolchains/workspaces-reading.ts";
import { readTrigger } from "./trigger/read.ts";
import { readRepository, type RepositoryRead } from "./trigger/repository.ts";
import type { SimulateOptions } from "./trigger/simulate.ts";
import type { Trigger } from "./trigger/trigger.ts";

export interface World {
  /** Where weir.yaml lies, and the app's own folder in it. */
  readonly source: string;
  readonly appFolder: string;
  readonly loaded: LoadedConfig;
  readonly trigger: Trigger;
  readonly app: App;
  readonly packages: Packages;
}

export interface WorldOptions {
  readonly source: string;
  readonly env: NodeJS.ProcessEnv;
  readonly simulate?: SimulateOptions;
  /** What is known of the folder's repository, where the folder itself is only a copy of the files. */
  readonly repository?: Promise<RepositoryRead>;
}

/** @throws WeirError for a folder that is not there, a configuration with problems, an app of no toolchain. */
export async function readWorld({ source: given, env, simulate, ...known }: WorldOptions): Promise<World> {
  const source = resolve(given);
  if (!existsSync(source) || !statSync(source).isDirectory()) {
    throw usageError("source.missing", `there is no folder ${given}`, "name the app's folder with --source");
  }
  // git answers while the configuration is read.
  const repository = known.repository ?? readRepository(source, env);
  repository.catch(() => undefined);
  const loaded = configOf(source);
  const appFolder = appFolderOf(source, loaded.config.app.path);
  const files = folderReader(appFolder);
  const app = appOf(files, loaded.config, detectApp(files, loaded.config));
  const packages = await readPackages(source, loaded.config);
  const trigger = await readTrigger({
    source,
    env,
    kinds: loaded.config.branches,
    repository,
    ...(simulate === undefined ? {} : { simulate }),
  });
  return { source, appFolder, loaded, trigger, app, packages };
}

/** The packages, and the app's among them. A folder that is a link is not where git says that files change. */
async function readPackages(source: string, config: LoadedConfig["config"]): Promise<Packages> {
  const path = plainFolder(config.app.path);
  const isItself = realpathSync(join(source, path)) === join(realpathSync(source), path);
  return { graph: await readPackageGraph(folderReader(source), config), app: isItself ? path : null };
}

/**
 * What never enters a container, as globs of gitignore's kind, and with `only` all that these globs don't name. They are
 * turned into exclusions, since engine v0.19.10 takes in all of an app that is a folder of a repository, whatever is included.
 */
export function neverSent({ package: { exclude } }: App, only: readonly string[] = []): string[] {
  return [...(only.length === 0 ? [] : ["**", ...only.map((glob) => `!${glob}`)]), ".git", ".weir", ...exclude];
}

/** The app's folder without links in its path; a link that leads out of the source could hand over any folder of the host. */
function appFolderOf(source: string, path: string): string {
  const root = realpathSync(source);
  const folder = join(root, path);
  const real = existsSync(folder) ? realpathSync(folder) : folder;
  if (real === root || real.startsWith(root + sep)) return real;
  throw usageError(
    "app.outside",
    "app.path leads out of the folder that holds weir.yaml",
    "name a folder below it in weir.yaml: app: { path: … }",
  );
}

/** The configuration, or one error that holds every problem, a line each. */
export function configOf(source: string): LoadedConfig {
  const loaded = loadConfig(source);
  if (loaded.kind === "loaded") return loaded;
  throw new WeirError(
    "config.invalid",
    loaded.problems.map(formatProblem).join("\n"),
    "weir config check tells when all is well",
    ExitCode.usage,
  );
}

export function planInput({ loaded, trigger, app, packages }: World, selection: Selection, now: Date): PlanInput {
  return {
    trigger,
    config: loaded.config,
    availability: availabilityOf(app, loaded.config),
    packages,
    selection,
    locate: (path) => loaded.locations.locate(path),
    now,
  };
}

/** @throws WeirError where no plan can be made: a branch of no kind, a flag that is wrong. */
export function planOf(world: World, selection: Selection, now: Date): Plan {
  const made = makePlan(planInput(world, selection, now));
  if (!made.ok) throw made.error;
  return made.plan;
}
