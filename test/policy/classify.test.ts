import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gitflow, type BranchKind } from "../../ci/policy/branches.ts";
import { classify } from "../../ci/policy/classify.ts";
import { branchRef, nameProblem, refProblem, tagRef } from "../../ci/policy/refs.ts";
import { hostileName } from "./hostile.ts";

function kindOf(ref: string, kinds: readonly BranchKind[] = gitflow): string {
  const found = classify(ref, kinds);
  return found.ok ? found.kind.kind : found.error.code;
}

describe("the kind of a ref", () => {
  it.each([
    ["refs/heads/feature/login", "feature"],
    ["refs/heads/feature/team/login.v2", "feature"],
    ["refs/heads/feature/.hidden-not", "branch.name"],
    ["refs/heads/development", "development"],
    ["refs/heads/develop", "development"],
    ["refs/heads/main", "main"],
    ["refs/heads/master", "main"],
    ["refs/heads/production", "production"],
    ["refs/heads/hotfix/1.2.1", "hotfix"],
  ])("%s is %s", (ref, kind) => {
    expect(kindOf(ref)).toBe(kind);
  });

  it.each([
    ["a branch named like the full ref", "refs/heads/refs/heads/main"],
    ["a tag called main", "refs/tags/main"],
    ["a branch below main", "refs/heads/main/x"],
    ["a branch that ends with main", "refs/heads/x/main"],
    ["another case", "refs/heads/Main"],
    ["a Cyrillic а", "refs/heads/m\u0430in"],
    ["a zero-width space", "refs/heads/main\u200b"],
    ["a full-width name", "refs/heads/ｍａｉｎ"],
    ["the bare kind", "refs/heads/feature"],
    ["a suffix", "refs/heads/feature-x"],
    ["a line separator after it", "refs/heads/main\u2028"],
  ])("%s is of no kind", (_what, ref) => {
    expect(kindOf(ref)).toBe("branch.none");
  });

  it.each([
    ["main", "branch.name"],
    ["", "branch.name"],
    ["refs/heads/", "branch.name"],
    ["refs/heads/main\n", "branch.name"],
    ["refs/heads/main ", "branch.name"],
    ["refs/heads/./main", "branch.name"],
    ["refs/heads/a/../main", "branch.name"],
    ["refs/heads//main", "branch.name"],
    ["refs/heads/main/", "branch.name"],
    ["refs/heads/feature/x\u0000", "branch.name"],
    ["refs/heads/\ud800", "branch.name"],
    ["refs/pull/7/merge", "branch.ref"],
    ["refs/remotes/origin/main", "branch.ref"],
    ["heads/main", "branch.ref"],
    ["REFS/HEADS/main", "branch.ref"],
  ])("%j is no branch at all", (ref, code) => {
    expect(kindOf(ref)).toBe(code);
  });

  it("takes shell text for what it is: a name", () => {
    expect(kindOf("refs/heads/feature/$(touch${IFS}x)")).toBe("feature");
    expect(kindOf("refs/heads/$(touch${IFS}x)")).toBe("branch.none");
    expect(kindOf("refs/heads/--upload-pack=x")).toBe("branch.none");
  });

  it("never guesses between two kinds", () => {
    const twice: BranchKind = { kind: "fix", patterns: ["{feature,fix}/**"], ref: "branch", mergesInto: [], environment: null };
    const found = classify("refs/heads/feature/x", [...gitflow, twice]);
    expect(found.ok ? "" : `${found.error.code}: ${found.error.message}`).toBe(
      "branch.several: branch feature/x fits more than one kind: feature and fix",
    );
    expect(kindOf("refs/heads/fix/x", [...gitflow, twice])).toBe("fix");
  });

  it("holds tags against kinds of tags alone", () => {
    const tag: BranchKind = { kind: "tag", patterns: ["v*"], ref: "tag", mergesInto: [], environment: null };
    expect(kindOf("refs/tags/v1", [...gitflow, tag])).toBe("tag");
    expect(kindOf("refs/heads/v1", [...gitflow, tag])).toBe("branch.none");
    expect(kindOf("refs/tags/main", [...gitflow, tag])).toBe("branch.none");
  });

  it("says what to do, without printing what could act on a terminal", () => {
    const found = classify("refs/heads/x\u202e\u2066y", gitflow);
    expect(found.ok ? "" : `${found.error.message}; ${found.error.remedy}`).toBe(
      "branch x\\u{202e}\\u{2066}y is of no kind (known: feature/**, development, develop, main, master, production, hotfix/**); " +
        "rename the branch, add its pattern under `branches` in weir.yaml, or say what it stands for with --branch",
    );
  });

  it("has one kind or an error for every ref there can be, and main for none but main", { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(
        hostileName(),
        fc.constantFrom(branchRef, tagRef, (name: string) => name),
        (name, ref) => {
          const full = ref(name);
          const found = classify(full, gitflow);
          if (!found.ok) {
            expect(found.error.remedy).not.toBe("");
            expect(found.error.message).not.toMatch(/\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}/u);
            return;
          }
          expect(refProblem(full)).toBeNull();
          expect(full).toBe(`refs/heads/${found.name}`);
          const exact: Readonly<Record<string, readonly string[]>> = {
            main: ["main", "master"],
            development: ["development", "develop"],
            production: ["production"],
          };
          expect(exact[found.kind.kind]?.includes(found.name) ?? /^(feature|hotfix)\/./su.test(found.name)).toBe(true);
        },
      ),
      { numRuns: 5000 },
    );
  });
});

describe("a name", () => {
  it.each([
    "-x",
    "HEAD",
    "a b",
    "a..b",
    "a.lock",
    "a/.b",
    "@",
    "a@{b",
    "a\\b",
    "a:b",
    "a^",
    "a~1",
    "a?",
    "a*",
    "a[",
    "a.",
    "\u007f",
    "",
  ])("%j is refused", (name) => {
    expect(nameProblem(name)).not.toBeNull();
  });

  it.each(["main", "feature/x", "feature/@x", "a-b", "ü/ß", "$(x)", "a;b", "a&b", "'", '"', "refs/heads/main"])(
    "%j is taken",
    (name) => {
      expect(nameProblem(name)).toBeNull();
    },
  );
});
