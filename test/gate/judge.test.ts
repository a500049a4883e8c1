import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { infrastructureError } from "../../ci/errors.ts";
import { judgeGate, type GateLine } from "../../ci/gate/judge.ts";
import type { Proof, RecordRead } from "../../ci/gate/record.ts";
import type { Plan } from "../../ci/plan/plan.ts";
import type { StageStatus } from "../../ci/report/report.ts";
import type { ReviewVerdict } from "../../ci/reviews/review.ts";
import { catalogue } from "../../ci/stages/catalogue.ts";
import { events } from "../../ci/trigger/trigger.ts";
import { input, planOf, trigger, withPolicy } from "../plan/examples.ts";
import { approved, proofOf, unreviewed, weir } from "./proofs.ts";

const read = (proof: Proof): RecordRead => ({ ok: true, proof });

function gate(plan: Plan, record: RecordRead | null, reviews: ReviewVerdict = approved) {
  const judged = judgeGate({ plan, record, reviews, weir });
  return {
    ...judged,
    line: (name: string) => text(judged.lines.find((line) => ("stage" in line ? line.stage : line.check) === name)),
  };
}

const text = (line: GateLine | undefined) => (line === undefined ? "no line" : `${line.verdict}: ${line.reason}`);

const pullRequest = { event: "pull-request", target: "development" } as const;
const plan = planOf(input(pullRequest));

function withStatus(name: string, status: StageStatus, reason: string | null = null): Proof {
  const proof = proofOf(plan);
  return { ...proof, stages: proof.stages.map((stage) => (stage.name === name ? { name, status, reason } : stage)) };
}

describe("a change that passes", () => {
  it("has all that the plan runs passed, and all else skipped by a rule, each with its reason", () => {
    const { verdict, exitCode, lines, line } = gate(plan, read(proofOf(plan)));
    expect(verdict).toBe("pass");
    expect(exitCode).toBe(0);
    expect(lines).toHaveLength(catalogue.length + 2);
    expect(line("record")).toBe(`pass: run 2026-06-15T12-00-00-ab12, of this plan and of commit ${"1".repeat(12)}`);
    expect(line("unit")).toBe("pass: passed");
    expect(line("deploy")).toBe(
      "pass: skipped: pull request of branch feature/x, of kind feature, into development; deploy runs there on push or manual (rule policy.none)",
    );
    expect(line("reviews")).toBe("pass: 1 of 1 approvals");
  });

  it.each([
    [withPolicy(pullRequest, { paths: { unit: ["docs/**"] } }), "skipped: no changed file fits docs/** (rule paths.unit)"],
    [
      withPolicy(pullRequest, { waive: [{ rule: "feature.unit", reason: "old code", until: "2026-12-31" }] }),
      "skipped: waived until 2026-12-31: old code (rule feature.unit)",
    ],
    [
      withPolicy(pullRequest, {
        rules: [{ id: "team.unit", stage: "unit", kinds: null, events: null, action: "skip", reason: "none here" }],
      }),
      "none here (rule team.unit)",
    ],
  ])("has a stage skipped by a path, a waiver or a rule", (given, said) => {
    const made = planOf(given);
    const { verdict, line } = gate(made, read(proofOf(made)));
    expect(verdict).toBe("pass");
    expect(line("unit")).toContain("pass: skipped");
    expect(line("unit")).toContain(said);
  });

  it("has a stage skipped that the app has nothing for", () => {
    const made = planOf(input(pullRequest, { availability: { lint: { available: false, reason: "the app has no linter" } } }));
    expect(gate(made, read(proofOf(made))).line("lint")).toBe("pass: skipped: the app has no linter (rule app.absent)");
  });
});

