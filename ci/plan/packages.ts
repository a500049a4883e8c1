/**
 * Which packages a change affects: those that hold a changed file, those around them, and all that need one of these,
 * directly or not. What nobody can tell affects all.
 */
import type { ChangedFiles } from "../trigger/trigger.ts";

/** A package as its own files describe it. */
export interface DescribedPackage {
  /** Its folder below the source, with / between; `.` for the source itself. */
  readonly path: string;
  /** What people call it: its manifest's name, else its folder. */
  readonly name: string;
  /** By which others need it, each with its ecosystem before it: `node:@shop/money`. */
  readonly names: readonly string[];
  /** What it needs, by such names and by folder; null where its files don't say, and then it needs every other. */
  readonly needs: { readonly names: readonly string[]; readonly paths: readonly string[] } | null;
}

export interface PackageNode {
  readonly path: string;
  readonly name: string;
  /** Folders of the packages that it needs, each in the graph. */
  readonly needs: readonly string[];
}

/** In the order of their folders. */
export type PackageGraph =
  { readonly known: true; readonly packages: readonly PackageNode[] } | { readonly known: false; readonly reason: string };

/** Joins what packages say of themselves. A folder that two ecosystems describe is one package. */
export function graphOf(described: readonly DescribedPackage[]): PackageGraph {
  const merged = new Map<string, DescribedPackage>();
  for (const each of described) merged.set(each.path, together(merged.get(each.path), each));
  const packages = [...merged.values()].sort(byPath);
  const named = new Map<string, string[]>();
  for (const { path, names } of packages) for (const name of names) named.set(name, [...(named.get(name) ?? []), path]);
  const owner = ownerIn(merged);
  const needsOf = ({ needs }: DescribedPackage): readonly string[] =>
    needs === null
      ? packages.map(({ path }) => path)
      : [...needs.names.flatMap((name) => named.get(name) ?? []), ...needs.paths.flatMap((path) => owner(path) ?? [])];
  return {
    known: true,
    packages: packages.map((each) => ({
      path: each.path,
      name: each.name,
      needs: [...new Set(needsOf(each))].filter((path) => path !== each.path).sort(),
    })),
  };
}

function together(one: DescribedPackage | undefined, other: DescribedPackage): DescribedPackage {
  if (one === undefined) return other;
  const needs =
    one.needs === null || other.needs === null
      ? null
      : { names: [...one.needs.names, ...other.needs.names], paths: [...one.needs.paths, ...other.needs.paths] };
  return { path: one.path, name: one.name, names: [...one.names, ...other.names], needs };
}

function byPath(one: { readonly path: string }, other: { readonly path: string }): number {
  return one.path < other.path ? -1 : one.path > other.path ? 1 : 0;
}

/** By folder, why each affected package is: one deciding fact, without a full stop. All of them where `all` says why. */
export interface Affected {
  readonly all: string | null;
  readonly reasons: ReadonlyMap<string, string>;
}

/**
 * What a change affects. `concernsAll` knows the files that concern every package, wherever they lie.
 * One more changed file never makes it less.
 */
export function affectedBy(graph: PackageGraph, changed: ChangedFiles, concernsAll: (file: string) => boolean): Affected {
  if (!graph.known) return everything([], graph.reason);
  const { packages } = graph;
  if (!changed.known) return everything(packages, `every file counts as changed: ${changed.reason}`);
  const folders = new Map(packages.map((each) => [each.path, each]));
  const owner = ownerIn(folders);
  const reasons = new Map<string, string>();
  for (const file of changed.files) {
    if (concernsAll(file)) return everything(packages, `${file} concerns every package`);
    const path = owner(parentOf(file));
    // What lies beside the packages may be read by any of them.
    if (path === null || (path === "." && packages.length > 1))
      return everything(packages, `${file} lies in no package of its own`);
    note(reasons, path, `${file} changed`);
  }
  const around = new Map(packages.map(({ path }) => [path, enclosing(path, folders)]));
  // Settings beside nested packages are often theirs too.
  const holding = new Set(reasons.keys());
  for (const { path } of packages) {
    const holder = around.get(path)?.find((each) => holding.has(each));
    if (holder !== undefined) note(reasons, path, `it lies in ${holder}`);
  }
  spread(packages, around, reasons);
  return { all: null, reasons };
}

/** Every package, for one reason. */
export function everything(packages: readonly PackageNode[], reason: string): Affected {
  return { all: reason, reasons: new Map(packages.map(({ path }) => [path, reason])) };
}

/** To all that need an affected package, and to those that it lies in. */
function spread(
  packages: readonly PackageNode[],
  around: ReadonlyMap<string, readonly string[]>,
  reasons: Map<string, string>,
): void {
  const neededBy = new Map<string, string[]>(packages.map(({ path }) => [path, []]));
  for (const { path, needs } of packages) for (const need of needs) neededBy.get(need)?.push(path);
  const queue = [...reasons.keys()].sort();
  for (const path of queue) {
    const reached = [
      ...(neededBy.get(path) ?? []).map((each) => [each, `it needs ${path}`] as const),
      ...(around.get(path) ?? []).map((each) => [each, `${path} lies in it`] as const),
    ];
    for (const [each, reason] of reached) if (note(reasons, each, reason)) queue.push(each);
  }
}

/** The first reason stays. True where it is the first. */
function note(reasons: Map<string, string>, path: string, reason: string): boolean {
  if (reasons.has(path)) return false;
  reasons.set(path, reason);
  return true;
}

/** Finds the innermost of the folders that a path lies in; null for none. */
function ownerIn(folders: ReadonlyMap<string, unknown>): (path: string) => string | null {
  return (path) => (folders.has(path) ? path : (enclosing(path, folders)[0] ?? null));
}

/** Those of the folders that a path lies in, innermost first. */
function enclosing(path: string, folders: ReadonlyMap<string, unknown>): readonly string[] {
  const found: string[] = [];
  for (let folder = path; folder !== ".";) {
    folder = parentOf(folder);
    if (folders.has(folder)) found.push(folder);
  }
  return found;
}

function parentOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash <= 0 ? "." : path.slice(0, slash);
}
