/**
 * What `dagger call` sees of the module, by the very code by which Dagger sees it, held against golden.json: no change of
 * src/ goes unseen. `UPDATE_GOLDEN=1 npx vitest run test/module` writes the file anew; read its difference.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "prettier";
import { beforeAll, describe, expect, it } from "vitest";
import { catalogue } from "../../ci/stages/catalogue.ts";
import { events } from "../../ci/trigger/trigger.ts";
import { manifest, root, scanModule, type Argument, type Described, type Scanned, type TypeDef } from "./sdk.ts";

const goldenFile = join(import.meta.dirname, "golden.json");

/** `[Stage]`, `string`: a type in a word. */
function typeText(type: TypeDef | undefined): string {
  if (type === undefined) return "unknown";
  if (type.typeDef !== undefined) return `[${typeText(type.typeDef)}]`;
  return type.name ?? type.kind.replace(/_KIND$/, "").toLowerCase();
}

const described = ({ name, description }: Described) => ({ name, doc: description ?? "" });

const argumentShape = (argument: Argument) => ({
  ...described(argument),
  type: typeText(argument.type),
  optional: argument.isOptional || argument.defaultValue !== undefined,
  default: argument.defaultValue,
  defaultPath: argument.defaultPath,
  ignore: argument.ignore,
});

/** What golden.json holds. */
function shapeOf({ name, description, objects, enums }: Scanned) {
  return {
    module: { name, doc: description ?? "" },
    objects: Object.values(objects).map((object) => ({
      ...described(object),
      constructor: Object.values(object._constructor?.arguments ?? {}).map(argumentShape),
      exposedFields: Object.values(object.properties)
        .filter(({ isExposed }) => isExposed)
        .map(({ name: field }) => field),
      functions: Object.values(object.methods).map((method) => ({
        ...described(method),
        alias: method.alias,
        cache: method.cache,
        check: method.isCheck,
        returns: typeText(method.returnType),
        arguments: Object.values(method.arguments).map(argumentShape),
      })),
    })),
    enums: Object.values(enums).map((each) => ({
      ...described(each),
      values: Object.values(each.values).map((value) => ({ ...described(value), value: value.value })),
    })),
  };
}

describe("the Dagger module", () => {
  let shape: ReturnType<typeof shapeOf>;
  let weir: (typeof shape.objects)[number];
  let functions: typeof weir.functions;
  beforeAll(async () => {
    shape = shapeOf(await scanModule());
    weir = shape.objects[0]!;
    functions = weir.functions;
  }, 60_000);

  it("is what golden.json says", async () => {
    const found = JSON.stringify(shape, null, 2);
    if (process.env["UPDATE_GOLDEN"] === "1") {
      writeFileSync(goldenFile, await format(found, { parser: "json", printWidth: 130, objectWrap: "preserve" }));
    }
    expect(JSON.parse(found)).toEqual(JSON.parse(readFileSync(goldenFile, "utf8")));
  });

  it("has a function for each stage, by the stage's name", () => {
    expect(functions.map(({ name }) => name)).toEqual(expect.arrayContaining(catalogue.map(({ name }) => name)));
  });

  it("offers the stages and the events that the command line knows", () => {
    const values = Object.fromEntries(shape.enums.map((each) => [each.name, each.values.map(({ value }) => value)]));
    expect(values["Stage"]).toEqual(catalogue.map(({ name }) => name));
    expect(new Set(values["Event"])).toEqual(new Set(events));
  });

  it("says what each function, argument and choice is", () => {
    const all = [
      ...functions,
      ...weir.constructor,
      ...functions.flatMap((each) => each.arguments),
      ...shape.enums,
      ...shape.enums.flatMap(({ values }) => values),
    ];
    expect(all.filter(({ doc }) => doc === "").map(({ name }) => name)).toEqual([]);
  });

  it("says what a function is in its doc's first line, which is all that a list of them shows", () => {
    const first = functions.map(({ doc }) => doc.split("\n")[0] ?? "");
    expect(first.filter((line) => !line.endsWith("."))).toEqual([]);
  });

  it("is all on the page for users, by the names that Dagger's CLI gives", () => {
    const page = readFileSync(join(root, "docs/dagger-call.md"), "utf8");
    const spelled = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    const names = functions.map(({ name, alias }) => spelled(alias ?? name));
    expect(names.filter((name) => !new RegExp(`\`${name}[\` ]`).test(page))).toEqual([]);
    const flags = [weir.constructor, ...functions.map((each) => each.arguments)].flat().map(({ name }) => `--${spelled(name)}`);
    expect(flags.filter((flag) => !page.includes(flag))).toEqual([]);
  });

  it("never answers what has an effect from a cache", () => {
    const cached = Object.fromEntries(functions.map(({ name, cache }) => [name, cache]));
    expect(cached).toMatchObject({ run: "never", push: "never", deploy: "never" });
    expect(Object.entries(cached).filter(([, cache]) => cache !== "never" && cache !== "session")).toEqual([]);
  });

  it("shows nothing of its state", () => {
    expect(weir.exposedFields).toEqual([]);
  });

  it("is of the engine's release that package.json pins", () => {
    const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      dependencies: Readonly<Record<string, string>>;
    };
    expect(manifest["engineVersion"]).toBe(`v${String(dependencies["@dagger.io/dagger"])}`);
  });
});
