/** What a schema says of one place: followed key by key beside the values, with its wrappers taken off. */
import type * as z from "zod/mini";

export type Schema = z.core.$ZodType;

/** The bare schemas (maps, lists, scalars) that may describe a value; several where the schema is a union. */
export function bare(schema: Schema): readonly Schema[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case "prefault":
    case "default":
    case "nullable":
    case "optional":
      return bare(def.innerType);
    case "pipe":
      return bare(def.in);
    case "union":
      return def.options.flatMap(bare);
    default:
      return [schema];
  }
}

/** The schemas of what stands under a key or an index. */
export function step(schemas: readonly Schema[], key: string | number): readonly Schema[] {
  return schemas.flatMap((schema) => {
    const { def } = (schema as z.core.$ZodTypes)._zod;
    if (def.type === "array" && typeof key === "number") return bare(def.element);
    if (def.type === "record" && typeof key === "string") return bare(def.valueType);
    if (def.type !== "object" || typeof key !== "string") return [];
    const inner = Object.hasOwn(def.shape, key) ? def.shape[key] : def.catchall;
    return inner === undefined ? [] : bare(inner);
  });
}

/** The keys that a map may have at a path; none where any key may stand. */
export function knownKeys(schema: Schema, path: readonly (string | number)[]): readonly string[] {
  return path.reduce<readonly Schema[]>(step, bare(schema)).flatMap((found) => {
    const { def } = (found as z.core.$ZodTypes)._zod;
    if (def.type === "object") return Object.keys(def.shape);
    return def.type === "record" ? namesOf(def.keyType) : [];
  });
}

function namesOf(schema: Schema): readonly string[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  return def.type === "enum" ? Object.values(def.entries).map(String) : [];
}

/** Whether text may stand here, and so `1.10` or `true` are meant as written. */
export function takesText(schemas: readonly Schema[]): boolean {
  const types = typesOf(schemas);
  return types.includes("string") && !types.includes("number") && !types.includes("boolean");
}

/** What a key with nothing after it means here: an empty map, a list that is not given, or else a null. */
export function emptyMeans(schemas: readonly Schema[]): "map" | "absent" | "null" {
  const types = typesOf(schemas);
  if (types.includes("object") || types.includes("record")) return "map";
  return types.includes("array") ? "absent" : "null";
}

function typesOf(schemas: readonly Schema[]): readonly string[] {
  return schemas.map((schema) => (schema as z.core.$ZodTypes)._zod.def.type);
}
