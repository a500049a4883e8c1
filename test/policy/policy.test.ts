import { describe, expect, it } from "vitest";
import type { PolicyConfig, PolicyRule } from "../../ci/config/schema.ts";
import { gitflow } from "../../ci/policy/branches.ts";
import { judge, policyOf, type Policy, type Situation } from "../../ci/policy/policy.ts";

const push: Situation = { kind: "feature", event: "push", trust: "trusted" };

function policy(changes: Partial<PolicyConfig>, now = "2026-06-15T23:59:59Z"): Policy {
  const locate = (path: readonly (string | number)[]) => ({ file: "weir.yaml", line: Number(path[2]) + 1, column: 7 });
  return policyOf(gitflow, { rules: [], waive: [], paths: {}, ...changes }, locate, new Date(now));
}

function rule(changes: Partial<PolicyRule>): PolicyRule {
  return { id: "team.rule", stage: "unit", kinds: null, events: null, action: "run", reason: null, ...changes };
}

describe("a team's rules", () => {
  it("add to Weir's own, with the line that holds them", () => {
    const verdict = judge("performance", policy({ rules: [rule({ stage: "performance", kinds: ["feature"] })] }), push);
    expect(verdict).toMatchObject({ by: "rule", rule: { id: "team.rule", source: { file: "weir.yaml", line: 1 } } });
    expect(verdict.by === "rule" && Object.keys(verdict.rule.source)).toEqual(["file", "line"]);
  });

  it("decide by the last that holds", () => {
    const rules = [
      rule({ id: "one", action: "skip" }),
      rule({ id: "two", action: "require" }),
      rule({ id: "three", events: ["merge"], action: "skip" }),
    ];
    expect(judge("unit", policy({ rules }), push)).toMatchObject({ rule: { id: "two", action: "require" } });
  });

  it("replace one of Weir's own by its id", () => {
    const rules = [rule({ id: "feature.unit", kinds: ["feature"], events: ["pull-request"] })];
    expect(judge("unit", policy({ rules }), push)).toEqual({ by: "nothing" });
  });

  it("deliver nothing where no branch is known, though they are for every kind", () => {
    const made = policy({ rules: [rule({ stage: "push" }), rule({ id: "two", stage: "lint", action: "skip" })] });
    expect(judge("push", made, { kind: null, event: "manual", trust: "trusted" })).toMatchObject({
      rule: { id: "unknown.push", action: "skip" },
    });
    expect(judge("push", made, { ...push, event: "unknown" })).toMatchObject({
      rule: { id: "unknown-event.push", action: "skip" },
    });
    expect(judge("lint", made, { kind: null, event: "manual", trust: "trusted" })).toMatchObject({ rule: { id: "two" } });
  });

  it("can't replace what keeps untrusted triggers from delivering", () => {
    const rules = [
      rule({ id: "trust.push", stage: "push", action: "run" }),
      rule({ id: "own.push", stage: "push", action: "run" }),
    ];
    const made = policy({ rules });
    expect(judge("push", made, { ...push, trust: "untrusted" })).toMatchObject({ rule: { id: "trust.push", binding: true } });
    expect(made.notes).toEqual(["rule trust.push is binding: weir.yaml:1 does not replace it"]);
  });
});

describe("a waiver", () => {
  const waive = [{ rule: "feature.unit", reason: "the runner is down", until: "2026-06-15" }];

  it("holds through its last day, in UTC, and then the rule is back", () => {
    expect(judge("unit", policy({ waive }), push)).toMatchObject({
      by: "waiver",
      waiver: { until: "2026-06-15", source: { line: 1 } },
    });
    const after = policy({ waive }, "2026-06-16T00:00:00Z");
    expect(judge("unit", after, push)).toMatchObject({ by: "rule", rule: { id: "feature.unit" } });
    expect(after.notes).toEqual(["the waiver of rule feature.unit (weir.yaml:1) ended on 2026-06-15: the rule holds again"]);
  });

  it("touches only its rule", () => {
    expect(judge("unit", policy({ waive }), { ...push, kind: "main" })).toMatchObject({ by: "rule", rule: { id: "main.unit" } });
    expect(judge("unit", policy({ waive, rules: [rule({})] }), push)).toMatchObject({ by: "rule", rule: { id: "team.rule" } });
  });

  it("of a rule that forbids lets the others speak", () => {
    const made = policy({
      rules: [rule({ id: "no", action: "skip" })],
      waive: [{ rule: "no", reason: "r", until: "2026-12-31" }],
    });
    expect(judge("unit", made, push)).toMatchObject({ by: "rule", rule: { id: "feature.unit" } });
  });

  it("does nothing for a rule that is binding or not there, and says so", () => {
    const made = policy({
      waive: [
        { rule: "trust.deploy", reason: "r", until: "2026-12-31" },
        { rule: "gone", reason: "r", until: "2026-12-31" },
      ],
    });
    expect(judge("deploy", made, { ...push, trust: "untrusted" })).toMatchObject({ by: "rule", rule: { id: "trust.deploy" } });
    expect(made.notes).toEqual([
      "weir.yaml:1 waives rule trust.deploy, which is binding: it holds all the same",
      "weir.yaml:2 waives rule gone, which does not exist",
    ]);
  });
});
