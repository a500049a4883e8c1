import { createHash } from "node:crypto";

export interface Migration {
  readonly name: string;
  readonly sql: string;
}

export interface Applied {
  readonly name: string;
  readonly checksum: string;
}

/** A database or a folder of migrations that no release should run on; someone has to look. */
export class MigrationError extends Error {}

const namePattern = /^[0-9]{4}_[a-z0-9_]+\.sql$/;

export function checksum(sql: string): string {
  return createHash("sha256").update(sql.replaceAll("\r\n", "\n")).digest("hex");
}

/**
 * The migrations that are still to run, in order. Migrations that the database has and the folder has not are left
 * alone: after a rollback the older release starts on the newer schema, and must.
 */
export function pending(migrations: readonly Migration[], applied: readonly Applied[]): readonly Migration[] {
  const known = new Map(applied.map(({ name, checksum }) => [name, checksum]));
  const sorted = [...migrations].sort((a, b) => (a.name < b.name ? -1 : 1));
  requireNames(sorted);
  for (const migration of sorted) {
    const recorded = known.get(migration.name);
    if (recorded !== undefined && recorded !== checksum(migration.sql)) {
      throw new MigrationError(`${migration.name} was changed after it ran: add a new migration instead`);
    }
  }
  return sorted.filter((migration) => !known.has(migration.name));
}

function requireNames(sorted: readonly Migration[]): void {
  for (const [index, { name }] of sorted.entries()) {
    if (!namePattern.test(name))
      throw new MigrationError(`${name}: name a migration like 0001_what_it_does.sql`);
    const before = sorted[index - 1];
    if (before !== undefined && before.name.slice(0, 4) === name.slice(0, 4)) {
      throw new MigrationError(`${before.name} and ${name} have the same number`);
    }
  }
}
