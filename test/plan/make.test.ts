import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makePlan } from "../../ci/plan/make.ts";
import { planJson } from "../../ci/plan/json.ts";
import { closure, stageNames, stages } from "../../ci/plan/needs.ts";
import { gitflow } from "../../ci/policy/branches.ts";
import { events } from "../../ci/trigger/trigger.ts";
import { hostileName } from "../policy/hostile.ts";
import { errorOf, input, planOf, running, stage, withPolicy } from "./examples.ts";

describe("a plan", () => {
  it("names the branch's kind, the environment, and what runs in which order", () => {
    const plan = planOf(input({ branch: "development", event: "merge" }));
    expect([plan.app, plan.branchKind, plan.environment, plan.promotes]).toEqual(["shop", "development", "staging", false]);
    expect(running(plan)).toEqual(stageNames);
    expect(stage(plan, "push").needs).toEqual(
      stageNames.filter((name) => !["install", "build", "push", "deploy"].includes(name)),
    );
    expect(stage(plan, "deploy")).toEqual({
      name: "deploy",
      decision: "run",
      rule: "development.deploy",
      source: { file: "weir defaults (ci/policy/rules.ts)", line: null },
      reason: "merge into branch development, of kind development",
      required: false,
      needs: ["push"],
    });
  });

  it("says for each skipped stage where it would run", () => {
    const plan = planOf(input({ event: "pull-request", target: "development" }));
    expect(stage(plan, "integration")).toMatchObject({
      decision: "skip",
      rule: "policy.none",
      reason: "branch feature/x is of kind feature; integration runs on development, main or hotfix",
      needs: [],
    });
    expect(stage(plan, "deploy").reason).toBe(
      "pull request of branch feature/x, of kind feature, into development; deploy runs there on push or manual",
    );
  });

  it("promotes on production, and builds nothing", () => {
    const plan = planOf(input({ branch: "production", event: "merge" }));
    expect(running(plan)).toEqual(["deploy"]);
    expect(plan.promotes).toBe(true);
    expect(stage(plan, "deploy").needs).toEqual([]);
  });

  it("runs everything for a manual run on main, as in a fresh clone", () => {
    expect(running(planOf(input({ branch: "main", event: "manual" })))).toEqual(stageNames);
  });

  it("checks all and delivers nothing where no branch is known", () => {
    const plan = planOf(input({ branch: null, event: "manual" }));
    expect(running(plan)).toEqual(stageNames.filter((name) => name !== "push" && name !== "deploy"));
    expect(stage(plan, "deploy")).toMatchObject({ decision: "skip", rule: "unknown.deploy" });
    expect([plan.branchKind, plan.environment, plan.notes]).toEqual([
      null,
      null,
      ["no branch is known: everything is checked and nothing is delivered; --branch names one"],
    ]);
  });

  it("says that everything counts as changed where nobody can tell", () => {
    const plan = planOf(input({ changedFiles: { known: false, reason: "no git repository here" } }));
    expect(plan.notes).toEqual(["every file counts as changed: no git repository here"]);
  });

  it("delivers nothing of an untrusted trigger, whatever else is said", () => {
    const plan = planOf(input({ trust: "untrusted", branch: "main", event: "push" }, { selection: { only: ["deploy"] } }));
    expect(stage(plan, "push")).toMatchObject({
      decision: "skip",
      rule: "trust.push",
      reason: expect.stringContaining("the trigger is not trusted"),
    });
    expect(stage(plan, "deploy")).toMatchObject({ decision: "skip", rule: "trust.deploy" });
  });
});

