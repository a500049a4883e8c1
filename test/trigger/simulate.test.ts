import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nameProblem } from "../../ci/policy/refs.ts";
import { localFacts } from "../../ci/trigger/local.ts";
import { simulate, type SimulateOptions } from "../../ci/trigger/simulate.ts";
import type { HostFacts } from "../../ci/trigger/trigger.ts";
import { hostileName } from "../policy/hostile.ts";
import { parseMerge } from "../../ci/trigger/merge.ts";
import { parseStatus } from "../../ci/trigger/status.ts";

const local = localFacts({ ok: false, reason: "no git repository here", sourceMissing: false }, {});

function simulated(options: SimulateOptions, facts: HostFacts = local): HostFacts {
  const result = simulate(facts, options);
  if (!result.ok) throw result.error;
  return result.facts;
}

describe("a simulated trigger", () => {
  it("is the one that is there without options", () => {
    expect(simulated({})).toBe(local);
    expect(simulated({ branch: undefined, fork: false })).toBe(local);
  });

  it("is a pull request with a target", () => {
    expect(simulated({ event: "pull-request", branch: "feature/x", target: "development" })).toMatchObject({
      event: "pull-request",
      ref: "refs/heads/feature/x",
      branch: "feature/x",
      target: "development",
      pullRequest: { id: "simulated", title: null, fromFork: false },
      trust: "trusted",
      sources: { event: "--event", ref: "--branch", branch: "--branch", target: "--target" },
      notes: ["simulated: --event pull-request --branch feature/x --target development"],
    });
    expect(simulated({ target: "main" }).event).toBe("pull-request");
  });

  it("from a fork is not trusted", () => {
    expect(simulated({ branch: "feature/x", fork: true })).toMatchObject({
      event: "pull-request",
      pullRequest: { fromFork: true },
      trust: "untrusted",
    });
  });

  it("is the arrival of a tag", () => {
    expect(simulated({ tag: "main" })).toMatchObject({ event: "tag", ref: "refs/tags/main", branch: null });
  });

  it("is never trusted on a CI host, where it would be a way round the rules", () => {
    expect(simulated({ branch: "main" }, { ...local, host: "github" })).toMatchObject({
      trust: "untrusted",
      sources: { trust: "simulated on a CI host" },
    });
  });

  it("never raises trust", () => {
    expect(simulated({ event: "push", branch: "main" }, { ...local, trust: "untrusted" }).trust).toBe("untrusted");
  });

  it("forgets what was said of another branch", () => {
    const facts: HostFacts = {
      ...local,
      ref: "refs/heads/main",
      branch: "main",
      protectedBranch: true,
      baseHints: ["a".repeat(40)],
      mergedFrom: "x",
    };
    expect(simulated({ branch: "feature/x" }, facts)).toMatchObject({ protectedBranch: null, baseHints: [], mergedFrom: null });
    expect(simulated({ event: "push" }, facts)).toMatchObject({ protectedBranch: true, branch: "main" });
  });

  it.each([
    [{ event: "pullrequest" }, "--event pullrequest: there is no such event", "did you mean `pull-request`?"],
    [{ event: "constructor" }, "--event constructor: there is no such event", expect.any(String)],
    [{ branch: "" }, "--branch  is empty", expect.any(String)],
    [{ branch: "-x" }, "--branch -x starts with a dash", expect.any(String)],
    [
      { branch: "a\u001b[2Jb" },
      "--branch a\\u{1b}[2Jb holds a space, a control character or one of ~ ^ : ? * [ \\",
      expect.any(String),
    ],
    [{ target: "a..b" }, "--target a..b holds ..", expect.any(String)],
    [{ tag: "v1", branch: "main" }, "--branch and --tag exclude each other", "name one"],
    [{ event: "push", target: "main" }, "--target has no meaning with --event push", "use it with --event pull-request"],
    [{ event: "push", fork: true }, "--fork has no meaning with --event push", "use it with --event pull-request"],
  ])("%j is an error", (options, message, remedy) => {
    const result = simulate(local, options);
    expect(result.ok ? {} : result.error).toMatchObject({ code: "flag.trigger", exitCode: 2, message, remedy });
  });

  it("takes a branch as git would, and refuses what git would", { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(hostileName(), (branch) => {
        const result = simulate(local, { branch });
        expect(result.ok).toBe(nameProblem(branch) === null);
        if (result.ok) expect(result.facts).toMatchObject({ branch, ref: `refs/heads/${branch}` });
        else expect(result.error.message).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("what git prints", () => {
  it("is read whatever the paths hold", () => {
    const hashes = `${"1".repeat(40)} ${"2".repeat(40)}`;
    const status = [
      `# branch.oid ${"a".repeat(40)}`,
      "# branch.head feature/x",
      `1 .M N... 100644 100644 100644 ${hashes} a b\nc`,
      `u UU N... 100644 100644 100644 100644 ${hashes} ${"3".repeat(40)} conflict path`,
      "? ? untracked",
      "! ignored dir/",
      "9 from a later git",
      "",
    ].join("\0");
    expect(parseStatus(status)).toEqual({
      sha: "a".repeat(40),
      head: "feature/x",
      changed: ["a b\nc", "conflict path", "? untracked"],
      ignored: ["ignored dir/"],
    });
  });

  it("tells a merge and what was merged", () => {
    const raw = (subject: string, parents: number) =>
      `tree ${"1".repeat(40)}\n${`parent ${"2".repeat(40)}\n`.repeat(parents)}author A\n\n${subject}\n\nparent of all\n`;
    expect(parseMerge(raw("Merge branch 'hotfix/1.2' into main", 2))).toEqual({ parents: 2, from: "hotfix/1.2" });
    expect(parseMerge(raw("Merge pull request #7 from team/feature/cart", 2))).toEqual({ parents: 2, from: "feature/cart" });
    expect(parseMerge(raw("Merge remote-tracking branch 'origin/main'", 2))).toEqual({ parents: 2, from: "main" });
    expect(parseMerge(raw("Merged in feature/x (pull request #3)", 2))).toEqual({ parents: 2, from: "feature/x" });
    expect(parseMerge(raw("Merge branch 'a..b'", 2))).toEqual({ parents: 2, from: null });
    expect(parseMerge(raw("Add a cart", 1))).toEqual({ parents: 1, from: null });
    expect(parseMerge("")).toEqual({ parents: 0, from: null });
  });
});
