/** A run's record as the gate reads it back: only what proves something, and nothing taken for granted. */
import * as z from "zod/mini";
import { visible } from "../config/problem.ts";
import { planSchema } from "../plan/schema.ts";
import { planVersion } from "../plan/plan.ts";
import { runRecordVersion, type RunRecord, type StageResult } from "../report/report.ts";

export type ProvenStage = Pick<StageResult, "name" | "status" | "reason">;

export interface Proof extends Pick<RunRecord, "version" | "id" | "weir" | "outcome" | "plan"> {
  readonly exitCode: number;
  readonly stages: readonly ProvenStage[];
}

export type RecordRead = { readonly ok: true; readonly proof: Proof } | { readonly ok: false; readonly reason: string };

const proofSchema: z.ZodMiniType<Proof> = z.object({
  version: z.literal(runRecordVersion),
  id: z.string(),
  weir: z.string(),
  outcome: z.enum(["running", "passed", "failed", "error", "cancelled"]),
  exitCode: z.int(),
  plan: planSchema,
  stages: z.array(
    z.object({
      name: z.string(),
      status: z.enum(["passed", "failed", "error", "skipped", "cancelled"]),
      reason: z.nullable(z.string()),
    }),
  ),
});

/** Reads a record's text. What is cut short, of another version or not a record proves nothing, and is said. */
export function parseRecord(text: string): RecordRead {
  const parsed = json(text);
  if (parsed === undefined) return { ok: false, reason: "it is cut short, or no JSON" };
  const version = field(parsed, "version");
  if (version !== runRecordVersion) return otherVersion("record", version, runRecordVersion);
  const ofPlan = field(field(parsed, "plan"), "version");
  if (ofPlan !== planVersion) return otherVersion("plan", ofPlan, planVersion);
  const record = proofSchema.safeParse(parsed);
  if (record.success) return { ok: true, proof: record.data };
  const [issue] = record.error.issues;
  return { ok: false, reason: `it is no record as Weir writes it (${visible(issue?.path.join(".") ?? "")})` };
}

function otherVersion(what: string, found: unknown, known: number): RecordRead {
  const said = typeof found === "number" ? `its ${what} is of version ${found}` : `its ${what} names no version`;
  return { ok: false, reason: `${said}, and this Weir reads version ${known}` };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function field(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
