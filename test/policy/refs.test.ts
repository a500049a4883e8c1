import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { refProblem } from "../../ci/policy/refs.ts";
import { hostileName } from "./hostile.ts";

describe("ref names", () => {
  it("are judged as git judges them", { timeout: 60_000 }, () => {
    const names = fc.sample(hostileName(), { numRuns: 200, seed: 7 }).filter((name) => !/\0|\p{Surrogate}/u.test(name));
    for (const ref of new Set(names.map((name) => `refs/heads/${name}`))) {
      const git = spawnSync("git", ["check-ref-format", ref], { timeout: 5000 });
      expect([ref, refProblem(ref) === null]).toEqual([ref, git.status === 0]);
    }
  });
});
