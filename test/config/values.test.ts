import { describe, expect, it } from "vitest";
import { loadFrom, problemsOf } from "./app.ts";

describe("keys", () => {
  it.each([
    ["name: a\nname: b\n", "2:1: name: is written twice, first in line 1; expected it once"],
    ["app: {port: 1, port: 2}\n", "1:16: app.port: is written twice, first in line 1; expected it once"],
    ["app:\n  env:\n    '1': a\n    1: b\n", "4:5: app.env.1: is written twice, first in line 3; expected it once"],
    ["__proto__: {polluted: true}\n", "1:1: __proto__: is a key that is never accepted; expected another name"],
    ["app:\n  env:\n    constructor: a\n", "3:5: app.env.constructor: is a key that is never accepted; expected another name"],
    ['app: {"\\x5f_proto__": 1}\n', "1:7: app.__proto__: is a key that is never accepted; expected another name"],
    ["services:\n  prototype: {}\n", "2:3: services.prototype: is a key that is never accepted; expected another name"],
    ["? [a]\n: b\n", "1:3: has a key that is not text; expected `key: value`"],
    ["&a b: 1\n*a : 2\n", "2:1: has a key that is not text; expected `key: value`"],
    ["x: &x {port: 1}\napp:\n  <<: *x\n", "3:3: app: merges with <<, which YAML 1.2 does not have; expected the keys themselves"],
    ['app: {"a\\0b": 1}\n', '1:7: app: has the key "a\\u{0}b"; expected keys without control characters'],
    ['app: {"a\\u202Eb": 1}\n', '1:7: app: has the key "a\\u{202e}b"; expected keys without control characters'],
    ["name: !!str x\n", "1:13: name: has the tag !!str; expected no tag"],
    ["app: !!set {a}\n", "1:12: app: has the tag !!set; expected no tag"],
    ["name: !!binary aGk=\n", "1:16: name: has the tag !!binary; expected no tag"],
  ])("%j", (text, problem) => {
    expect(problemsOf(text)).toContain(`weir.yaml:${problem}`);
  });

  it("that are refused pollute nothing", () => {
    problemsOf("__proto__: {polluted: true}\napp: {constructor: {prototype: {polluted: true}}}\n");
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});

describe("aliases", () => {
  it("stand for what they name, with text as it is meant where they stand", () => {
    const { config } = loadFrom({
      "weir.yaml": "app:\n  env: &env {A: &v 1.10}\n  version: *v\nstages:\n  unit:\n    env: *env\n  lint:\n    env: {B: *v}\n",
    });
    expect(config.app.version).toBe("1.10");
    expect(config.stages.unit.env).toEqual({ A: "1.10" });
    expect(config.stages.lint.env).toEqual({ B: "1.10" });
  });

  it("stand for the anchor before them, whatever is anchored later", () => {
    const { config } = loadFrom({
      "weir.yaml":
        "app: {env: {A: &x one}}\nstages:\n  unit: &unit {env: {A: *x}}\n  lint: {env: {A: &x two, B: *x}}\n  types: *unit\n",
    });
    expect(config.stages.types.env).toEqual({ A: "one" });
    expect(config.stages.lint.env).toEqual({ A: "two", B: "two" });
  });

  it("are refused where they name nothing, hold themselves, or are many", () => {
    expect(problemsOf("name: *x\n")).toEqual([
      "weir.yaml:1:7: name: is an alias of x, which no anchor before it names; expected a value",
    ]);
    expect(problemsOf("name: *x\napp: &x {}\n")).toContain(
      "weir.yaml:1:7: name: is an alias of x, which no anchor before it names; expected a value",
    );
    expect(problemsOf("app: &x\n  env: *x\n")).toEqual([
      "weir.yaml:2:8: app.env: is an alias of what holds it; expected a value",
    ]);
    expect(problemsOf(`app: {env: {A: &x a}}\nbranches: {feature: {patterns: [${"*x,".repeat(101)}]}}\n`)).toEqual([
      "weir.yaml:2:333: branches.feature.patterns[100]: is one alias too many; expected at most 100 in a file, nested ones counted each time",
    ]);
  });

  it("do not multiply: a billion laughs end at the hundredth", () => {
    const levels = Array.from(
      { length: 9 },
      (_, level) => `x${level}: &x${level} [${`*x${level - 1},`.repeat(level === 0 ? 0 : 9)}]`,
    );
    const problems = problemsOf(levels.join("\n"));
    expect(problems.some((line) => line.includes("is one alias too many"))).toBe(true);
  });

  it("count each value that they bring", () => {
    const problems = problemsOf(`x: &x [${"1,".repeat(2_000)}]\ny: [${"*x,".repeat(50)}]\n`);
    expect(problems.some((line) => line.includes("is too large; expected at most 50000 values, those of aliases included"))).toBe(
      true,
    );
  });
});
