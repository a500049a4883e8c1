/** The control groups that an engine makes on the host, and how those that it left are removed. */
import { existsSync, readdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";

const root = "/sys/fs/cgroup";
/** The engine puts its containers under this name, in every hierarchy (version 1) or in the one there is (version 2). */
const name = "buildkit";

/** Those that are there now. */
export function readCgroups(): readonly string[] {
  if (!existsSync(root)) return [];
  return [root, ...readdirSync(root).map((hierarchy) => join(root, hierarchy))]
    .map((folder) => join(folder, name))
    .filter((folder) => existsSync(folder));
}

/** Removes those that were not there before; a group that holds a process stays, since the kernel refuses. */
export function removeCgroups(before: readonly string[]): void {
  for (const folder of readCgroups()) if (!before.includes(folder)) removeTree(folder);
}

function removeTree(folder: string): void {
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true }))
      if (entry.isDirectory()) removeTree(join(folder, entry.name));
    rmdirSync(folder);
  } catch {
    // In use, or gone meanwhile.
  }
}
