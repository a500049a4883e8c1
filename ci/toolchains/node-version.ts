/** Which Node an app asks for, nearest first: weir.yaml, .nvmrc, .node-version, volta, engines; else the long-term release. */
import semver from "semver";
import { visible } from "../config/problem.ts";
import type { Config } from "../config/schema.ts";
import type { Manifest } from "./node-manifest.ts";
import type { FileReader } from "./toolchain.ts";

/** Majors that are used, most wanted first: the active long-term release, then what is newer, then what is older. */
const majors = ["22", "24", "20", "18"] as const;
/** Older ones run in no image of today's Debian. */
const oldestMajor = 10;

/** Long-term releases by the names that nvm knows them under. */
const releaseNames: ReadonlyMap<string, string> = new Map([
  ["*", majors[0]],
  ["fermium", "14"],
  ["gallium", "16"],
  ["hydrogen", "18"],
  ["iron", "20"],
  ["jod", "22"],
  ["krypton", "24"],
]);

export function nodeVersion(
  files: FileReader,
  path: string,
  manifest: Manifest,
  config: Config,
): { readonly version: string; readonly from: string } {
  if (config.app.version !== null) return { version: config.app.version, from: "weir.yaml app.version" };
  for (const file of [".nvmrc", ".node-version"]) {
    const named = namedVersion(files.read(path === "." ? file : `${path}/${file}`));
    if (named !== null) return { version: named, from: file };
  }
  const volta = namedVersion(manifest.volta);
  if (volta !== null) return { version: volta, from: "package.json volta.node" };
  if (manifest.engines === null) return { version: majors[0], from: "default" };
  const fitting = versionFor(manifest.engines);
  return fitting === null
    ? { version: majors[0], from: `default, package.json engines.node is ${visible(manifest.engines.slice(0, 40))}` }
    : { version: fitting, from: "package.json engines.node" };
}

/** `v22.3.0` → `22.3.0`, `lts/iron` → `20`; null for what names no release, such as `node`. */
function namedVersion(text: string | null): string | null {
  const lines = (text ?? "").split(/\r?\n/).map((line) => line.replace(/#.*/, "").trim());
  const written = lines.find((line) => line !== "") ?? "";
  const alias = /^lts\/([a-z*]+)$/i.exec(written)?.[1]?.toLowerCase();
  if (alias !== undefined) return releaseNames.get(alias) ?? null;
  return /^v?(\d{1,3}(?:\.\d{1,3}){0,2})$/.exec(written)?.[1] ?? null;
}

/** A major where its newest release is in the range, else the least version that is; null for a range that names none. */
function versionFor(range: string): string | null {
  if (semver.validRange(range) === null) return null;
  const holdsNewestOf = (major: string) => semver.satisfies(`${major}.999.999`, range);
  const usual = majors.find(holdsNewestOf);
  if (usual !== undefined) return usual;
  const least = semver.minVersion(range);
  if (least === null || least.major < oldestMajor) return null;
  const major = String(least.major);
  return holdsNewestOf(major) ? major : `${major}.${String(least.minor)}.${String(least.patch)}`;
}
