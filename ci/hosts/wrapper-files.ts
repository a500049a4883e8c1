/** Wrappers on disk: where the repository's root is, reading them, and writing them without ever losing what was there. */
import { existsSync, lstatSync, mkdirSync, readFileSync, realpathSync, renameSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { visible } from "../config/problem.ts";
import { usageError } from "../errors.ts";
import { git, type Env } from "../trigger/git.ts";
import { sourceProblem } from "./wrapper.ts";

export interface Place {
  /** The repository's root, where hosts look for their files; the source itself where there is no repository. */
  readonly root: string;
  /** The source below it; `.` for the root itself. */
  readonly source: string;
}

/** @throws WeirError for a folder whose name hosts would take for a pattern. */
export async function placeOf(source: string, env: Env): Promise<Place> {
  const real = realpathSync(source);
  const answer = await git(source, ["rev-parse", "--show-toplevel"], env);
  const root = answer.ok ? realpathSync(answer.stdout.replace(/\n$/, "")) : real;
  const below = relative(root, real).split(sep).join("/") || ".";
  const wrong = sourceProblem(below);
  if (wrong === null) return { root, source: below };
  throw usageError("init.source", `the folder ${visible(below)} ${wrong}`, "rename the folder");
}

/** A file's path as a person gave it, or the host's own. @throws WeirError */
export function pathIn(wanted: string): string {
  if (/^(?!\/)(?!.*(^|\/)\.\.?(\/|$))[A-Za-z0-9._/-]+$/.test(wanted) && !/(^|\/)(-|\/|\.git(\/|$))|\/$/.test(wanted))
    return wanted;
  throw usageError(
    "init.file",
    `${visible(wanted)} is no path below the repository's root`,
    "--file takes one such as .gitlab/weir.yml",
  );
}

export type Found = { readonly kind: "none" } | { readonly kind: "text"; readonly text: string } | { readonly kind: "other" };

const largest = 1_000_000;

/** What lies there. A link, a folder or a file of an unlikely size is none of Weir's. */
export function readWrapper(root: string, path: string): Found {
  const file = join(root, path);
  const stat = lstatSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return { kind: "none" };
  if (!stat.isFile() || stat.size > largest) return { kind: "other" };
  return { kind: "text", text: readFileSync(file, "utf8") };
}

/** Writes it; what was there, if it is to be kept, is moved aside first. Returns the path of what was kept. */
export async function writeWrapper(root: string, path: string, text: string, keep: boolean): Promise<string | null> {
  const file = join(root, path);
  mkdirSync(folderIn(root, path), { recursive: true });
  const kept = keep ? freeName(root, path) : null;
  if (kept !== null) renameSync(file, join(root, kept));
  await writeFileAtomic(file, text);
  return kept;
}

/** A link on the way could lead out of the repository. */
function folderIn(root: string, path: string): string {
  const folder = dirname(join(root, path));
  let there = folder;
  while (!existsSync(there)) there = dirname(there);
  const real = realpathSync(there);
  if (real === there) return folder;
  throw usageError("init.link", `${visible(relative(root, there))} is a link`, "put a folder in its place");
}

function freeName(root: string, path: string): string {
  for (let count = 1; ; count += 1) {
    const name = `${path}.before-weir${count === 1 ? "" : `-${String(count)}`}`;
    if (lstatSync(join(root, name), { throwIfNoEntry: false }) === undefined) return name;
  }
}