describe("what the app has", () => {
  const gone = { available: false, reason: "package.json has no script lint" } as const;

  it("decides over a stage that may be absent", () => {
    const plan = planOf(input({}, { availability: { lint: gone, unit: gone } }));
    expect(stage(plan, "lint")).toMatchObject({
      decision: "skip",
      rule: "app.absent",
      reason: "package.json has no script lint",
    });
    expect(stage(plan, "unit")).toMatchObject({ decision: "run", rule: "feature.unit", required: true });
    expect(stage(plan, "push").needs).toEqual(["types", "format", "unit", "coverage", "image", "smoke"]);
  });

  it("does not hold up what only comes after it", () => {
    const plan = planOf(input({}, { availability: { install: gone, build: gone } }));
    expect(stage(plan, "image")).toMatchObject({ decision: "run", needs: [] });
    expect(stage(plan, "unit")).toMatchObject({ decision: "run", needs: [] });
  });

  it("is no excuse where a rule requires the stage", () => {
    const rules = [{ id: "team.lint", stage: "lint", kinds: null, events: null, action: "require", reason: "we lint" }] as const;
    const plan = planOf(withPolicy({}, { rules }, { availability: { lint: gone } }));
    expect(stage(plan, "lint")).toMatchObject({
      decision: "run",
      rule: "team.lint",
      required: true,
      source: { file: "weir.yaml", line: 30 },
      reason: "push to branch feature/x, of kind feature: we lint",
    });
  });
});

describe("weir.yaml", () => {
  it("skips a stage for good, with its reason and line", () => {
    const given = withPolicy({}, {});
    const plan = planOf({ ...given, config: { ...given.config, stages: { lint: { skip: "no linter yet" } } } });
    expect(stage(plan, "lint")).toMatchObject({
      decision: "skip",
      rule: "stages.skip",
      reason: "no linter yet",
      source: { file: "weir.yaml", line: 30 },
    });
  });

  it("waives a rule, and what works on the stage goes with it", () => {
    const waive = [{ rule: "feature.unit", reason: "the runner is down", until: "2026-06-30" }];
    const plan = planOf(withPolicy({}, { waive }));
    expect(stage(plan, "unit")).toMatchObject({
      decision: "skip",
      rule: "feature.unit",
      reason: "waived until 2026-06-30: the runner is down",
    });
    expect(stage(plan, "coverage")).toMatchObject({ decision: "skip", rule: "needs.unit" });
    expect(stage(plan, "push").decision).toBe("run");
  });

  it("leads nowhere without an environment", () => {
    const rules = [{ id: "team.deploy", stage: "deploy", kinds: ["hotfix"], events: null, action: "run", reason: null }] as const;
    const plan = planOf(withPolicy({ branch: "hotfix/1" }, { rules }));
    expect(stage(plan, "deploy")).toMatchObject({
      decision: "skip",
      rule: "environment.none",
      reason: "kind hotfix leads to no environment",
    });
  });

  describe("with path filters", () => {
    const paths = { unit: ["src/**", "test/**"], image: ["src/**"] };

    it("skips what no changed file concerns", () => {
      const plan = planOf(withPolicy({ changedFiles: { known: true, files: ["docs/a.md", "test/a.ts"] } }, { paths }));
      expect(stage(plan, "unit").decision).toBe("run");
      expect(stage(plan, "image")).toMatchObject({
        decision: "skip",
        rule: "paths.image",
        reason: "no changed file fits src/**",
      });
      expect(stage(plan, "deploy")).toMatchObject({ decision: "skip", rule: "needs.image" });
    });

    it.each([
      ["a lockfile", { changedFiles: { known: true, files: ["package-lock.json"] } }],
      ["a lockfile further down", { changedFiles: { known: true, files: ["web/pnpm-lock.yaml"] } }],
      ["the configuration", { changedFiles: { known: true, files: ["weir.yaml"] } }],
      ["what nobody can tell", { changedFiles: { known: false, reason: "shallow" } }],
      ["a schedule", { branch: "development", event: "schedule", changedFiles: { known: true, files: [] } }],
      ["main", { branch: "main", changedFiles: { known: true, files: [] } }],
    ] as const)("runs all for %s", (_what, changes) => {
      expect(stage(planOf(withPolicy(changes, { paths })), "image").decision).toBe("run");
    });
  });
});