describe("a record that proves nothing", () => {
  const other = (changes: Parameters<typeof trigger>[0]) =>
    proofOf({ ...plan, trigger: trigger({ ...pullRequest, ...changes }) });
  const cases: readonly [string, RecordRead | null, string][] = [
    ["is not there", null, "there is no record of a run"],
    ["can't be read", { ok: false, reason: "it is cut short, or no JSON" }, "the record proves nothing: it is cut short"],
    [
      "is of another commit",
      read(other({ sha: "3".repeat(40) })),
      "the record is of commit 333333333333, and here is 111111111111",
    ],
    ["is of no commit", read(other({ sha: null })), "the record is of commit none"],
    ["is of uncommitted files", read(other({ dirty: true })), "the run was of uncommitted files too"],
    ["is of another event", read(other({ event: "push" })), "of another plan: event was push and is pull-request"],
    [
      "is of another branch",
      read(other({ branch: "feature/y" })),
      "of another plan: ref was refs/heads/feature/y and is refs/heads/feature/x",
    ],
    ["is of another target", read(other({ target: "main" })), "of another plan: target was main and is development"],
    ["is of another host", read(other({ host: "gitlab" })), "of another plan: host was gitlab and is local"],
    ["is of other trust", read(other({ trust: "untrusted" })), "of another plan: trust was untrusted and is trusted"],
    [
      "is of another pull request",
      read(other({ pullRequest: { id: "9", title: null, fromFork: true, headSha: "4".repeat(40) } })),
      `of another plan: pull request was 9 and is none; from a fork was true and is none; newest commit was ${"4".repeat(40)} and is none`,
    ],
    ["is of another app", read(proofOf({ ...plan, app: "other" })), "of another plan: app was other and is shop"],
    [
      "is of another environment",
      read(proofOf({ ...plan, environment: "production" })),
      "of another plan: environment was production and is development",
    ],
    ["promotes", read(proofOf({ ...plan, promotes: true })), "of another plan: promotes was true and is false"],
    [
      "is of a run that was killed",
      read(proofOf(plan, { outcome: "running", exitCode: 4 })),
      "the run was killed, or has not ended",
    ],
    ["is of another Weir", read(proofOf(plan, { weir: "0.0.9" })), "the record is of Weir 0.0.9, and this is Weir 0.1.0"],
    ["is of another version", read({ ...proofOf(plan), version: 2 as 1 }), "the record is of another version"],
    ["holds a plan of another version", read(proofOf({ ...plan, version: 2 as 1 })), "the record is of another version"],
  ];
  it.each(cases)("%s", (_name, record, said) => {
    const { verdict, exitCode, line } = gate(plan, record);
    expect(verdict).toBe("fail");
    expect(exitCode).toBe(1);
    expect(line("record")).toMatch(/^fail: /);
    expect(line("record")).toContain(said);
    expect(line("unit")).toBe("fail: not proved: see the record's line");
  });

  it.each([
    ["failed", 1, "the run did not pass: it failed with exit code 1"],
    ["cancelled", 130, "the run did not pass: it was interrupted with exit code 130"],
    ["error", 4, "the run did not pass: it ended by an error with exit code 4"],
    ["passed", 5, "the run did not pass: it ended with exit code 5"],
  ] as const)("proves what has passed of a run that did not: %s", (outcome, exitCode, said) => {
    const { verdict, line } = gate(plan, read({ ...withStatus("unit", "failed", "2 tests failed"), outcome, exitCode }));
    expect([verdict, line("record"), line("unit")]).toEqual(["fail", `fail: ${said}`, "fail: failed: 2 tests failed"]);
    expect(line("lint")).toBe("pass: passed");
    expect(gate(plan, read(proofOf(plan, { outcome, exitCode }))).verdict).toBe("fail");
  });

  it("is none for what lies uncommitted here, or where there is no commit", () => {
    const dirty = { ...plan, trigger: { ...plan.trigger, dirty: true } };
    expect(gate(dirty, read(proofOf(plan))).line("record")).toContain("uncommitted files lie here");
    const none = { ...plan, trigger: { ...plan.trigger, sha: null } };
    expect(gate(none, read(proofOf(none))).line("record")).toContain("there is no commit here");
  });

  it("shows no control characters of a record", () => {
    const hostile = "\u001b[31m\u202e";
    const { lines } = gate(plan, read(proofOf(plan, { weir: hostile })));
    expect(JSON.stringify(lines)).not.toMatch(/\\u001b|\u202e/);
    expect(JSON.stringify(gate(plan, read(withStatus("unit", "failed", hostile))).lines)).not.toMatch(/\\u001b|\u202e/);
  });
});

