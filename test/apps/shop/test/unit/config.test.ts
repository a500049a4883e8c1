import { describe, expect, it } from "vitest";
import { ConfigError, readConfig } from "../../src/config.ts";

const databaseUrl = "postgres://shop:secret@database:5432/shop";

describe("the configuration", () => {
  it("listens on 8080 unless told otherwise", () => {
    expect(readConfig({ DATABASE_URL: databaseUrl })).toEqual({ port: 8080, databaseUrl });
    expect(readConfig({ DATABASE_URL: databaseUrl, PORT: "" }).port).toBe(8080);
    expect(readConfig({ DATABASE_URL: databaseUrl, PORT: "9000" }).port).toBe(9000);
  });

  it.each(["http", "-1", "65536", "80.5"])("refuses the port %s", (PORT) => {
    expect(() => readConfig({ DATABASE_URL: databaseUrl, PORT })).toThrow(ConfigError);
  });

  it.each([undefined, ""])("names DATABASE_URL when it is %j", (DATABASE_URL) => {
    expect(() => readConfig({ ...(DATABASE_URL !== undefined && { DATABASE_URL }) })).toThrow(
      /DATABASE_URL is not set/,
    );
  });

  it("does not repeat the password of an address that it refuses", () => {
    const read = () => readConfig({ DATABASE_URL: "mysql://shop:secret@database/shop" });
    expect(read).toThrow(/not a PostgreSQL address/);
    expect(read).not.toThrow(/secret/);
  });
});
