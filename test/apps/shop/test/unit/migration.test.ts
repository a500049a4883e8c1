import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readMigrations } from "../../src/migrations/folder.ts";
import { checksum, pending } from "../../src/migrations/migration.ts";

const first = { name: "0001_first.sql", sql: "CREATE TABLE first ();" };
const second = { name: "0002_second.sql", sql: "CREATE TABLE second ();" };
const ran = ({ name, sql }: typeof first) => ({ name, checksum: checksum(sql) });

describe("the migrations still to run", () => {
  it("are all of them, by number, on an empty database", () => {
    expect(pending([second, first], [])).toEqual([first, second]);
  });

  it("leave out those that ran", () => {
    expect(pending([first, second], [ran(first)])).toEqual([second]);
  });

  it("do not mind what a newer release ran", () => {
    expect(pending([first], [ran(first), ran(second)])).toEqual([]);
  });

  it("do not depend on the line endings of a checkout", () => {
    expect(checksum("SELECT 1;\r\nSELECT 2;\r\n")).toBe(checksum("SELECT 1;\nSELECT 2;\n"));
  });

  it("are refused when one was changed after it ran", () => {
    expect(() => pending([{ ...first, sql: "DROP TABLE first;" }], [ran(first)])).toThrow(
      /changed after it ran/,
    );
  });

  it("are refused when two have the same number", () => {
    expect(() => pending([first, { ...second, name: "0001_other.sql" }], [])).toThrow(/same number/);
  });

  it("are refused when a name has no number", () => {
    expect(() => pending([{ ...first, name: "first.sql" }], [])).toThrow(/0001_what_it_does/);
  });
});

describe("the folder of migrations", () => {
  it("holds only names that the runner takes", async () => {
    const migrations = await readMigrations(fileURLToPath(new URL("../../migrations", import.meta.url)));
    expect(pending(migrations, []).map(({ name }) => name)).toContain("0001_products_and_orders.sql");
  });

  it("is an error when it holds none", async () => {
    await expect(readMigrations(fileURLToPath(new URL(".", import.meta.url)))).rejects.toThrow(
      /no migrations in/,
    );
  });
});
