/**
 * The shape that docs/architecture.md draws, held by machine: planted violations must be caught by the linter,
 * and the import graph of ci/ is walked for what a linter that sees one file at a time can't see.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join, posix } from "node:path";
import { ESLint } from "eslint";
import ts from "typescript";
import tseslint from "typescript-eslint";
import { describe, expect, it } from "vitest";

const root = dirname(import.meta.dirname);
const pureFolders = ["ci/policy", "ci/plan", "ci/deploy/analysis"];

describe("the linter", { timeout: 60_000 }, () => {
  // The planted files exist nowhere, so the rules that need a type-checker are off.
  const eslint = new ESLint({ cwd: root, overrideConfig: [tseslint.configs.disableTypeChecked] });

  async function rulesBroken(filePath: string, code: string): Promise<string[]> {
    const [result] = await eslint.lintText(`${code}\n`, { filePath: join(root, filePath) });
    const messages = result?.messages ?? [];
    expect(messages.filter((message) => message.fatal)).toEqual([]);
    return messages.map((message) => message.ruleId ?? "").filter((rule) => rule.startsWith("no-restricted-"));
  }

  const violations = {
    "no-restricted-imports": [
      `import { dag } from "@dagger.io/dagger"; export const a = dag;`,
      `import type { Client } from "@dagger.io/dagger"; export type A = Client;`,
      `import { execa } from "execa"; export const a = execa;`,
      `import { readFileSync } from "node:fs"; export const a = readFileSync;`,
      `import { readFileSync } from "fs"; export const a = readFileSync;`,
      `import { readFile } from "node:fs/promises"; export const a = readFile;`,
      `import { spawn } from "node:child_process"; export const a = spawn;`,
      `import { connect } from "node:net"; export const a = connect;`,
      `import { get } from "node:http"; export const a = get;`,
      `import { cpus } from "node:os"; export const a = cpus;`,
      `import process from "node:process"; export const a = process.env;`,
      `import { randomUUID } from "node:crypto"; export const a = randomUUID;`,
      `export { readFileSync } from "node:fs";`,
      `export * from "node:fs";`,
      `import { openSession } from "../engine/session.ts"; export const a = openSession;`,
      `import { unit } from "../stages/unit.ts"; export const a = unit;`,
      `import { stages } from "../stages/index.ts"; export const a = stages;`,
      `import { localTrigger } from "../trigger/local.ts"; export const a = localTrigger;`,
      `import { loadConfig } from "../config/load.ts"; export const a = loadConfig;`,
      `import { main } from "../cli.ts"; export const a = main;`,
    ],
    "no-restricted-globals": [
      `export const a = process.env;`,
      `export const a = fetch("http://localhost");`,
      `export const a = globalThis.process;`,
      `export const a = setTimeout(() => 1, 1);`,
      `console.log(1);`,
    ],
    "no-restricted-properties": [`export const a = Date.now();`, `export const a = Math.random();`],
    "no-restricted-syntax": [
      `export const a = await import("node:fs");`,
      `export const a = new Date();`,
      `export const a = import.meta.url;`,
    ],
  };

  const planted = Object.entries(violations).flatMap(([rule, codes]) => codes.map((code) => ({ rule, code })));
  it.each(planted)("keeps deciding pure: $code", async ({ rule, code }) => {
    for (const folder of pureFolders) {
      expect(await rulesBroken(`${folder}/planted.ts`, code)).toContain(rule);
      expect(await rulesBroken(`${folder}/deeper/planted.ts`, code)).toContain(rule);
    }
  });

  it.each(planted)("lets a part that acts do it: $code", async ({ code }) => {
    expect(await rulesBroken("ci/engine/planted.ts", code)).toEqual([]);
  });

  it.each([
    `import { posix } from "node:path"; export const a = posix.join;`,
    `import { createHash } from "node:crypto"; export const a = createHash;`,
    `import picomatch from "picomatch"; export const a = picomatch;`,
    `import { catalogue } from "../stages/catalogue.ts"; export const a = catalogue;`,
    `import type { Trigger } from "../trigger/trigger.ts"; export type A = Trigger;`,
    `import type { Config } from "../config/schema.ts"; export type A = Config;`,
    `export const a = (now: number) => new Date(now);`,
  ])("lets deciding compute: %s", async (code) => {
    expect(await rulesBroken("ci/policy/planted.ts", code)).toEqual([]);
  });

  const commandLine = [
    [`export const a = process.argv;`, "no-restricted-properties"],
    [`process.exit(1);`, "no-restricted-properties"],
    [`import { argv } from "node:process"; export const a = argv;`, "no-restricted-imports"],
    [`import { exit } from "process"; exit(1);`, "no-restricted-imports"],
  ] as const;
  it.each(commandLine)("leaves the command line to ci/cli.ts: %s", async (code, rule) => {
    expect(await rulesBroken("ci/engine/planted.ts", code)).toEqual([rule]);
    expect(await rulesBroken("src/planted.ts", code)).toEqual([rule]);
    expect(await rulesBroken("ci/cli.ts", code)).toEqual([]);
  });
});

/** What a module needs when it runs: its imports and re-exports, without those that only name types. */
function valueImports(text: string): string[] {
  const found: string[] = [];
  for (const statement of ts.createSourceFile("x.ts", text, ts.ScriptTarget.ESNext).statements) {
    if (ts.isImportDeclaration(statement) && ts.isStringLiteral(statement.moduleSpecifier)) {
      if (statement.importClause?.phaseModifier !== ts.SyntaxKind.TypeKeyword) found.push(statement.moduleSpecifier.text);
    } else if (ts.isExportDeclaration(statement) && !statement.isTypeOnly && statement.moduleSpecifier) {
      found.push((statement.moduleSpecifier as ts.StringLiteral).text);
    }
  }
  return found;
}

