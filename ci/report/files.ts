/** Reads report files that an app wrote: untrusted, so only regular files, and only so much of them. */
import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../errors.ts";
import type { ReportArtifact } from "./report.ts";

/** Where to find a report: what a stage hands over once its results lie on the host. */
export interface ReportPath {
  readonly kind: ReportArtifact["kind"];
  readonly path: string;
}

export type FileText = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly problem: string };

/** Reports of real apps are far below it; parsing what is larger could exhaust the memory. */
export const mostBytes = 50 * 1024 * 1024;
const mostFiles = 10_000;

/** The files of one kind that exist; for a path that is a folder, those below it that bear one of the `endings`. */
export function filesOfKind(
  reports: readonly ReportPath[],
  kind: ReportPath["kind"],
  endings: readonly string[],
): readonly string[] {
  return reports.filter((report) => report.kind === kind).flatMap(({ path }) => expand(path, endings));
}

function expand(path: string, endings: readonly string[]): readonly string[] {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return [];
  if (!stat.isDirectory()) return [path];
  const names = readdirSync(path, { recursive: true, encoding: "utf8" }).filter((name) =>
    endings.some((ending) => name.endsWith(ending)),
  );
  return names
    .sort()
    .slice(0, mostFiles)
    .map((name) => join(path, name));
}

/** The text of a regular file; a link could lead out of the run's folder, and a pipe would never end. */
export function readText(path: string, most = mostBytes): FileText {
  let file: number | null = null;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stat = fstatSync(file);
    if (!stat.isFile()) return { ok: false, problem: "it is not a regular file" };
    if (stat.size > most) return { ok: false, problem: `it is larger than ${String(Math.floor(most / (1024 * 1024)))} MB` };
    return { ok: true, text: new TextDecoder().decode(readFileSync(file)) };
  } catch (error) {
    return { ok: false, problem: reasonOf(error) };
  } finally {
    if (file !== null) closeSync(file);
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : null;
  return code === "ELOOP" ? "it is not a regular file" : messageOf(error);
}
