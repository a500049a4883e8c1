import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findRecord } from "../../ci/gate/find-record.ts";
import { parseRecord } from "../../ci/gate/record.ts";
import { result } from "../report/records.ts";
import { input, planOf } from "../plan/examples.ts";
import { folder } from "../trigger/clone.ts";
import { proofOf } from "./proofs.ts";

const plan = planOf(input());
const stages = plan.stages.map(({ name }) => result(name));
const whole = {
  ...proofOf(plan),
  engine: { version: "0.19.10", kind: "native" },
  startedAt: "2026-06-15T12:00:00.000Z",
  durationMs: 1000,
  stages,
};
const text = JSON.stringify(whole, null, 2);

const reasonOf = (record: ReturnType<typeof parseRecord>) => (record.ok ? "ok" : record.reason);

describe("reading a record", () => {
  it("takes what a run writes, and more than the gate needs", () => {
    const read = parseRecord(JSON.stringify({ ...whole, later: { key: 1 } }));
    expect(read).toMatchObject({ ok: true, proof: { id: whole.id, outcome: "passed", plan: { app: "shop" } } });
  });

  it("takes no part of it for the whole", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: text.length - 1 }), (length) => {
        expect(parseRecord(text.slice(0, length)).ok).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ["", "it is cut short, or no JSON"],
    ["null", "its record names no version"],
    ["[]", "its record names no version"],
    ['{"version": 2}', "its record is of version 2, and this Weir reads version 1"],
    ['{"version": "1"}', "its record names no version"],
    ['{"version": 1}', "its plan names no version"],
    ['{"version": 1, "plan": {"version": 3}}', "its plan is of version 3"],
    [JSON.stringify({ ...whole, stages: {} }), "it is no record as Weir writes it (stages)"],
    [JSON.stringify({ ...whole, stages: [{ name: "unit", status: "green", reason: null }] }), "stages.0.status"],
    [JSON.stringify({ ...whole, outcome: "great" }), "outcome"],
    [
      JSON.stringify({ ...whole, plan: { ...plan, stages: [{ ...plan.stages[0], decision: "pass" }] } }),
      "plan.stages.0.decision",
    ],
    [text.replace('"version": 1', '"__proto__": {"version": 1}'), "its record names no version"],
  ])("says what is wrong with %j", (given, said) => {
    expect(reasonOf(parseRecord(given))).toContain(said);
  });

  it("answers anything with a record or a reason", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (given) => !parseRecord(given).ok),
      { numRuns: 300 },
    );
  });
});

describe("finding a record", () => {
  function runs(...names: readonly string[]): string {
    const source = folder();
    for (const name of names) {
      mkdirSync(join(source, ".weir", "runs", name), { recursive: true });
      writeFileSync(join(source, ".weir", "runs", name, "run.json"), JSON.stringify({ ...whole, id: name }));
    }
    return source;
  }
  const idOf = (record: ReturnType<typeof findRecord>) =>
    record === null ? "none" : record.ok ? record.proof.id : record.reason;

  it("takes the newest run, and nothing that is no run", () => {
    const source = runs("2026-01-02T00-00-00-aaaa", "2026-01-10T00-00-00-0000", "2025-12-31T23-59-59-ffff", "zzz");
    expect(idOf(findRecord(source, undefined))).toBe("2026-01-10T00-00-00-0000");
    expect(findRecord(folder(), undefined)).toBeNull();
  });

  it("takes no older run for a newest one that has left nothing", () => {
    const source = runs("2026-01-02T00-00-00-aaaa");
    mkdirSync(join(source, ".weir", "runs", "2026-01-03T00-00-00-bbbb"));
    expect(idOf(findRecord(source, undefined))).toBe("run 2026-01-03T00-00-00-bbbb has left none");
  });

  it("takes what is named: a file, a run's folder, a folder of runs", () => {
    const source = runs("2026-01-02T00-00-00-aaaa", "2026-01-03T00-00-00-bbbb");
    const at = join(source, ".weir", "runs");
    expect(idOf(findRecord(folder(), join(at, "2026-01-02T00-00-00-aaaa", "run.json")))).toBe("2026-01-02T00-00-00-aaaa");
    expect(idOf(findRecord(folder(), join(at, "2026-01-02T00-00-00-aaaa")))).toBe("2026-01-02T00-00-00-aaaa");
    expect(idOf(findRecord(folder(), at))).toBe("2026-01-03T00-00-00-bbbb");
    expect(findRecord(folder(), folder())).toBeNull();
    expect(() => findRecord(source, join(at, "nothing"))).toThrow(/there is no .*nothing/);
  });
});
