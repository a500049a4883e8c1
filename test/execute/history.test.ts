/** What earlier runs left behind is used where it is well, and never in the way where it is not. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { readHistory } from "../../ci/execute/history.ts";

let source: string;
const file = () => join(source, ".weir", "state", "history.json");

beforeEach(() => {
  source = mkdtempSync(join(tmpdir(), "weir-history-"));
  return () => {
    rmSync(source, { recursive: true, force: true });
  };
});

function write(text: string | Buffer): void {
  mkdirSync(join(source, ".weir", "state"), { recursive: true });
  writeFileSync(file(), text);
}

describe("the history", () => {
  it("knows nothing at first, and makes no folder by being read", () => {
    const history = readHistory(source);
    expect(history.hasSeen("unit", "a")).toBe(false);
    expect(history.ranMs("unit")).toBeNull();
    expect(existsSync(join(source, ".weir"))).toBe(false);
  });

  it("knows in the next run what this one saw", async () => {
    const history = readHistory(source);
    history.note("unit", "a", 1200);
    expect(history.hasSeen("unit", "a")).toBe(true);
    await history.save();
    const next = readHistory(source);
    expect([next.hasSeen("unit", "a"), next.hasSeen("lint", "a"), next.ranMs("unit"), next.ranMs("lint")]).toEqual([
      true,
      false,
      1200,
      null,
    ]);
  });

  it("knows several executions of a stage, and the time of the last", async () => {
    const history = readHistory(source);
    history.note("unit", "a", 1);
    history.note("unit", "b", 2);
    history.note("unit", "a", 3);
    await history.save();
    const next = readHistory(source);
    expect([next.hasSeen("unit", "a"), next.hasSeen("unit", "b"), next.ranMs("unit")]).toEqual([true, true, 3]);
  });

  it("keeps the last 50 executions of a stage, an old one that came again included", async () => {
    const history = readHistory(source);
    for (let at = 0; at < 49; at += 1) history.note("unit", String(at), at);
    history.note("unit", "0", 0);
    for (let at = 49; at < 60; at += 1) history.note("unit", String(at), at);
    await history.save();
    const next = readHistory(source);
    expect(Array.from({ length: 60 }, (_, at) => at).filter((at) => !next.hasSeen("unit", String(at)))).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
    ]);
  });

  it("is written whole or not at all, with nothing beside it", async () => {
    const history = readHistory(source);
    history.note("unit", "a", 1);
    await Promise.all([history.save(), history.save(), history.save()]);
    expect(readdirSync(join(source, ".weir", "state"))).toEqual(["history.json"]);
    expect(JSON.parse(readFileSync(file(), "utf8"))).toEqual({ version: 1, stages: { unit: { executions: ["a"], ranMs: 1 } } });
  });

  const whole = JSON.stringify({ version: 1, stages: { unit: { executions: ["a"], ranMs: 1 } } });

  it.each([
    ["cut short", whole.slice(0, 30)],
    ["empty", ""],
    ["of a later version", whole.replace(`"version":1`, `"version":2`)],
    ["without a version", `{"stages":{}}`],
    ["of another shape", `{"version":1,"stages":{"unit":{"executions":"a","ranMs":1}}}`],
    ["without a time", `{"version":1,"stages":{"unit":{"executions":[],"ranMs":null}}}`],
    ["no object", `[]`],
    ["no text", Buffer.from([0, 255, 254, 0])],
  ])("that is %s is as good as none, and is written anew", async (_how, text) => {
    write(text);
    const history = readHistory(source);
    expect([history.hasSeen("unit", "a"), history.ranMs("unit")]).toEqual([false, null]);
    history.note("unit", "b", 2);
    await history.save();
    expect(readHistory(source).hasSeen("unit", "b")).toBe(true);
  });

  it("that is a folder is as good as none", () => {
    mkdirSync(file(), { recursive: true });
    expect(readHistory(source).ranMs("unit")).toBeNull();
  });

  it("answers whatever the file holds", () => {
    const shaped = fc.record({
      version: fc.constantFrom(1, 2, "1"),
      stages: fc.dictionary(
        fc.constantFrom("unit", "__proto__", "x"),
        fc.record({ executions: fc.array(fc.string()), ranMs: fc.double() }),
      ),
    });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.string(),
          shaped.map((value) => JSON.stringify(value)),
        ),
        (text) => {
          write(text);
          const history = readHistory(source);
          history.hasSeen("unit", "a");
          history.note("unit", "a", 1);
          expect(history.ranMs("unit")).toBe(1);
        },
      ),
      { numRuns: 100 },
    );
  });
});
