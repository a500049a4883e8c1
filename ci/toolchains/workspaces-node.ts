/** Workspaces of npm, yarn and pnpm: package.json's `workspaces`, and pnpm-workspace.yaml. */
import { parseSyntax } from "../config/syntax.ts";
import type { DescribedPackage } from "../plan/packages.ts";
import type { FileReader } from "./toolchain.ts";
import { folderFrom, foldersFitting, inFolder, isMap, textsIn, tooMany, none, type Ecosystem } from "./workspaces-reading.ts";

export const node: Ecosystem = {
  name: "node",
  members(files) {
    const pnpm = files.read("pnpm-workspace.yaml");
    const listed = pnpm === null ? [] : globsOfPnpm(pnpm);
    if (listed === null) return { ok: false, reason: "pnpm-workspace.yaml can't be read" };
    const { workspaces } = manifestIn(files, ".") ?? {};
    const globs = [...listed, ...textsIn(isMap(workspaces) ? workspaces["packages"] : workspaces)];
    if (globs.length === 0) return none;
    const folders = foldersFitting(files, globs);
    if (folders === null) return tooMany;
    const members = folders.filter((folder) => files.read(inFolder(folder, "package.json")) !== null);
    return { ok: true, folders: [".", ...members] };
  },
  describe(files, path) {
    if (files.read(inFolder(path, "package.json")) === null) return null;
    const manifest = manifestIn(files, path);
    if (manifest === null) return { path, name: path, names: [], needs: null };
    const own = manifest["name"];
    return {
      path,
      name: typeof own === "string" && own !== "" ? own : path,
      names: typeof own === "string" ? [`node:${own}`] : [],
      needs: needsOf(manifest, path),
    };
  },
};

const dependencyKeys = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"];

/** Whatever the version: a package that has the name of a member counts as the member. */
function needsOf(manifest: Readonly<Record<string, unknown>>, path: string): NonNullable<DescribedPackage["needs"]> {
  const wanted = dependencyKeys.flatMap((key) => (isMap(manifest[key]) ? Object.entries(manifest[key]) : []));
  const names: string[] = [];
  const paths: string[] = [];
  for (const [name, spec] of wanted) {
    names.push(`node:${name}`);
    if (typeof spec !== "string") continue;
    // "money": "workspace:@shop/money@^1", "npm:@shop/money@1"
    const alias = /^(?:workspace|npm):(@?[^@]+)@/.exec(spec)?.[1];
    if (alias !== undefined) names.push(`node:${alias}`);
    const local = /^(?:file|link|portal|workspace):(\.{0,2}\/?.*)$/.exec(spec)?.[1] ?? (/^\.{0,2}\//.test(spec) ? spec : null);
    if (local !== null && local.includes("/")) paths.push(folderFrom(path, local));
  }
  return { names, paths };
}

function manifestIn(files: FileReader, folder: string): Readonly<Record<string, unknown>> | null {
  try {
    const parsed: unknown = JSON.parse((files.read(inFolder(folder, "package.json")) ?? "null").replace(/^\uFEFF/, ""));
    return isMap(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

/** Its globs; null where it is no YAML that Weir reads. */
function globsOfPnpm(text: string): readonly string[] | null {
  const syntax = parseSyntax("pnpm-workspace.yaml", text);
  if ("length" in syntax) return null;
  try {
    const value: unknown = syntax.document.toJS({ maxAliasCount: 100 });
    return textsIn(isMap(value) ? value["packages"] : null);
  } catch {
    return null; // more aliases than are taken
  }
}
