import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { readMigrations } from "../../src/migrations/folder.ts";

/** A missing address fails the tests: skipped, they would look like passed ones. */
function databaseUrl(): string {
  const url = process.env["DATABASE_URL"];
  if (url === undefined || url === "") throw new Error("the integration tests need DATABASE_URL");
  return url;
}

export interface Database {
  readonly pool: pg.Pool;
  close(): Promise<void>;
}

/** A schema of its own, so that test files run side by side and leave the shop's data alone. */
export async function createDatabase(): Promise<Database> {
  const schema = `test_${randomBytes(6).toString("hex")}`;
  const admin = new pg.Client({ connectionString: databaseUrl() });
  await admin.connect();
  await admin.query(`CREATE SCHEMA ${schema}`);
  const pool = new pg.Pool({ connectionString: databaseUrl(), options: `-c search_path=${schema}`, max: 20 });
  return {
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
