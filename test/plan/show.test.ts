import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { explain } from "../../ci/plan/explain.ts";
import { planJson } from "../../ci/plan/json.ts";
import { planMatrix } from "../../ci/plan/matrix.ts";
import { stageNames } from "../../ci/plan/needs.ts";
import { planMermaid } from "../../ci/plan/mermaid.ts";
import { planJsonSchema, planSchema } from "../../ci/plan/schema.ts";
import { explanationLines, matrixRows, planHeading, planNotes, planRows, stageLine } from "../../ci/plan/table.ts";
import { input, planOf, stage, withPolicy } from "./examples.ts";

const hostile = 'feature/\u202e$(touch x)#"]-->\u2066';
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

describe("the plan as JSON", () => {
  it("is safe to print, and says the same", () => {
    const plan = planOf(input({ branch: "feature/\u202e\u{e0001}\u2028x", notes: ["\u009b31m"] }));
    const json = planJson(plan);
    expect(json.replaceAll("\n", "")).not.toMatch(unsafe);
    expect(JSON.parse(json)).toEqual(plan);
  });

  it("fits the published schema", () => {
    expect(JSON.parse(readFileSync("docs/schemas/plan.schema.json", "utf8"))).toEqual(planJsonSchema());
    const plans = [
      input(),
      input({ branch: null }),
      input({ branch: "main", event: "merge", pullRequest: { id: "1", title: "t", fromFork: true, headSha: null } }),
    ];
    for (const given of plans) expect(planSchema.parse(JSON.parse(planJson(planOf(given))))).toEqual(planOf(given));
    expect(planSchema.safeParse({ ...planOf(input()), version: 2 }).success).toBe(false);
  });
});

describe("the plan as a table", () => {
  it("has one row a stage, with the rule and where it is written", () => {
    const plan = planOf(withPolicy({}, { waive: [{ rule: "feature.lint", reason: "r", until: "2026-12-31" }] }));
    expect(planRows(plan)[2]).toEqual(["lint", "skip", "waived until 2026-12-31: r", "feature.lint, weir.yaml:30", ""]);
    expect(planRows(plan)[5]).toEqual(["unit", "run", "push to branch feature/x, of kind feature", "feature.unit", "install"]);
    expect(stageLine(stage(plan, "lint"))).toBe("lint: skipped: waived until 2026-12-31: r; rule feature.lint, weir.yaml:30");
  });

  it("has a heading and notes", () => {
    const plan = planOf(input({ notes: ["a linked worktree"], dirty: true, changedFiles: { known: false, reason: "shallow" } }));
    expect(planHeading(plan)).toBe(
      "shop: push on feature/x (feature → environment development), trusted, at 111111111111 with uncommitted changes",
    );
    expect(planNotes(plan)).toEqual(["a linked worktree", "every file counts as changed: shallow"]);
  });

  it("prints no text from outside as it is", () => {
    const name = hostile.replace(/ |\[|\]/g, "");
    const plan = planOf(input({ branch: name, notes: ["\u001b[2J"], changedFiles: { known: false, reason: "\u202e" } }));
    const explained = explain("deploy", input({ branch: name, event: "pull-request", target: "development" }));
    const lines = [planHeading(plan), ...planNotes(plan), ...planRows(plan).flat(), ...plan.stages.map(stageLine)];
    for (const line of [...lines, ...(explained.ok ? explanationLines(explained.explanation) : [])])
      expect(line).not.toMatch(unsafe);
    expect(lines.join("")).toContain("\\u{202e}");
  });
});

