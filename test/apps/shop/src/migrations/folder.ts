import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { type Migration, MigrationError } from "./migration.ts";

export async function readMigrations(folder: string): Promise<readonly Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".sql"));
  // An image built without its migrations would otherwise start, on an empty database.
  if (names.length === 0) throw new MigrationError(`no migrations in ${folder}`);
  return Promise.all(names.map(async (name) => ({ name, sql: await readFile(join(folder, name), "utf8") })));
}
