/** Flags as commander leaves them, turned into what trigger and plan take. */
import { describe, expect, it } from "vitest";
import { selectionOf, simulateOf } from "../../ci/commands/flags.ts";

describe("flags", () => {
  it("that are not there ask for nothing", () => {
    expect(selectionOf({})).toEqual({});
    expect(Object.values(simulateOf({})).every((value) => value === undefined)).toBe(true);
  });

  it("are handed on, and only those that concern each", () => {
    const flags = {
      source: "x",
      event: "push",
      branch: "main",
      tag: "v1",
      target: "main",
      fork: true,
      only: ["a"],
      until: "b",
      from: "c",
      skip: ["d"],
    };
    expect(selectionOf(flags)).toEqual({ only: ["a"], until: "b", from: "c", skip: ["d"] });
    expect(simulateOf(flags)).toEqual({ event: "push", branch: "main", tag: "v1", target: "main", fork: true });
  });
});
