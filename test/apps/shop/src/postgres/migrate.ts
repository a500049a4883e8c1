import pg from "pg";
import { type Applied, type Migration, checksum, pending } from "../migrations/migration.ts";

/** Any number that no other program of this database locks; all releases of the shop must use the same. */
const lockKey = 7_460_001;

/**
 * Brings the schema up to date; of several that start at once, one works and the others wait and find nothing to do.
 * It has a connection of its own, without the pool's time limits: waiting for the lock and a large index take long.
 */
export async function migrate(
  databaseUrl: string,
  migrations: readonly Migration[],
): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 3_000 });
  await client.connect();
  try {
    await client.query("SELECT pg_advisory_lock($1)", [lockKey]);
    return await applyPending(client, migrations);
  } finally {
    // The lock belongs to the connection: closing it frees the lock whatever happened.
    await client.end();
  }
}

async function applyPending(client: pg.Client, migrations: readonly Migration[]): Promise<readonly string[]> {
  await client.query(`CREATE TABLE IF NOT EXISTS schema_migrations (
    name text PRIMARY KEY,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
  )`);
  const { rows } = await client.query<Applied>("SELECT name, checksum FROM schema_migrations");
  const todo = pending(migrations, rows);
  for (const migration of todo) await apply(client, migration);
  return todo.map(({ name }) => name);
}

/** A migration and its record are one transaction, so neither is ever there without the other. */
async function apply(client: pg.Client, { name, sql }: Migration): Promise<void> {
  await client.query("BEGIN");
  try {
    await client.query(sql);
    await client.query("INSERT INTO schema_migrations (name, checksum) VALUES ($1, $2)", [
      name,
      checksum(sql),
    ]);
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw new Error(`migration ${name} failed and was rolled back`, { cause: error });
  }
}
