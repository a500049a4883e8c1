/** A folder as toolchains read it: whatever can't be read is not there, and nothing outside it is read. */
import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import type { FileReader } from "./toolchain.ts";

const largestFileBytes = 5_000_000;

export function folderReader(root: string): FileReader {
  const real = realpathSync(root);
  const within = (path: string): string | null => {
    try {
      const target = realpathSync(join(real, path));
      return target === real || target.startsWith(real + sep) ? target : null;
    } catch {
      return null;
    }
  };
  return {
    read(path) {
      const target = within(path);
      if (target === null) return null;
      const stats = statSync(target);
      return stats.isFile() && stats.size <= largestFileBytes ? readFileSync(target, "utf8") : null;
    },
    list(path) {
      const target = within(path);
      if (target === null || !statSync(target).isDirectory()) return [];
      return readdirSync(target, { withFileTypes: true })
        .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
        .sort();
    },
  };
}
