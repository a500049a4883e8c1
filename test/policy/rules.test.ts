import { describe, expect, it } from "vitest";
import { gitflow } from "../../ci/policy/branches.ts";
import { judge, policyOf, type Situation } from "../../ci/policy/policy.ts";
import { defaultRules, defaults, table } from "../../ci/policy/rules.ts";
import { catalogue, type StageName } from "../../ci/stages/catalogue.ts";
import { events, type Event } from "../../ci/trigger/trigger.ts";

const checks: readonly StageName[] = ["install", "build", "lint", "types", "format", "unit", "coverage", "image", "smoke"];
const system: readonly StageName[] = ["integration", "e2e", "performance"];
const delivery: readonly StageName[] = ["push", "deploy"];
const stages = catalogue.map((stage) => stage.name);

/** The specification, said again without the code's own table. */
const specification: Readonly<Record<string, Partial<Readonly<Record<Event, readonly StageName[]>>>>> = {
  feature: {
    push: [...checks, ...delivery],
    "pull-request": checks,
    manual: [...checks, ...delivery],
  },
  development: {
    push: [...checks, ...system, ...delivery],
    merge: [...checks, ...system, ...delivery],
    "pull-request": [...checks, ...system],
    schedule: [...checks, ...system, ...delivery],
    manual: [...checks, ...system, ...delivery],
  },
  main: {
    push: [...checks, ...system, ...delivery],
    merge: [...checks, ...system, ...delivery],
    "pull-request": [...checks, ...system],
    schedule: [...checks, ...system],
    manual: [...checks, ...system, ...delivery],
  },
  hotfix: {
    push: [...checks, "integration", "e2e"],
    "pull-request": [...checks, "integration", "e2e"],
    manual: [...checks, "integration", "e2e"],
  },
  production: { push: ["deploy"], merge: ["deploy"] },
};

const policy = policyOf(gitflow, { rules: [], waive: [], paths: {} }, () => null, new Date("2026-06-15"));

function runs(situation: Situation): readonly StageName[] {
  return stages.filter((stage) => {
    const verdict = judge(stage, policy, situation);
    return verdict.by === "rule" && verdict.rule.action !== "skip";
  });
}

describe("Weir's own rules", () => {
  for (const [kind, byEvent] of Object.entries(specification)) {
    for (const event of events.filter((known) => known !== "unknown")) {
      it(`${kind} on ${event}`, () => {
        const expected = byEvent[event] ?? [];
        expect(runs({ kind, event, trust: "trusted" })).toEqual(stages.filter((stage) => expected.includes(stage)));
      });

      it(`${kind} on ${event} delivers nothing where it is not trusted`, () => {
        const expected = (byEvent[event] ?? []).filter((stage) => !delivery.includes(stage));
        expect(runs({ kind, event, trust: "untrusted" })).toEqual(stages.filter((stage) => expected.includes(stage)));
      });
    }
  }

  it("check everything and deliver nothing where no branch is known, or the event is not", () => {
    const all = stages.filter((stage) => !delivery.includes(stage));
    for (const event of events) expect(runs({ kind: null, event, trust: "trusted" })).toEqual(all);
    for (const kind of Object.keys(specification)) expect(runs({ kind, event: "unknown", trust: "trusted" })).toEqual(all);
  });

  it("have an id of their own each, named for their kind and stage", () => {
    const ids = defaultRules(gitflow.map((kind) => kind.kind)).map((rule) => rule.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(
      expect.arrayContaining([
        "feature.unit",
        "development.performance",
        "main.deploy",
        "production.deploy",
        "trust.push",
        "unknown.unit",
      ]),
    );
  });

  it("cover every stage on main, so that a new stage can't be forgotten", () => {
    expect(new Set(table.filter((row) => row.kind === "main").flatMap((row) => row.stages))).toEqual(new Set(stages));
  });

  it("name only kinds of the branch table", () => {
    const kinds = gitflow.map((kind) => kind.kind);
    expect(table.map((row) => row.kind).filter((kind) => !kinds.includes(kind))).toEqual([]);
  });

  it("check a kind that a team adds in full, and deliver nothing of it", () => {
    const release = {
      kind: "release",
      patterns: ["release/**"],
      ref: "branch",
      mergesInto: ["main"],
      environment: "staging",
    } as const;
    const added = policyOf([...gitflow, release], { rules: [], waive: [], paths: {} }, () => null, new Date(0));
    const verdict = judge("unit", added, { kind: "release", event: "push", trust: "trusted" });
    expect(verdict).toMatchObject({ by: "rule", rule: { id: "release.unit", action: "run", source: defaults } });
    expect(judge("deploy", added, { kind: "release", event: "push", trust: "trusted" })).toEqual({ by: "nothing" });
  });
});
