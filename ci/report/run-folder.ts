/** The run's folder, `.weir/runs/<id>/`: logs and reports by stage, and run.json, which is there from the first moment on. */
import { randomBytes } from "node:crypto";
import { existsSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { infrastructureError, messageOf, usageError } from "../errors.ts";
import type { RunRecord } from "./report.ts";

export interface RunFolder {
  readonly id: string;
  readonly path: string;
  /** Where a stage's results are fetched to. */
  stage(name: string): string;
  /** A path in the folder as run.json names it. */
  relative(path: string): string;
  /** The text of a log that run.json names. */
  log(path: string): string;
  save(record: RunRecord): Promise<void>;
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}

/** A repository may hold anything under these names; a link would have Weir write where the link points. */
function refuseLinks(source: string): void {
  for (const name of [".weir", ".weir/.gitignore", ".weir/runs", ".weir/state", ".weir/state/history.json"]) {
    if (!isLink(join(source, name))) continue;
    throw usageError("run.link", `${name} in the app's folder is a link, and Weir writes there`, `remove ${name}`);
  }
}

/** Makes it. `.weir` hides itself from git, so no user has to. */
export function createRunFolder(source: string, now: Date): RunFolder {
  const id = `${now.toISOString().slice(0, 19).replaceAll(":", "-")}-${randomBytes(2).toString("hex")}`;
  const path = join(source, ".weir", "runs", id);
  refuseLinks(source);
  try {
    mkdirSync(join(path, "stages"), { recursive: true });
    const ignore = join(source, ".weir", ".gitignore");
    if (!existsSync(ignore)) writeFileSync(ignore, "*\n");
  } catch (error) {
    throw infrastructureError(
      "run.folder",
      `the run's folder ${path} can't be made: ${messageOf(error)}`,
      "make the app's folder writable, or free some disk",
      error,
    );
  }
  return {
    id,
    path,
    stage: (name) => join(path, "stages", name),
    relative: (inside) => relative(path, inside),
    log: (inside) => readFileSync(join(path, inside), "utf8"),
    save: (record) => writeFileAtomic(join(path, "run.json"), `${JSON.stringify(record, null, 2)}\n`),
  };
}