describe("a stage that is not proved", () => {
  it.each([
    ["failed", "2 tests failed", "fail: failed: 2 tests failed"],
    ["error", "the engine ended", "fail: could not be run: the engine ended"],
    ["skipped", "install did not pass", "fail: did not run: install did not pass"],
    ["cancelled", "not started", "fail: cancelled: not started"],
    ["failed", null, "fail: failed"],
  ] as const)("%s", (status, reason, said) => {
    const { verdict, exitCode, line } = gate(plan, read(withStatus("unit", status, reason)));
    expect([verdict, exitCode, line("unit")]).toEqual(["fail", 1, said]);
    expect(line("lint")).toBe("pass: passed");
  });

  it("missing from the record, or there twice", () => {
    const proof = proofOf(plan);
    const without = { ...proof, stages: proof.stages.filter(({ name }) => name !== "unit") };
    expect(gate(plan, read(without)).line("unit")).toBe("fail: missing from the record");
    const twice = { ...proof, stages: [...proof.stages, { name: "unit", status: "failed" as const, reason: null }] };
    expect(gate(plan, read(twice)).line("unit")).toContain("fail: it is in the record twice");
    const unplanned = proofOf({ ...plan, stages: plan.stages.filter(({ name }) => name !== "unit") }, { stages: proof.stages });
    expect(gate(plan, read(unplanned)).line("unit")).toBe("fail: missing from the plan of the run");
  });

  it.each([
    [{ skip: ["unit"] }, "fail: left out of the run by a flag, which is no proof: left out by --skip unit"],
    [{ only: ["lint"] }, "fail: left out of the run by a flag, which is no proof: not part of --only lint"],
    [{ until: "lint" }, "fail: left out of the run by a flag, which is no proof: not part of --until lint"],
  ])("left out by a flag: %j", (selection, said) => {
    const made = planOf(input(pullRequest, { selection }));
    const { verdict, line } = gate(plan, read(proofOf(made)));
    expect([verdict, line("unit")]).toEqual(["fail", said]);
  });

  it("left out by a rule that calls itself a flag", () => {
    const rules = [{ id: "flag.skip", stage: "unit" as const, kinds: null, events: null, action: "skip" as const, reason: null }];
    const made = planOf(withPolicy(pullRequest, { rules }));
    expect(gate(made, read(proofOf(made))).verdict).toBe("fail");
  });

  it("skipped by a waiver that has ended since", () => {
    const policy = { waive: [{ rule: "feature.unit", reason: "old code", until: "2026-06-15" }] };
    const before = planOf(withPolicy(pullRequest, policy));
    const now = planOf(withPolicy(pullRequest, policy, { now: new Date("2026-06-16T00:00:00Z") }));
    expect(gate(now, read(proofOf(before))).line("unit")).toBe(
      "fail: the run skipped it (waived until 2026-06-15: old code), and now rule feature.unit runs it",
    );
  });

  it("that must find something now, and did not have to", () => {
    const stages = plan.stages.map((stage) => (stage.name === "unit" ? { ...stage, required: false } : stage));
    expect(gate(plan, read(proofOf({ ...plan, stages }))).line("unit")).toContain("fail: the run did not require it");
  });

  it("that nobody asked for, has run, and has failed", () => {
    expect(gate(plan, read(withStatus("e2e", "failed"))).line("e2e")).toBe("fail: failed");
    expect(gate(plan, read(withStatus("e2e", "passed"))).line("e2e")).toContain("pass: skipped");
  });
});

describe("the exit code", () => {
  const unreachable: ReviewVerdict = { verdict: "fail", error: infrastructureError("reviews.timeout", "no answer", "repeat") };
  it("tells whose turn it is", () => {
    const good = read(proofOf(plan));
    const bad = read(withStatus("unit", "failed"));
    const codes = [gate(plan, good), gate(plan, bad), gate(plan, good, unreviewed), gate(plan, bad, unreviewed)];
    expect(codes.map(({ exitCode }) => exitCode)).toEqual([0, 1, 3, 1]);
    expect([gate(plan, good, unreachable).exitCode, gate(plan, bad, unreachable).exitCode]).toEqual([4, 1]);
    expect(gate(plan, good, unreviewed)).toMatchObject({
      verdict: "fail",
      lines: expect.arrayContaining([
        { check: "reviews", verdict: "fail", reason: "0 of 1 approvals", remedy: "ask somebody", code: "reviews.missing" },
      ]),
    });
  });
});

