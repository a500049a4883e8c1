/** Cargo: the workspace's members, and the packages that they reach by `path`. */
import type { DescribedPackage } from "../plan/packages.ts";
import type { FileReader } from "./toolchain.ts";
import {
  folderFrom,
  foldersFitting,
  inFolder,
  isMap,
  isOutside,
  none,
  textsIn,
  tooMany,
  type Ecosystem,
} from "./workspaces-reading.ts";

type Table = Readonly<Record<string, unknown>>;

export const cargo: Ecosystem = {
  name: "cargo",
  async members(files) {
    const root = await manifestIn(files, ".");
    if (root === null) return none;
    if (root === "broken") return { ok: false, reason: "Cargo.toml can't be read" };
    const workspace = tableIn(root, "workspace");
    const excluded = textsIn(workspace["exclude"]).map((folder) => `!${folder}`);
    const fitting = foldersFitting(files, [...textsIn(workspace["members"]), ...excluded]);
    if (fitting === null) return tooMany;
    const found = new Set([...(isMap(root["package"]) ? ["."] : []), ...fitting]);
    // Cargo takes path dependencies below the root for members, whether they are listed or not.
    for (const folder of found)
      for (const path of (await describe(files, folder))?.needs?.paths ?? []) if (!isOutside(path)) found.add(path);
    return found.size > 1 ? { ok: true, folders: [...found] } : none;
  },
  describe,
};

async function describe(files: FileReader, path: string): Promise<DescribedPackage | null> {
  const manifest = await manifestIn(files, path);
  if (manifest === null) return null;
  if (manifest === "broken") return { path, name: path, names: [], needs: null };
  const name = tableIn(manifest, "package")["name"];
  // A root that is only a workspace is no package.
  if (typeof name !== "string") return null;
  const root = path === "." ? manifest : await manifestIn(files, ".");
  const shared = root === null || root === "broken" ? {} : tableIn(tableIn(root, "workspace"), "dependencies");
  const wanted = dependencyTables(manifest).flatMap((table) => Object.entries(table));
  return {
    path,
    name,
    names: [`cargo:${name}`],
    needs: {
      names: wanted.flatMap(([key, spec]) => [key, renamed(spec), renamed(shared[key])].flatMap(cargoName)),
      paths: wanted.flatMap(([key, spec]) => [...pathOf(path, spec), ...(isInherited(spec) ? pathOf(".", shared[key]) : [])]),
    },
  };
}

const kinds = ["dependencies", "dev-dependencies", "build-dependencies", "dev_dependencies", "build_dependencies"];

function dependencyTables(manifest: Table): readonly Table[] {
  const targets = Object.values(tableIn(manifest, "target")).filter(isMap);
  return [manifest, ...targets].flatMap((table) => kinds.map((kind) => tableIn(table, kind)));
}

const cargoName = (name: string | null): readonly string[] => (name === null ? [] : [`cargo:${name}`]);

/** `money = { package = "shop-money" }` */
const renamed = (spec: unknown): string | null => (isMap(spec) && typeof spec["package"] === "string" ? spec["package"] : null);

const isInherited = (spec: unknown): boolean => isMap(spec) && spec["workspace"] === true;

const pathOf = (from: string, spec: unknown): readonly string[] =>
  isMap(spec) && typeof spec["path"] === "string" ? [folderFrom(from, spec["path"])] : [];

function tableIn(table: Table, key: string): Table {
  const value = table[key];
  return isMap(value) ? value : {};
}

async function manifestIn(files: FileReader, folder: string): Promise<Table | "broken" | null> {
  const text = files.read(inFolder(folder, "Cargo.toml"));
  if (text === null) return null;
  // Only for those who have one: a plan is to be quick.
  const { parse } = await import("smol-toml");
  try {
    return parse(text);
  } catch {
    return "broken";
  }
}
