/** JSON Schema (draft 2020-12) of the files that a user writes, for editors: what `weir config schema` prints. */
import * as z from "zod/mini";
import { alertsSchema, environmentSchema } from "./environment-schema.ts";
import { weirSchema } from "./schema.ts";

export const schemaFiles = {
  weir: { schema: weirSchema, title: "weir.yaml" },
  environment: { schema: environmentSchema, title: "environments/<name>.yaml" },
  alerts: { schema: alertsSchema, title: "environments/alerts.yaml" },
} as const;

export function jsonSchemaFor(file: keyof typeof schemaFiles): Record<string, unknown> {
  const { schema, title } = schemaFiles[file];
  const { $schema, ...rest } = z.toJSONSchema(schema, { target: "draft-2020-12", io: "input" });
  return { $schema, title, ...rest };
}
