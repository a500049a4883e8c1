import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { pino } from "pino";
import { readMigrations } from "../../src/migrations/folder.ts";
import { createPool } from "../../src/postgres/pool.ts";

/** A missing address fails the tests: skipped, they would look like passed ones. */
function databaseUrl(): string {
  const url = process.env["DATABASE_URL"];
  if (url === undefined || url === "") throw new Error("the integration tests need DATABASE_URL");
  return url;
}

export interface Database {
  /** The database's address, with the schema as its search path. */
  readonly url: string;
  readonly pool: pg.Pool;
  close(): Promise<void>;
}

/** A schema of its own, so that test files run side by side and leave the shop's data alone. */
export async function createDatabase(): Promise<Database> {
  const schema = `test_${randomBytes(6).toString("hex")}`;
  const admin = new pg.Client({ connectionString: databaseUrl() });
  await admin.connect();
  await admin.query(`CREATE SCHEMA ${schema}`);
  const url = new URL(databaseUrl());
  url.searchParams.set("options", `-c search_path=${schema}`);
  const pool = createPool(url.href, pino({ level: "silent" }));
  return {
    url: url.href,
    pool,
    async close() {
      await pool.end();
      await admin.query(`DROP SCHEMA ${schema} CASCADE`);
      await admin.end();
    },
  };
}

export function shopMigrations() {
  return readMigrations(fileURLToPath(new URL("../../migrations", import.meta.url)));
}
