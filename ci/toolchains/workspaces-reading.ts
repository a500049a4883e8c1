/** What reading workspaces of every ecosystem has in common: its interface, folders, and globs over them. */
import { posix } from "node:path";
import picomatch from "picomatch";
import type { DescribedPackage } from "../plan/packages.ts";
import type { FileReader } from "./toolchain.ts";

/** The folders of a workspace's members, or why they can't be told; none where there is no workspace. */
export type Members =
  { readonly ok: true; readonly folders: readonly string[] } | { readonly ok: false; readonly reason: string };

export interface Ecosystem {
  readonly name: string;
  /** The workspace whose root is the source. */
  members(files: FileReader): Members | Promise<Members>;
  /** What a folder's manifest says; null where it has none. */
  describe(files: FileReader, path: string): DescribedPackage | null | Promise<DescribedPackage | null>;
}

export const none: Members = { ok: true, folders: [] };

/** `./a//b/` and `a/b` are one folder; `.` is the source. */
export function plainFolder(path: string): string {
  const plain = posix.normalize(path).replace(/\/+$/, "");
  return plain === "" ? "." : plain;
}

/** A folder as a manifest in `from` names it. */
export function folderFrom(from: string, path: string): string {
  return plainFolder(posix.join(from, path));
}

export const inFolder = (folder: string, name: string): string => (folder === "." ? name : `${folder}/${name}`);

/** Leads out of the source: nobody reads there. */
export const isOutside = (folder: string): boolean => folder === ".." || folder.startsWith("../") || folder.startsWith("/");

/** Folders that are looked at for one workspace's globs before Weir gives up: a plan must not take seconds. */
const mostFolders = 5000;
const deepest = 64;
/** A pattern of many stars takes longer to match than anybody waits. */
const mostWildcards = 8;

/**
 * The folders that fit some of the globs and none of those that begin with `!`; null where too many must be looked at.
 * As package managers do it, no glob goes into node_modules or a hidden folder.
 */
export function foldersFitting(files: FileReader, globs: readonly string[]): readonly string[] | null {
  if (globs.length > mostFolders || !globs.every(isQuick)) return null;
  const excluded = globs.filter((glob) => glob.startsWith("!")).map((glob) => plainFolder(glob.slice(1)));
  const isExcluded = excluded.length === 0 ? () => false : picomatch(excluded, { windows: false });
  const found = new Set<string>();
  const budget = { left: mostFolders };
  for (const glob of globs) {
    if (glob.startsWith("!")) continue;
    const plain = plainFolder(glob);
    if (!isOutside(plain)) expand(files, ".", plain === "." ? [] : plain.split("/"), budget, found);
  }
  return budget.left < 0 ? null : [...found].filter((folder) => !isExcluded(folder)).sort();
}

function expand(
  files: FileReader,
  folder: string,
  segments: readonly string[],
  budget: { left: number },
  found: Set<string>,
): void {
  budget.left -= 1;
  if (folder.split("/").length > deepest) budget.left = -1;
  if (budget.left < 0) return;
  const [segment, ...rest] = segments;
  if (segment === undefined) {
    found.add(folder);
    return;
  }
  if (!/[*?[\]{}()!+@]/.test(segment)) {
    expand(files, inFolder(folder, segment), rest, budget, found);
    return;
  }
  const below = files
    .list(folder)
    .filter((name) => name.endsWith("/") && name !== "node_modules/" && !name.startsWith("."))
    .map((name) => name.slice(0, -1));
  if (segment === "**") {
    expand(files, folder, rest, budget, found);
    for (const name of below) expand(files, inFolder(folder, name), segments, budget, found);
    return;
  }
  const fits = picomatch(segment, { windows: false });
  for (const name of below) if (fits(name)) expand(files, inFolder(folder, name), rest, budget, found);
}

function isQuick(glob: string): boolean {
  return glob.length <= 256 && (glob.match(/[*?+@!{[(]/g)?.length ?? 0) <= mostWildcards;
}

export const tooMany: Members = {
  ok: false,
  reason: `the workspace's globs are too many, too long, or lead through more than ${mostFolders} folders`,
};

/** A map with text keys, as JSON and TOML have them. */
export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function textsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === "string") : [];
}
