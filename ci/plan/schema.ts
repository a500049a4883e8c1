/**
 * The plan's form as a schema: what `docs/schemas/plan.schema.json` is made from, and what reads a plan back from a
 * file. Nothing on the way from trigger to plan loads it.
 */
import * as z from "zod/mini";
import { stageNames } from "./needs.ts";
import { events, hosts } from "../trigger/trigger.ts";
import { planVersion, type Plan } from "./plan.ts";

const text = () => z.string();
const maybe = () => z.nullable(z.string());
const stageName = () => z.enum(stageNames);

const changedFiles = z.discriminatedUnion("known", [
  z.strictObject({ known: z.literal(true), files: z.array(text()) }),
  z.strictObject({ known: z.literal(false), reason: text() }),
]);

const trigger = z.strictObject({
  host: z.enum(hosts),
  event: z.enum(events),
  ref: maybe(),
  branch: maybe(),
  target: maybe(),
  mergedFrom: maybe(),
  sha: maybe(),
  base: maybe(),
  changedFiles,
  pullRequest: z.nullable(z.strictObject({ id: text(), title: maybe(), fromFork: z.boolean(), headSha: maybe() })),
  actor: maybe(),
  protectedBranch: z.nullable(z.boolean()),
  trust: z.enum(["trusted", "untrusted"]),
  dirty: z.boolean(),
  shallow: z.boolean(),
  sources: z.record(text(), text()),
  notes: z.array(text()),
});

const stage = z.strictObject({
  name: stageName(),
  decision: z.enum(["run", "skip"]),
  rule: text(),
  source: z.strictObject({ file: text(), line: z.nullable(z.int()) }),
  reason: text(),
  required: z.boolean(),
  needs: z.array(stageName()),
});

const plannedPackage = z.strictObject({ path: text(), name: text(), affected: z.boolean(), reason: text() });

export const planSchema: z.ZodMiniType<Plan> = z.strictObject({
  version: z.literal(planVersion),
  app: text(),
  trigger,
  branchKind: maybe(),
  environment: maybe(),
  promotes: z.boolean(),
  stages: z.array(stage),
  packages: z.exactOptional(z.array(plannedPackage)),
  notes: z.array(text()),
});

/** JSON Schema (draft 2020-12) of `weir plan --json`. */
export function planJsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(planSchema, { target: "draft-2020-12" });
  return { $schema, title: `weir plan --json, version ${planVersion}`, ...rest };
}
