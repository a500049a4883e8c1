/** A folder as toolchains read it: whatever can't be read is not there, and nothing outside it is read. */
import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import { usageError } from "../errors.ts";
import type { FileReader } from "./toolchain.ts";

const largestFileBytes = 5_000_000;

/** @throws WeirError `app.missing` where there is no such folder. */
export function folderReader(root: string): FileReader {
  const real = attempt(() => realpathSync(root));
  if (real === null || attempt(() => statSync(real).isDirectory()) !== true)
    throw usageError(
      "app.missing",
      `there is no folder ${root}`,
      "name the app's folder in weir.yaml (app.path), or with --source",
    );
  const within = (path: string): string => {
    const target = realpathSync(join(real, path));
    if (target !== real && !target.startsWith(real.endsWith(sep) ? real : real + sep))
      throw new Error(`${path} leads out of ${root}`);
    return target;
  };
  return {
    read: (path) =>
      attempt(() => {
        const target = within(path);
        const stats = statSync(target);
        return stats.isFile() && stats.size <= largestFileBytes ? readFileSync(target, "utf8") : null;
      }),
    list: (path) =>
      attempt(() =>
        readdirSync(within(path), { withFileTypes: true })
          .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
          .sort(),
      ) ?? [],
  };
}

function attempt<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null;
  }
}
