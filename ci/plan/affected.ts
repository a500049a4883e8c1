/** Which stages a change concerns: by the path filters of weir.yaml (`policy.paths`), and by the package that they run. */
import picomatch from "picomatch";
import type { ChangedFiles } from "../trigger/trigger.ts";
import { affectedBy, everything, type Affected, type PackageGraph } from "./packages.ts";

/** A change to a file of these names concerns every stage, wherever it lies: it changes what all of them run or how. */
const lockfiles: ReadonlySet<string> = new Set([
  ...["package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock", "bun.lockb", "deno.lock"],
  ...["go.mod", "go.sum", "go.work", "go.work.sum", "Cargo.lock", "pom.xml", "gradle.lockfile"],
  ...["poetry.lock", "uv.lock", "pdm.lock", "Pipfile.lock"],
]);

/** Whether a change to this file concerns every stage and every package. */
export function concernsAll(file: string): boolean {
  if (file === "weir.yaml" || file === "weir.yml" || file.startsWith("environments/")) return true;
  const name = file.slice(file.lastIndexOf("/") + 1);
  return lockfiles.has(name) || (name.startsWith("requirements") && name.endsWith(".txt"));
}

const matching = { dot: true, nonegate: true, windows: false } as const;

/** Whether a change concerns a stage with these path filters. What nobody can tell concerns it. */
export function concerns(filters: readonly string[], changed: ChangedFiles): boolean {
  if (!changed.known) return true;
  const fits = picomatch([...filters], matching);
  return changed.files.some((file) => concernsAll(file) || fits(file));
}

/** The packages of the source, and the one that the stages run. */
export interface Packages {
  readonly graph: PackageGraph;
  /** The folder of the app's package; null where nobody can tell which it is. */
  readonly app: string | null;
}

/** What a change affects among the packages. `runsAll` says why all of them count as affected, whatever changed. */
export function affectedPackages({ graph }: Packages, changed: ChangedFiles, runsAll: string | null): Affected {
  if (runsAll !== null) return everything(graph.known ? graph.packages : [], runsAll);
  return affectedBy(graph, changed, concernsAll);
}

/**
 * Why no stage has anything new to run on, or null. Only the app's own folder enters a container: where each changed
 * file is known to lie in another package, each stage would do again what it did on the base. A change of nothing is
 * somebody's wish to see it all run.
 */
export function unaffectedApp({ graph, app }: Packages, affected: Affected, changed: ChangedFiles): string | null {
  if (!graph.known || app === null || affected.all !== null || affected.reasons.has(app)) return null;
  if (!changed.known || changed.files.length === 0 || !graph.packages.some(({ path }) => path === app)) return null;
  const more = changed.files.length === 1 ? "" : ` and ${changed.files.length - 1} more`;
  return `no changed file is of package ${app} or of one that it needs: ${changed.files[0] ?? ""}${more}`;
}
