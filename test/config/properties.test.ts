import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { type ConfigProblems, loadConfig, type LoadedConfig } from "../../ci/config/load.ts";
import { normalise } from "../../ci/config/normalise.ts";
import { formatProblem, type Problem } from "../../ci/config/problem.ts";
import { type WeirInput, weirSchema } from "../../ci/config/schema.ts";
import { appWith, today } from "./app.ts";
import { validWeir } from "./arbitraries.ts";

let folder: string;

beforeEach(() => {
  folder = appWith({});
  mkdirSync(join(folder, "environments"));
});

function load(content: string | Uint8Array): LoadedConfig | ConfigProblems {
  for (const name of ["weir.yaml", "environments/staging.yaml", "environments/alerts.yaml"])
    writeFileSync(join(folder, name), content);
  return loadConfig(folder, { today });
}

/** Whatever was in the files: it came to an end (a limit that only a hang reaches), and every problem can be found and printed. */
function expectAnswer(content: string | Uint8Array): void {
  const start = performance.now();
  const loaded = load(content);
  expect(performance.now() - start).toBeLessThan(60_000);
  expect(Object.keys(Object.prototype)).toEqual([]);
  if (loaded.kind === "loaded") return;
  const text = typeof content === "string" ? content : new TextDecoder().decode(content);
  const lines = text.split("\n").length;
  expect(loaded.problems.length).toBeGreaterThan(0);
  expect(loaded.problems.filter((problem) => !isFit(problem, lines))).toEqual([]);
}

function isFit(problem: Problem, lines: number): boolean {
  const line = formatProblem(problem);
  return (
    problem.line >= 1 &&
    problem.line <= lines &&
    problem.column >= 1 &&
    /^(weir\.yaml|environments\/(staging|alerts)\.yaml):\d+:\d+: .+; .+$/.test(line) &&
    !/[\p{C}\p{Zl}\p{Zp}]|undefined|\[object/u.test(line) &&
    line.length < 2_000
  );
}

const word = fc.constantFrom(
  ...[
    "app",
    "port",
    "env",
    "stages",
    "unit",
    "commands",
    "services",
    "db",
    "image",
    "policy",
    "waive",
    "branches",
    "main",
    "patterns",
  ],
  ...[
    "name",
    "environment",
    "alerts",
    "condition",
    "duration",
    "5m",
    "1.10",
    "true",
    "null",
    "~",
    "0x1f",
    ".inf",
    "-",
    "a b",
    "é",
    "x",
  ],
  ...["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "<<", "$ref", "length", "then"],
);
const sign = fc.constantFrom(
  ...[
    ": ",
    ":",
    "\n",
    "\n  ",
    "\n    ",
    "- ",
    "\n- ",
    "\t",
    "[",
    "]",
    "{",
    "}",
    ", ",
    "&a ",
    "*a",
    "!!str ",
    "!x ",
    "? ",
    "| ",
    ">-\n",
    "'",
    '"',
  ],
  ...["# ", "---\n", "...\n", "%YAML 1.1\n", "\\", "\r\n", "\u0000", "\u202e", "\ufeff", "\u2028", "@", "`", "\\u0000", "\\x1b"],
);
const yamlish = fc.array(fc.oneof(word, sign), { maxLength: 60 }).map((parts) => parts.join(""));

const hostileKey = fc.oneof(word, fc.string(), fc.constantFrom("__proto__", "constructor"));
const { value: anyJson } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "medium", withCrossShrink: true },
    fc.oneof(word, fc.string({ unit: "binary" }), fc.double(), fc.integer(), fc.boolean(), fc.constant(null)),
    fc.array(tie("value"), { maxLength: 5 }),
    fc.array(fc.tuple(hostileKey, tie("value")), { maxLength: 6 }).map((pairs) => new Map(pairs)),
  ),
}));