describe("flags", () => {
  const selected = (selection: Parameters<typeof planOf>[0]["selection"], changes = {}) =>
    planOf(input(changes, selection === undefined ? {} : { selection }));

  it("--only keeps what the stage needs", () => {
    const plan = selected({ only: ["unit"] });
    expect(running(plan)).toEqual(["install", "unit"]);
    expect(stage(plan, "unit").rule).toBe("feature.unit");
    expect(stage(plan, "lint")).toMatchObject({
      rule: "flag.only",
      reason: "not part of --only unit",
      source: { file: "command line", line: null },
    });
  });

  it("--only asks for a check that no rule runs, with all that it needs", () => {
    const plan = selected({ only: ["e2e"] }, { branch: "production" });
    expect(running(plan)).toEqual(["install", "build", "image", "smoke", "e2e"]);
    expect(stage(plan, "e2e")).toMatchObject({ rule: "flag.only", reason: "asked for by --only" });
    expect(stage(plan, "build").reason).toBe("e2e, asked for by --only, needs it");
  });

  it("--only asks for no delivery that the rules don't allow", () => {
    const plan = selected({ only: ["deploy"] }, { event: "pull-request", target: "development" });
    expect(stage(plan, "deploy")).toMatchObject({ decision: "skip", rule: "policy.none" });
    expect(stage(plan, "push").decision).toBe("skip");
  });

  it("--only deploy still proves what is deployed", () => {
    expect(running(selected({ only: ["deploy"] }))).toEqual(running(selected(undefined)));
  });

  it("--until ends with the stage, and asks for it", () => {
    expect(running(selected({ until: "unit" }))).toEqual(["install", "build", "lint", "types", "format", "unit"]);
    expect(running(selected({ until: "integration" }))).toContain("integration");
  });

  it("--from starts with the stage, and what those after it need", () => {
    const plan = selected({ from: "coverage", until: "coverage" });
    expect(running(plan)).toEqual(
      running(selected({ until: "coverage" })).filter((name) => closure(stageNames.slice(6)).has(name)),
    );
  });

  it("--skip leaves a stage out, and then nothing is delivered", () => {
    const plan = selected({ skip: ["lint"] });
    expect(stage(plan, "lint")).toMatchObject({ decision: "skip", rule: "flag.skip" });
    expect(stage(plan, "deploy")).toMatchObject({
      decision: "skip",
      rule: "flag.unproven",
      reason: expect.stringContaining("lint is left out by a flag"),
    });
    expect(stage(plan, "image").decision).toBe("run");
  });

  it("--skip of what no rule wants changes nothing else", () => {
    expect(stage(selected({ skip: ["performance"] }), "deploy").decision).toBe("run");
  });

  it("--skip push lets deploy wait for what push would have waited for", () => {
    const plan = selected({ skip: ["push"] });
    expect(stage(plan, "deploy")).toMatchObject({ decision: "run", needs: ["lint", "types", "format", "coverage", "smoke"] });
  });

  it.each([
    [{ only: ["unti"] }, "--only unti: there is no such stage", "did you mean `unit`?"],
    [{ skip: ["\u001b[2J"] }, "--skip \\u{1b}[2J: there is no such stage", expect.stringContaining("install")],
    [{ until: "__proto__" }, "--until __proto__: there is no such stage", expect.any(String)],
    [{ only: ["unit"], skip: ["unit"] }, "unit is both asked for and left out by --skip", "name it once"],
    [{ from: "image", until: "unit" }, "--from image comes after --until unit: nothing lies between", expect.any(String)],
  ])("%j is an error", (selection, message, remedy) => {
    expect(errorOf(input({}, { selection }))).toMatchObject({ code: "flag.stage", message, remedy, exitCode: 2 });
  });
});

describe("a merge that the table does not allow", () => {
  it.each([
    ["feature/x", "main", "branch.direction"],
    ["main", "development", "branch.direction"],
    ["hotfix/1", "development", "branch.direction"],
    ["production", "main", "branch.direction"],
    ["feature/x", "feature/y", "branch.direction"],
    ["feature/x", "nowhere", "branch.none"],
    ["patch-1", "development", "branch.none"],
    ["feature/x", "a..b", "branch.name"],
  ])("%s into %s is denied", (branch, target, code) => {
    expect(errorOf(input({ branch, target, event: "pull-request" }))).toMatchObject({ code, exitCode: 3 });
  });

  it.each([
    ["feature/x", "development"],
    ["development", "main"],
    ["main", "production"],
    ["hotfix/1", "main"],
  ])("%s into %s is not one", (branch, target) => {
    expect(planOf(input({ branch, target, event: "pull-request" })).branchKind).not.toBeNull();
  });

  it("a fork's branch is not this repository's by its name", () => {
    const pullRequest = { id: "7", title: null, fromFork: true, headSha: null };
    const from = (branch: string, target: string) =>
      input({ branch, target, event: "pull-request", trust: "untrusted", pullRequest });
    expect(errorOf(from("development", "main")).code).toBe("branch.fork");
    expect(errorOf(from("main", "production")).code).toBe("branch.fork");
    expect(running(planOf(from("feature/x", "development")))).not.toContain("push");
  });
});

