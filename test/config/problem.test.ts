import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  describeValue,
  formatPath,
  formatProblem,
  nearest,
  oneOf,
  problem,
  quote,
  suggest,
  visible,
} from "../../ci/config/problem.ts";

const place = { file: "weir.yaml", line: 3, column: 5 };

describe("formatProblem", () => {
  it("says where, what is wrong and what is expected in one line", () => {
    const made = problem(place, ["app", "port"], "is 70000", "expected a whole number from 1 to 65535");
    expect(formatProblem(made)).toBe("weir.yaml:3:5: app.port: is 70000; expected a whole number from 1 to 65535");
  });

  it("leaves the path out where the file as a whole is meant", () => {
    expect(formatProblem(problem(place, [], "is a folder", "expected a file"))).toBe(
      "weir.yaml:3:5: is a folder; expected a file",
    );
  });

  it("is cut where a key or a text in it is long", () => {
    const long = "x".repeat(100_000);
    expect(formatProblem(problem(place, [long, long], long, long)).length).toBeLessThan(1_300);
  });

  it("never holds what a terminal would act on", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (one, other) => {
        const line = formatProblem(problem({ ...place, file: one }, [other, 0, one], one, other));
        expect(line).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});

describe("formatPath", () => {
  it("joins keys with dots and indexes with brackets, and quotes what is neither", () => {
    expect(formatPath(["stages", "unit", "commands", 0, 1])).toBe("stages.unit.commands[0][1]");
    expect(formatPath([0, "name"])).toBe("[0].name");
    expect(formatPath(["app", "env", "a b.c"])).toBe('app.env["a b.c"]');
  });
});

describe("visible and quote", () => {
  it("escape controls, direction marks, lone surrogates and line separators", () => {
    expect(visible("a\u001b[31mb\n\u202ec\u2028d\ud800")).toBe("a\\u{1b}[31mb\\u{a}\\u{202e}c\\u{2028}d\\u{d800}");
    expect(quote("x".repeat(61))).toBe(`"${"x".repeat(60)}…"`);
  });
});

describe("describeValue", () => {
  it.each([
    [undefined, "missing"],
    [null, "empty"],
    ["a", '"a"'],
    [3, "3"],
    [Number.NaN, "NaN"],
    [true, "true"],
    [[], "an empty list"],
    [[1], "a list"],
    [{}, "a map"],
  ])("%j", (value, text) => {
    expect(describeValue(value)).toBe(text);
  });
});

describe("nearest", () => {
  const keys = ["coverage", "performance", "port", "url"];

  it.each([
    ["coverge", "coverage"],
    ["Coverage", "coverage"],
    ["prot", "port"],
    ["ulr", "url"],
    ["preformance", "performance"],
    ["perf", "performance"],
    ["ports-of-app", "port"],
  ])("%s is nearly %s", (word, key) => {
    expect(nearest(word, keys)).toBe(key);
  });

  it.each(["", "x", "alerts", "c".repeat(1_000_000)])("nothing is near %.10s", (word) => {
    expect(nearest(word, keys)).toBeNull();
  });
});

describe("suggest", () => {
  it("names the near miss, or all that may stand there, or says that there is none", () => {
    expect(suggest("prot", ["path", "port"])).toBe("did you mean `port`?");
    expect(suggest("x", ["path", "port", "env"])).toBe("expected path, port or env");
    expect(suggest("x", [])).toBe("expected none");
    expect(oneOf(["a"])).toBe("a");
  });
});
