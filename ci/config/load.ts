/**
 * weir.yaml and environments/*.yaml of an app → configuration, or everything that is wrong with them at once.
 * Bad input is a value here, never an exception.
 */
import { basename } from "node:path";
import { type Parsed, parseFile } from "./document.ts";
import { type Environments, loadEnvironments, type WrittenFile } from "./environments.ts";
import { placeOf } from "./explain.ts";
import { openFolder, readEnvironmentFiles, readWeirFile } from "./files.ts";
import { normalise } from "./normalise.ts";
import { type Path, type Place, type Problem, problem } from "./problem.ts";
import { type Broken, checkRules } from "./rules.ts";
import { type Alert, type Config, type Environment, type WeirFile, weirSchema } from "./schema.ts";
import { pathKey } from "./values.ts";

export interface Locations {
  /**
   * Where the user wrote what stands at a path; null for a default. A path is one of weir.yaml
   * (`["stages", "unit", "timeout"]`), or starts with `environments` and a name, or with `alerts`.
   */
  locate(path: Path): Place | null;
}

export interface LoadedConfig {
  readonly kind: "loaded";
  readonly config: Config;
  readonly environments: Readonly<Record<string, Environment>>;
  readonly alerts: readonly Alert[];
  readonly locations: Locations;
}

export interface ConfigProblems {
  readonly kind: "problems";
  readonly problems: readonly Problem[];
}

/** Reads the configuration of the app in a folder. `today` decides which waivers have ended. */
export function loadConfig(
  sourceDir: string,
  { today = new Date() }: { readonly today?: Date } = {},
): LoadedConfig | ConfigProblems {
  const root = openFolder(sourceDir);
  if (typeof root !== "string") return { kind: "problems", problems: [root] };
  const weir = parseFile(readWeirFile(root) ?? { kind: "text", name: "weir.yaml", text: "" }, weirSchema);
  const environments = loadEnvironments(readEnvironmentFiles(root));
  const found = [...weir.problems, ...environments.problems];
  if (weir.output === null) return { kind: "problems", problems: found };

  const config = normalise(weir.output, basename(root));
  const broken = checkRules({
    file: weir.output,
    config,
    ...environments,
    environments: environments.names,
    today: today.toISOString().slice(0, 10),
  });
  const problems = [...found, ...broken.map((one) => brokenProblem(weir, environments, one))];
  if (problems.length > 0) return { kind: "problems", problems };
  const locations = { locate: (path: Path) => locate(fileOf(weir, environments, path)) };
  return { kind: "loaded", config, environments: environments.environments, alerts: environments.alerts, locations };
}

/** The file that a path leads into, and what is left of the path there. */
interface Target {
  readonly file: WrittenFile;
  readonly path: Path;
}

function fileOf(weir: Parsed<WeirFile>, { written, writtenAlerts }: Environments, path: Path): Target | null {
  const [first, second, ...rest] = path;
  if (first === "alerts") return target(writtenAlerts, path.slice(1));
  if (first === "environments") return target(written.get(String(second)) ?? null, rest);
  return target({ ...weir, base: [] }, path);
}

function target(file: WrittenFile | null, path: Path): Target | null {
  return file === null ? null : { file, path: [...file.base, ...path] };
}

function locate(at: Target | null): Place | null {
  return at?.file.written.get(pathKey(at.path))?.key ?? null;
}

function brokenProblem(weir: Parsed<WeirFile>, environments: Environments, { path, wrong, expected, onKey }: Broken): Problem {
  const at = fileOf(weir, environments, path);
  if (at === null) throw new Error(`a default breaks a rule: ${wrong}`);
  return problem(placeOf(at.file.name, at.file.written, at.path, onKey ?? false), at.path, wrong, expected);
}