describe("whatever the record says", () => {
  const statuses: StageStatus[] = ["passed", "failed", "error", "skipped", "cancelled"];
  const names = catalogue.map(({ name }) => name);
  const somePlan = fc
    .record({
      event: fc.constantFrom(...events),
      branch: fc.constantFrom("feature/x", "development", "main", "hotfix/x"),
      trust: fc.constantFrom("trusted" as const, "untrusted" as const),
      absent: fc.subarray(names),
      paths: fc.subarray(["lint", "unit", "e2e"] as const),
    })
    .map(({ event, branch, trust, absent, paths }) =>
      planOf(
        withPolicy(
          { event, branch, trust },
          { paths: Object.fromEntries(paths.map((stage) => [stage, ["docs/**"]])) },
          {
            availability: Object.fromEntries(
              absent.map((stage) => [stage, { available: false, reason: "nothing there" } as const]),
            ),
          },
        ),
      ),
    );
  const seldom = <T>(wrong: fc.Arbitrary<T>, right: T) =>
    fc.oneof({ weight: 1, arbitrary: wrong }, { weight: 4, arbitrary: fc.constant(right) });
  /** Most are nearly right: what is wrong everywhere is found by anything. */
  const tampered = (made: Plan) =>
    fc
      .record({
        drop: seldom(fc.subarray(names, { maxLength: 2 }), []),
        set: seldom(fc.dictionary(fc.constantFrom(...names), fc.constantFrom(...statuses), { maxKeys: 2 }), {}),
        changes: seldom(
          fc.record(
            {
              outcome: fc.constantFrom("running" as const, "passed" as const, "failed" as const, "cancelled" as const),
              weir: fc.constantFrom(weir, "0.0.1"),
              exitCode: fc.constantFrom(0, 1),
            },
            { requiredKeys: [] },
          ),
          {},
        ),
        sha: seldom(fc.constant("2".repeat(40)), "1".repeat(40)),
        dirty: seldom(fc.constant(true), false),
      })
      .map(({ drop, set, changes, sha, dirty }): Proof => {
        const proof = proofOf({ ...made, trigger: { ...made.trigger, sha, dirty } });
        const stages = proof.stages
          .filter(({ name }) => !(drop as readonly string[]).includes(name))
          .map((stage) => ({ ...stage, status: set[stage.name] ?? stage.status }));
        return { ...proof, stages, ...changes };
      });
  const cases = somePlan.chain((made) =>
    fc.record({
      plan: fc.constant(made),
      proof: fc.option(tampered(made), { freq: 20 }),
      reviews: fc.constantFrom(approved, approved, unreviewed),
    }),
  );

  it("passes exactly where each stage that the plan runs has passed, the record is of this plan, and the reviews are there", () => {
    let passed = 0;
    fc.assert(
      fc.property(cases, ({ plan: made, proof, reviews }) => {
        const { verdict, exitCode } = judgeGate({ plan: made, record: proof === null ? null : read(proof), reviews, weir });
        const statusOf = (name: string) => proof?.stages.find((stage) => stage.name === name)?.status;
        const proved =
          proof !== null &&
          proof.weir === weir &&
          proof.outcome === "passed" &&
          proof.exitCode === 0 &&
          proof.plan.trigger.sha === made.trigger.sha &&
          !proof.plan.trigger.dirty &&
          made.stages.every(({ name, decision }) =>
            decision === "run" ? statusOf(name) === "passed" : ["passed", "skipped", undefined].includes(statusOf(name)),
          );
        expect(verdict).toBe(proved && reviews.verdict === "pass" ? "pass" : "fail");
        expect(exitCode === 0).toBe(verdict === "pass");
        passed += verdict === "pass" ? 1 : 0;
      }),
      { numRuns: 1500 },
    );
    expect(passed).toBeGreaterThan(150);
  });

  it("never passes a run from which flags left out what the rules run", () => {
    fc.assert(
      fc.property(somePlan, fc.subarray(names, { minLength: 1, maxLength: 4 }), (made, skip) => {
        const { event, branch, trust } = made.trigger;
        const flagged = planOf(withPolicy({ event, branch, trust }, {}, { selection: { skip } }));
        const plain = planOf(withPolicy({ event, branch, trust }, {}));
        const lacks = plain.stages.some(({ name, decision }) => {
          const then = flagged.stages.find((stage) => stage.name === name);
          return decision === "run" && then?.decision === "skip";
        });
        const { verdict } = judgeGate({ plan: plain, record: read(proofOf(flagged)), reviews: approved, weir });
        expect(verdict).toBe(lacks ? "fail" : "pass");
      }),
      { numRuns: 300 },
    );
  });

  it("needs nothing of the world to judge", () => {
    const frozen = <T>(value: T): T => {
      if (typeof value === "object" && value !== null) Object.values(value).forEach(frozen);
      return Object.freeze(value);
    };
    const given = frozen({ plan, record: read(proofOf(plan)), reviews: approved, weir });
    expect(judgeGate(given)).toEqual(judgeGate(given));
  });
});
