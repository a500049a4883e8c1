import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { migrate } from "../../src/postgres/migrate.ts";
import { type Database, createDatabase, shopMigrations } from "../support/database.ts";

let database: Database;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.close());

async function recorded(): Promise<readonly string[]> {
  const { rows } = await database.pool.query<{ name: string }>(
    "SELECT name FROM schema_migrations ORDER BY name",
  );
  return rows.map(({ name }) => name);
}

describe("the migrations", () => {
  it("run once and are recorded", async () => {
    const migrations = await shopMigrations();
    const names = migrations.map(({ name }) => name).sort();
    expect(await migrate(database.url, migrations)).toEqual(names);
    expect(await migrate(database.url, migrations)).toEqual([]);
    expect(await recorded()).toEqual(names);
  });

  it("run once when several servers start together", async () => {
    const migrations = await shopMigrations();
    const starts = await Promise.all([1, 2, 3, 4].map(() => migrate(database.url, migrations)));
    expect(starts.flat()).toHaveLength(migrations.length);
  });

  it("leave nothing of one that fails, and keep those before it", async () => {
    const broken = { name: "9999_broken.sql", sql: "CREATE TABLE half (); SELECT nothing FROM nowhere;" };
    const migrations = await shopMigrations();
    await expect(migrate(database.url, [...migrations, broken])).rejects.toThrow(/9999_broken.sql failed/);
    const { rows } = await database.pool.query("SELECT to_regclass('half') AS half");
    expect(rows).toEqual([{ half: null }]);
    expect(await recorded()).toHaveLength(migrations.length);
  });
});
