import { describe, expect, it } from "vitest";
import { jsonSchemaFor } from "../../ci/config/json-schema.ts";

type Json = Readonly<Record<string, unknown>>;

/** Every key that the schema knows, with its path. */
function keysOf(schema: Json, path = ""): readonly (readonly [string, Json])[] {
  const properties = (schema["properties"] ?? {}) as Readonly<Record<string, Json>>;
  const inner = [schema["items"], schema["additionalProperties"], ...((schema["anyOf"] ?? []) as unknown[])].filter(isJson);
  return [
    ...Object.entries(properties).flatMap(([key, value]) => [
      [`${path}.${key}`, value] as const,
      ...keysOf(value, `${path}.${key}`),
    ]),
    ...inner.flatMap((value) => keysOf(value, path)),
  ];
}

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null;
}

function find(schema: Json, path: string): Json | undefined {
  return keysOf(schema).find(([found]) => found === path)?.[1];
}

describe.each(["weir", "environment", "alerts"] as const)("the JSON Schema of %s", (file) => {
  const schema = jsonSchemaFor(file);

  it("is of draft 2020-12 and plain JSON", () => {
    expect(schema["$schema"]).toBe("https://json-schema.org/draft/2020-12/schema");
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
  });

  it("documents every key, in text that no other key has by accident", () => {
    const keys = keysOf(schema);
    expect(keys.length).toBeGreaterThan(4);
    for (const [path, value] of keys) expect([path, typeof value["description"]]).toEqual([path, "string"]);
  });

  it("has patterns that every dialect of regular expressions knows", () => {
    expect(JSON.stringify(schema)).not.toMatch(/\\\\p\{/);
  });
});

describe("weir.yaml's JSON Schema", () => {
  const schema = jsonSchemaFor("weir");

  it("takes what a user writes, with its default as the user would write it", () => {
    expect(find(schema, ".app.startDeadline")).toMatchObject({ type: "string", default: "30s" });
    expect(find(schema, ".coverage.minimum")).toMatchObject({ type: "number", minimum: 0, maximum: 100, default: 80 });
    expect(find(schema, ".app.env")).toMatchObject({ additionalProperties: { type: ["string", "number", "boolean"] } });
    expect(schema["required"]).toBeUndefined();
  });

  it("refuses keys that it does not know", () => {
    expect(schema["additionalProperties"]).toBe(false);
    expect(find(schema, ".app")?.["additionalProperties"]).toBe(false);
  });

  it("knows the stages by name", () => {
    expect(JSON.stringify(find(schema, ".stages")?.["propertyNames"])).toContain('"integration"');
  });
});