type Graph = ReadonlyMap<string, readonly string[]>;

/** Each file and what it imports: files of the repository by their path, anything else by its name. */
function importGraph(): Graph {
  const files = ["ci", "src"]
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((name) => `${folder}/${name}`),
    )
    .filter((file) => file.endsWith(".ts"));
  const resolve = (file: string, specifier: string) =>
    specifier.startsWith(".") ? posix.join(posix.dirname(file), specifier) : specifier;
  return new Map(
    files.map((file) => [
      file,
      valueImports(readFileSync(join(root, file), "utf8")).map((specifier) => resolve(file, specifier)),
    ]),
  );
}

/** The way from `start` to the first module that `wanted` accepts, or null. */
function wayTo(graph: Graph, start: string, wanted: (name: string) => boolean): string[] | null {
  const ways: string[][] = [[start]];
  const seen = new Set<string>();
  for (let way = ways.shift(); way; way = ways.shift()) {
    for (const next of graph.get(way.at(-1)!) ?? []) {
      if (wanted(next)) return [...way, next];
      if (!seen.has(next)) ways.push([...way, next]);
      seen.add(next);
    }
  }
  return null;
}

const computing = /^(node:)?(assert|buffer|crypto|path|url|util)(\/|$)/;
function touchesTheWorld(name: string): boolean {
  const builtin = name.startsWith("node:") || builtinModules.includes(name);
  return name.startsWith("@dagger.io/") || name === "execa" || (builtin && !computing.test(name));
}

describe("the import graph", () => {
  const graph = importGraph();

  it("has the files that decide", () => {
    const found = [...graph.keys()];
    for (const folder of ["ci/policy", "ci/plan"]) expect(found.some((file) => file.startsWith(`${folder}/`))).toBe(true);
  });

  it("leads from no file that decides to the engine, a process or a file, however far", () => {
    const deciding = [...graph.keys()].filter((file) => pureFolders.some((folder) => file.startsWith(`${folder}/`)));
    const ways = deciding.map((file) => wayTo(graph, file, touchesTheWorld)).filter((way) => way !== null);
    expect(ways.map((way) => way.join(" → "))).toEqual([]);
  });

  it("has no cycle", () => {
    const cycles = [...graph.keys()].map((file) => wayTo(graph, file, (name) => name === file)).filter((way) => way !== null);
    expect(cycles.map((way) => way.join(" → "))).toEqual([]);
  });

  it("would be caught in each of these", () => {
    const planted: Graph = new Map([
      ["ci/plan/plan.ts", ["ci/config/schema.ts"]],
      ["ci/config/schema.ts", ["ci/config/fields.ts"]],
      ["ci/config/fields.ts", ["node:fs", "ci/config/schema.ts"]],
    ]);
    expect(wayTo(planted, "ci/plan/plan.ts", touchesTheWorld)?.at(-1)).toBe("node:fs");
    const itself = (name: string) => name === "ci/config/schema.ts";
    expect(wayTo(planted, "ci/config/schema.ts", itself)).toEqual([
      "ci/config/schema.ts",
      "ci/config/fields.ts",
      "ci/config/schema.ts",
    ]);
  });

  it("counts what is there at run time only", () => {
    const text = `import type { A } from "./a.ts"; import { type B, c } from "./b.ts"; export * from "./c.ts"; export type { D } from "./d.ts"; import "./e.ts";`;
    expect(valueImports(text)).toEqual(["./b.ts", "./c.ts", "./e.ts"]);
  });
});
