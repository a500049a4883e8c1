/**
 * The packages of a repository and what each needs: those that weir.yaml declares, else the members of the workspaces
 * in its root. It only reads; what a change affects is decided in ci/plan/packages.ts.
 */
import type { Config } from "../config/schema.ts";
import { graphOf, type DescribedPackage, type PackageGraph } from "../plan/packages.ts";
import type { FileReader } from "./toolchain.ts";
import { cargo } from "./workspaces-cargo.ts";
import { go } from "./workspaces-go.ts";
import { maven } from "./workspaces-maven.ts";
import { node } from "./workspaces-node.ts";
import { plainFolder, type Ecosystem } from "./workspaces-reading.ts";

const ecosystems: readonly Ecosystem[] = [node, go, cargo, maven];

/** More than any repository of one app has; reading them all would make the plan late. */
const mostPackages = 2000;

/** What the plan reads of the configuration. */
export type PackagesConfig = Pick<Config, "packages"> & { readonly app: Pick<Config["app"], "path"> };

/** The package graph; the app's own package is always in it. */
export async function readPackageGraph(reader: FileReader, config: PackagesConfig): Promise<PackageGraph> {
  const files = remembering(reader);
  const declared = config.packages.map(({ path }) => plainFolder(path));
  const members = declared.length > 0 ? await describeAll(files, declared) : await readMembers(files);
  if (!("length" in members)) return { known: false, reason: members.reason };
  const app = plainFolder(config.app.path);
  const described = members.some(({ path }) => path === app) ? members : [...members, ...(await describeAll(files, [app]))];
  if (described.length > mostPackages) return { known: false, reason: `there are more than ${mostPackages} packages` };
  return graphOf(described);
}

/** Finding the members and describing them read the same manifests, and for 200 packages that is what a plan waits for. */
function remembering(files: FileReader): FileReader {
  const texts = new Map<string, string | null>();
  const read = (path: string) => {
    const known = texts.get(path);
    if (known !== undefined) return known;
    const text = files.read(path);
    texts.set(path, text);
    return text;
  };
  return { read, list: (path) => files.list(path) };
}

type Described = readonly DescribedPackage[];

async function readMembers(files: FileReader): Promise<Described | { readonly reason: string }> {
  const found: DescribedPackage[] = [];
  for (const ecosystem of ecosystems) {
    const members = await ecosystem.members(files);
    if (!members.ok) return { reason: members.reason };
    for (const path of members.folders.slice(0, mostPackages + 1)) {
      const described = await ecosystem.describe(files, path);
      if (described !== null) found.push(described);
    }
  }
  return found;
}

/** By every ecosystem whose manifest is there; what has none says nothing of what it needs. */
async function describeAll(files: FileReader, folders: readonly string[]): Promise<Described> {
  const found: DescribedPackage[] = [];
  for (const path of folders) {
    const before = found.length;
    for (const ecosystem of ecosystems) {
      const described = await ecosystem.describe(files, path);
      if (described !== null) found.push(described);
    }
    if (found.length === before) found.push({ path, name: path, names: [], needs: null });
  }
  return found;
}
