import { describe, expect, it } from "vitest";
import { isStartingUp } from "../../src/postgres/pool.ts";

describe("waiting for the database", () => {
  it.each([
    ["a refused connection", "ECONNREFUSED", true],
    ["a name that is not there yet", "ENOTFOUND", true],
    ["a server that still recovers", "57P03", true],
    ["a wrong password", "28P01", false],
    ["a missing table", "42P01", false],
  ])("for %s (%s): %s", (_what, code, worthwhile) => {
    expect(isStartingUp(Object.assign(new Error("failed"), { code }))).toBe(worthwhile);
  });

  it("is not worthwhile for an error without a code", () => {
    expect(isStartingUp(new Error("failed"))).toBe(false);
    expect(isStartingUp("failed")).toBe(false);
  });
});
