import { describe, expect, it } from "vitest";
import { problemsOf } from "./app.ts";

const valid = "expected valid YAML 1.2";

describe("text that is no YAML", () => {
  it.each([
    ["app:\n\tport: 1\n", "2:1: a tab is used as indentation; expected spaces"],
    ["app:\n  port: 1\n path: x\n", `3:1: all mapping items must start at the same column; ${valid}`],
    ["name: a: b\n", "1:7: a second `key:` on one line; expected one a line, or quotes around a text that holds `: `"],
    ["name: `x`\n", "1:7: a text starts with a sign that YAML keeps for itself; expected quotes around it"],
    ["name: %x\n", "1:7: a text starts with a sign that YAML keeps for itself; expected quotes around it"],
    ["name\napp: {}\n", "1:1: a key without a value; expected `key: value`"],
    ['name: "x\n', `2:1: missing closing "quote; ${valid}`],
    ["name: [a\n", `2:1: flow sequence in block collection must be sufficiently indented and end with a ]; ${valid}`],
    ['name: "\\q"\n', `1:8: invalid escape sequence \\q; ${valid}`],
    ["a: 1\n---\nb: 2\n", "2:1: a second document starts here; expected one document in the file"],
    ["---\n---\n", "2:1: a second document starts here; expected one document in the file"],
    ["a: 1\n...\nb: 2\n", "3:1: a second document starts here; expected one document in the file"],
    ["%YAML 1.1\n---\nname: yes\n", "1:1: is written in YAML 1.1; expected YAML 1.2, without a %YAML line"],
    ["%FOO bar\n---\nname: a\n", `1:1: unknown directive %FOO; ${valid}`],
    ["name: !foo x\n", `1:7: unresolved tag: !foo; ${valid}`],
    ["# ok\nname: a\u0007b\n", "2:8: holds the control character \\u{7}; expected text"],
    ["name: \u001b[31m\n", "1:7: holds the control character \\u{1b}; expected text"],
    ["name: a\u0085b\n", "1:8: holds the control character \\u{85}; expected text"],
  ])("%j", (text, problem) => {
    expect(problemsOf(text)[0]).toBe(`weir.yaml:${problem}`);
  });

  it("is reported with every syntax error, and nothing about its values", () => {
    expect(problemsOf("name: @a\napp: @b\nprot: 3\n")).toEqual([
      "weir.yaml:1:7: a text starts with a sign that YAML keeps for itself; expected quotes around it",
      "weir.yaml:2:6: a text starts with a sign that YAML keeps for itself; expected quotes around it",
    ]);
  });
});

/** Each of these took the bare parser seconds, its memory, or the process with it. */
describe("text that is made to exhaust the parser", () => {
  const deep = /^weir\.yaml:\d+:\d+: is nested too deeply; expected at most 64 levels$/;
  const large = /^weir\.yaml:\d+:\d+: is too large; expected at most 50000 words and signs$/;
  const size = 900_000;

  it.each([
    ["[", deep],
    ["{", deep],
    ["- ", deep],
    ["? ", deep],
    ["[[1],", deep],
    ["{a: ", deep],
    ["[]", large],
    ["}", large],
    ["a:\n\t", large],
    ["&a ", large],
    ["!a ", large],
    ["\n", large],
    ["#\n", large],
    ["? a\n: b\n", large],
    ["-\n", large],
  ])("%j, again and again", (part, problem) => {
    const start = performance.now();
    const problems = problemsOf(part.repeat(size / part.length));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(problem);
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  it("is refused by depth of indentation as well", () => {
    const lines = Array.from({ length: 100 }, (_, level) => `${" ".repeat(level)}a:`);
    expect(problemsOf(lines.join("\n"))[0]).toMatch(deep);
  });
});