describe("the plan as a graph", () => {
  it("draws what waits for what, and sets the rest apart", () => {
    const graph = planMermaid(planOf(input({}, { selection: { only: ["coverage"] } })));
    expect(graph.split("\n").slice(0, 6)).toEqual([
      "flowchart LR",
      '  stage_install["install"]',
      '  stage_unit["unit"]',
      '  stage_coverage["coverage"]',
      "  stage_install --> stage_unit",
      "  stage_unit --> stage_coverage",
    ]);
    expect(graph).toContain('  stage_lint["lint<br/>skipped: flag.only, command line"]:::skipped');
  });

  it("takes no text from outside into its syntax", () => {
    const locate = () => ({ file: '"]\n  x --> y["', line: 1 });
    const plan = planOf({
      ...withPolicy({}, { rules: [{ id: "a", stage: "lint", kinds: null, events: null, action: "skip", reason: null }] }),
      locate,
    });
    expect(planMermaid(plan)).not.toMatch(/x --> y\[/);
  });
});

describe("explain", () => {
  it("tells every rule about a stage, what differs, and what would make it run", () => {
    const explained = explain("integration", input());
    expect(explained.ok && explanationLines(explained.explanation)).toEqual([
      "integration: run the integration tests with the app's services",
      "integration: skipped: branch feature/x is of kind feature; integration runs on development, main or hotfix; rule policy.none, weir defaults (ci/policy/rules.ts)",
      "needed by: push",
      "in the app: there is something to run",
      "rules about it:",
      "    -   run development.integration (weir defaults (ci/policy/rules.ts)): on push, merge, pull-request, schedule or manual, kind development; here the kind is feature",
      "    -   run main.integration (weir defaults (ci/policy/rules.ts)): on push, merge, pull-request, schedule or manual, kind main; here the kind is feature",
      "    -   run hotfix.integration (weir defaults (ci/policy/rules.ts)): on push, pull-request or manual, kind hotfix; here the kind is feature",
      "    -   run unknown.integration (weir defaults (ci/policy/rules.ts)): on every event, no known branch; here the kind is feature",
      "    -   run unknown-event.integration (weir defaults (ci/policy/rules.ts)): on unknown, every kind; here the event is push",
      "it would run with:",
      "  on push, merge, pull-request, schedule or manual, kind development (rule development.integration)",
      "  on push, merge, pull-request, schedule or manual, kind main (rule main.integration)",
      "  on push, pull-request or manual, kind hotfix (rule hotfix.integration)",
      "  a rule in weir.yaml: `policy.rules` with `stage: integration` and `action: run`",
      "  --only integration",
    ]);
  });

  it.each([
    ["trust", input({ trust: "untrusted" }), "push", "a trigger that is trusted: no rule, waiver or flag does it"],
    [
      "absence",
      input({}, { availability: { lint: { available: false, reason: "none" } } }),
      "lint",
      "something in the app for it to run, or `stages.lint.commands` in weir.yaml",
    ],
    ["a flag", input({}, { selection: { skip: ["lint"] } }), "lint", "leaving out the flag"],
    ["what it works on", input({}, { selection: { skip: ["unit"] } }), "coverage", "whatever makes unit run"],
    [
      "a waiver",
      withPolicy({}, { waive: [{ rule: "feature.lint", reason: "r", until: "2027-01-01" }] }),
      "lint",
      "the waiver's end",
    ],
    [
      "a rule",
      withPolicy({}, { rules: [{ id: "no", stage: "lint", kinds: null, events: null, action: "skip", reason: null }] }),
      "lint",
      "rule no gone",
    ],
  ])("knows the way round %s", (_what, given, name, way) => {
    const explained = explain(name, given);
    expect(explained.ok && explained.explanation.toMakeItRun[0]).toBe(way);
  });

  it("shows no way where the stage runs", () => {
    const explained = explain("unit", input());
    expect(explained.ok && explained.explanation.toMakeItRun).toEqual([]);
  });

  it("suggests the stage that was meant", () => {
    const explained = explain("covrage", input());
    expect(explained.ok ? "" : explained.error.remedy).toBe("did you mean `coverage`?");
  });
});

describe("the matrix", () => {
  it("has every kind and event, and tells what each runs", () => {
    const rows = matrixRows(planMatrix(input()));
    const without = (...names: readonly string[]) => stageNames.filter((name) => !names.includes(name)).join(" ");
    const system = ["integration", "e2e", "performance"];
    const all = without();
    expect(rows).toContainEqual(["feature", "push or manual", "development", without(...system)]);
    expect(rows).toContainEqual(["feature", "pull-request", "development", without(...system, "push", "deploy")]);
    expect(rows).toContainEqual(["feature", "merge or schedule", "development", "nothing"]);
    expect(rows).toContainEqual(["development", "push, merge, schedule or manual", "staging", all]);
    expect(rows).toContainEqual(["main", "push, merge or manual", "production", all]);
    expect(rows).toContainEqual(["production", "push or merge", "production", "deploy"]);
    expect(rows).toContainEqual(["hotfix", "push, pull-request or manual", "none", without("performance", "push", "deploy")]);
  });

  it("says the same as the plans themselves", () => {
    for (const cell of planMatrix(input())) {
      const pattern = { feature: "feature/x", hotfix: "hotfix/x" }[cell.kind] ?? cell.kind;
      const plan = planOf(input({ branch: pattern, event: cell.event }));
      expect([cell.kind, cell.event, cell.runs]).toEqual([
        cell.kind,
        cell.event,
        plan.stages.filter((one) => one.decision === "run").map((one) => one.name),
      ]);
    }
  });
});