/** JSON text, which is YAML; from maps, so that any key can be in it, twice as well. */
function toJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toJson).join(", ")}]`;
  if (value instanceof Map) return `{${[...value].map(([key, inner]) => `${JSON.stringify(key)}: ${toJson(inner)}`).join(", ")}}`;
  return JSON.stringify(value);
}

describe("any content is answered with a configuration or with problems", () => {
  const runs = { numRuns: 100 };

  it("any bytes", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), expectAnswer), runs);
  });

  it("any text", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), expectAnswer), runs);
  });

  it("nearly YAML", () => {
    fc.assert(fc.property(yamlish, expectAnswer), { numRuns: 300 });
  });

  it("any JSON", () => {
    fc.assert(fc.property(anyJson.map(toJson), expectAnswer), runs);
  });

  it("a map in the place of a text, with a length that nobody can compare", () => {
    for (const value of ["{length: {valueOf: 1, toString: 1}}", "{length: []}", "{length: {}}"]) {
      expectAnswer(`- {condition: "error_rate > 1%", team: ${value}}\n`);
      expectAnswer(`name: ${value}\napp: {env: {A: ${value}}}\nbranches: {feature: {patterns: ${value}}}\n`);
    }
  });

  it("a good file with a piece replaced", () => {
    const damaged = fc
      .tuple(validWeir, fc.nat(), fc.nat({ max: 20 }), fc.oneof(word, sign, fc.string()))
      .map(([weir, at, cut, piece]) => {
        const text = stringify(weir);
        const start = at % (text.length + 1);
        return text.slice(0, start) + piece + text.slice(start + cut);
      });
    fc.assert(fc.property(damaged, expectAnswer), { numRuns: 100 });
  });
});

describe("a good configuration", () => {
  const loadWeir = (text: string): LoadedConfig | ConfigProblems => {
    writeFileSync(join(folder, "weir.yaml"), text);
    return loadConfig(folder, { today });
  };
  const expected = (weir: WeirInput) => normalise(weirSchema.parse(weir), folder.split("/").at(-1) ?? "");

  it("comes back from YAML and from JSON as it is", () => {
    fc.assert(
      fc.property(validWeir, fc.boolean(), (weir, asYaml) => {
        const loaded = loadWeir(asYaml ? stringify(weir) : JSON.stringify(weir));
        expect(loaded.kind === "problems" ? loaded.problems : loaded.config).toEqual(expected(weir));
      }),
      { numRuns: 200 },
    );
  });

  it("has a place for everything in it", () => {
    fc.assert(
      fc.property(validWeir, (weir) => {
        const loaded = loadWeir(stringify(weir));
        if (loaded.kind === "problems") throw new Error(loaded.problems.map(formatProblem).join("\n"));
        for (const path of pathsIn(weir, [])) expect([path, loaded.locations.locate(path)?.file]).toEqual([path, "weir.yaml"]);
      }),
      { numRuns: 100 },
    );
  });

  it("takes its parts once more as what it made of them", () => {
    fc.assert(
      fc.property(validWeir, (weir) => {
        const loaded = loadWeir(stringify(weir));
        if (loaded.kind === "problems") throw new Error("problems");
        const again = loadWeir(
          stringify({ name: loaded.config.name, packages: loaded.config.packages, policy: loaded.config.policy }),
        );
        expect(again.kind === "loaded" && [again.config.packages, again.config.policy]).toEqual([
          loaded.config.packages,
          loaded.config.policy,
        ]);
      }),
      { numRuns: 50 },
    );
  });
});

type Path = readonly (string | number)[];

function pathsIn(value: unknown, path: Path): readonly Path[] {
  const own = path.length === 0 ? [] : [path];
  if (typeof value !== "object" || value === null) return own;
  const inner = Array.isArray(value)
    ? value.flatMap((item, index) => pathsIn(item, [...path, index]))
    : Object.entries(value).flatMap(([key, item]) => (item === undefined ? [] : pathsIn(item, [...path, key])));
  return [...own, ...inner];
}