describe("every plan", () => {
  const branches = ["feature/x", "development", "main", "production", "hotfix/1", null];
  const some = fc.subarray([...stageNames]);
  const inputs = fc.record({
    branch: fc.constantFrom(...branches),
    event: fc.constantFrom(...events.filter((event) => event !== "pull-request")),
    trust: fc.constantFrom("trusted" as const, "untrusted" as const),
    absent: some,
    skip: some,
    only: some,
    configSkip: some,
    filtered: some,
    until: fc.option(fc.constantFrom(...stageNames)),
  });

  const made = inputs.map(({ branch, event, trust, absent, skip, only, configSkip, filtered, until }) => {
    const given = input(
      { branch, event, trust },
      {
        availability: Object.fromEntries(absent.map((name) => [name, { available: false as const, reason: "none" }])),
        selection: { skip, only, until },
      },
    );
    const stagesConfig = Object.fromEntries(configSkip.map((name) => [name, { skip: "no" }]));
    const paths = Object.fromEntries(filtered.map((name) => [name, ["nothing/**"]]));
    return { ...given, config: { ...given.config, stages: stagesConfig, policy: { ...given.config.policy, paths } } };
  });

  it("is whole, says why, waits only for what runs, and comes out the same twice", { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(made, (given) => {
        const result = makePlan(given);
        if (!result.ok) {
          expect(result.error.code).toBe("flag.stage");
          return;
        }
        const { plan } = result;
        const runs = new Set(running(plan));
        expect(plan.stages.map((planned) => planned.name)).toEqual(stageNames);
        for (const planned of plan.stages) {
          expect([planned.rule, planned.reason, planned.source.file]).not.toContain("");
          expect(
            planned.needs.every((need) => runs.has(need) && stageNames.indexOf(need) < stageNames.indexOf(planned.name)),
          ).toBe(true);
          if (planned.decision === "skip") expect(planned.needs).toEqual([]);
        }
        if (runs.has("deploy") && !plan.promotes) expect(runs.has("image")).toBe(true);
        if (given.trigger.trust === "untrusted" || plan.branchKind === null)
          expect(runs.has("push") || runs.has("deploy")).toBe(false);
        expect(planJson(plan)).toBe(planJson(planOf(given)));
      }),
      { numRuns: 500 },
    );
  });

  it("delivers only what waited for every check that the rules want", { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(made, (given) => {
        const result = makePlan(given);
        if (!result.ok || result.plan.promotes) return;
        const runs = new Set(running(result.plan));
        const wanted = running(planOf({ ...given, selection: {} }));
        for (const name of ["push", "deploy"] as const) {
          if (!runs.has(name)) continue;
          const checks = wanted.filter((other) => closure([name]).has(other) && other !== "push" && other !== "deploy");
          expect(checks.filter((check) => !runs.has(check))).toEqual([]);
          const reached = new Set<string>();
          const visit = (at: string): void => {
            for (const need of result.plan.stages.find((planned) => planned.name === at)!.needs) {
              reached.add(need);
              visit(need);
            }
          };
          visit(name);
          expect(checks.filter((check) => !reached.has(check))).toEqual([]);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("of any branch name is made or refused, never thrown", { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(hostileName(), hostileName(), (branch, target) => {
        const result = makePlan(input({ branch, target, event: "pull-request" }));
        if (result.ok) expect(gitflow.map((kind) => kind.kind)).toContain(result.plan.branchKind);
        else expect(result.error.message).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("the catalogue", () => {
  it("lists every stage after what it needs, which planning relies on", () => {
    for (const entry of stages)
      for (const need of entry.needs) expect(stageNames.indexOf(need)).toBeLessThan(stageNames.indexOf(entry.name));
  });
});
