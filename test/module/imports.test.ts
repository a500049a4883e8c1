/**
 * What the module may stand on. Dagger's runtime swaps the SDK for a bundle of a few exports, installs no development
 * dependency, and has no host: so what src/ reaches must not want an engine, a terminal or a command line.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import { join, posix, resolve } from "node:path";
import ts from "typescript";
import { afterAll, describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const textOf = (file: string) => readFileSync(join(root, file), "utf8");

interface Import {
  readonly from: string;
  /** The names that are needed at run time; null where everything may be. */
  readonly names: readonly string[] | null;
}

/** What a file needs when it runs: imports and re-exports that name more than types, and lazy imports. */
function importsOf(text: string): readonly Import[] {
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    const isLazy = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword;
    if (isLazy && node.arguments[0] !== undefined) {
      const [from] = node.arguments;
      found.push({ from: ts.isStringLiteralLike(from) ? from.text : `(computed) ${from.getText()}`, names: null });
    } else if (ts.isImportDeclaration(node) && node.importClause?.phaseModifier !== ts.SyntaxKind.TypeKeyword) {
      found.push({ from: (node.moduleSpecifier as ts.StringLiteral).text, names: namesOf(node.importClause) });
    } else if (ts.isExportDeclaration(node) && !node.isTypeOnly && node.moduleSpecifier !== undefined) {
      found.push({ from: (node.moduleSpecifier as ts.StringLiteral).text, names: null });
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("x.ts", text, ts.ScriptTarget.ESNext, true));
  return found;
}

function namesOf(clause: ts.ImportClause | undefined): readonly string[] | null {
  const bindings = clause?.namedBindings;
  if (clause?.name !== undefined || bindings === undefined || !ts.isNamedImports(bindings)) return null;
  return bindings.elements.filter(({ isTypeOnly }) => !isTypeOnly).map(({ name, propertyName }) => (propertyName ?? name).text);
}

interface Reached {
  /** Each file of the repository that is loaded, with one way there. */
  readonly files: ReadonlyMap<string, readonly string[]>;
  /** Each package, with one way there. */
  readonly packages: ReadonlyMap<string, readonly string[]>;
}

/** Everything that loading a file loads, read by `read`. */
function reach(start: readonly string[], read: (file: string) => string): Reached {
  const files = new Map<string, readonly string[]>(start.map((file) => [file, [file]]));
  const packages = new Map<string, readonly string[]>();
  for (const [file, way] of files) {
    for (const { from } of importsOf(read(file))) {
      const next = from.startsWith(".") ? posix.join(posix.dirname(file), from) : from;
      const known = from.startsWith(".") ? files : packages;
      if (!known.has(next)) known.set(next, [...way, next]);
    }
  }
  return { files, packages };
}

const starts = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" }).map((name) => `src/${name}`);
const { files, packages } = reach(starts, textOf);
const ways = (found: ReadonlyMap<string, readonly string[]>, wanted: RegExp) =>
  [...found].filter(([name]) => wanted.test(name)).map(([, way]) => way.join(" → "));

describe("what the module loads", () => {
  it("is the stages, the configuration and the trigger", () => {
    expect([...files.keys()]).toEqual(expect.arrayContaining(["ci/stages/index.ts", "ci/config/load.ts", "ci/trigger/read.ts"]));
  });

  it("is neither an engine's start, a session, nor the command line", () => {
    const forbidden = /^ci\/(engine\/(session|choose|host-certificates)\.ts|engine\/native\/|cli\.ts|pipeline\.ts|commands\/)/;
    expect(ways(files, forbidden)).toEqual([]);
    expect(ways(packages, /^(execa|listr2|commander|proper-lockfile)$/)).toEqual([]);
  });

  it("takes from the SDK no value but those that Dagger's own bundle of it has", () => {
    const bundled = [
      "argument",
      "check",
      "connect",
      "connection",
      "Context",
      "dag",
      "entrypoint",
      "enumType",
      "field",
      "func",
      "object",
    ];
    const taken = [...files.keys()].flatMap((file) =>
      importsOf(textOf(file))
        .filter(({ from }) => from.startsWith("@dagger.io/dagger"))
        .map(({ names }) => ({ file, beyond: names?.filter((name) => !bundled.includes(name)) ?? "everything" })),
    );
    expect(taken).toEqual(starts.map((file) => ({ file, beyond: [] })));
  });

  it("asks for no host, which the client of a module does not have", () => {
    expect([...files.keys()].filter((file) => /\.host\(/.test(textOf(file)))).toEqual([]);
  });

  it("is there at run time: installed without development dependencies, and in the folders that are uploaded", () => {
    const { dependencies } = JSON.parse(textOf("package.json")) as { dependencies: Readonly<Record<string, string>> };
    const names = [...packages.keys()].filter((name) => !isBuiltin(name));
    const missing = names.filter(
      (name) => !Object.keys(dependencies).some((each) => name === each || name.startsWith(`${each}/`)),
    );
    expect(missing).toEqual([]);
    const { include, source } = JSON.parse(textOf("dagger.json")) as { include: readonly string[]; source: string };
    expect(source).toBe(".");
    const leftOut = include.map((pattern) => pattern.replace(/^!/, ""));
    expect([...files.keys()].filter((file) => leftOut.includes(file.split("/")[0] ?? ""))).toEqual([]);
  });

  it("is found however it is imported", () => {
    const planted: Readonly<Record<string, string>> = {
      "src/a.ts": `import type { A } from "../ci/type.ts"; import { type B, c } from "../ci/b.ts"; export * from "../ci/c.ts";`,
      "ci/b.ts": `import { type D } from "./d.ts"; export const c = async () => import("./lazy.ts");`,
      "ci/c.ts": `import "./e.ts"; export type { F } from "./f.ts";`,
      "ci/d.ts": "",
      "ci/e.ts": `import { execa } from "execa";`,
      "ci/lazy.ts": "",
    };
    const found = reach(["src/a.ts"], (file) => planted[file] ?? "");
    expect([...found.files.keys()]).toEqual(["src/a.ts", "ci/b.ts", "ci/c.ts", "ci/d.ts", "ci/lazy.ts", "ci/e.ts"]);
    expect(found.packages.get("execa")).toEqual(["src/a.ts", "ci/c.ts", "ci/e.ts", "execa"]);
  });
});

describe("Dagger's runtime", { timeout: 60_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "weir-module-"));
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("can load it with an SDK that exports no more than the bundle does, from any folder", () => {
    const decorator = "() => () => undefined";
    const sdk = [
      "export const dag = {};",
      ...["argument", "check", "enumType", "field", "func"].map((name) => `export const ${name} = ${decorator};`),
      "export const object = () => (each) => each;",
    ];
    writeFileSync(join(folder, "sdk.mjs"), sdk.join("\n"));
    const compilerOptions = { experimentalDecorators: true, paths: { "@dagger.io/dagger": [join(folder, "sdk.mjs")] } };
    // The SDK's stand-in is for src/ and ci/, as it is in the runtime.
    const include = [join(root, "src"), join(root, "ci")];
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include }));
    const load = `const { Weir, Stage } = await import(${JSON.stringify(join(root, "src/index.ts"))});
      console.log(typeof Weir.prototype.run, Stage.endToEnd);`;
    writeFileSync(join(folder, "load.mjs"), load);
    const argv = ["--tsconfig", join(folder, "tsconfig.json"), join(folder, "load.mjs")];
    const said = execFileSync(join(root, "node_modules/.bin/tsx"), argv, { cwd: folder, encoding: "utf8", timeout: 50_000 });
    expect(said.trim()).toBe("function e2e");
  });
});
