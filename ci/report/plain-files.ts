/**
 * What a stage hands out comes from containers that run an app's code. A link in it would be followed on this machine, with
 * this user's rights, and its target shown in a log; so all that is neither a file nor a folder is removed before it is read.
 */
import { lstatSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

/** Removes links, pipes and devices below the folder, and the folder itself where it is one. */
export function keepPlainFiles(folder: string): void {
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (stats.isDirectory()) for (const name of readdirSync(folder)) keepPlainFiles(join(folder, name));
  else if (!stats.isFile()) rmSync(folder, { force: true });
}
