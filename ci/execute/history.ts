/**
 * What earlier runs in this folder left behind for this one: the names of executions, by which a cached result is told
 * from a fresh one, and how long each stage took, by which the longest way is started first.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import * as z from "zod/mini";

const entry = z.object({ executions: z.array(z.string()), ranMs: z.number() });
const file = z.object({ version: z.literal(1), stages: z.record(z.string(), entry) });

export interface History {
  /** True where an earlier run has seen this very execution. */
  hasSeen(stage: string, execution: string): boolean;
  /** How long the stage took when it last really ran, in ms; null where that is not known. */
  ranMs(stage: string): number | null;
  note(stage: string, execution: string, ranMs: number): void;
  save(): Promise<void>;
}

/** So many executions a stage: branches are changed back and forth. */
const kept = 50;

/** Reads it; a file that is missing, cut short or of another version is as good as none. */
export function readHistory(source: string): History {
  const path = join(source, ".weir", "state", "history.json");
  const stages: Record<string, z.infer<typeof entry>> = read(path);
  return {
    hasSeen: (stage, execution) => stages[stage]?.executions.includes(execution) ?? false,
    ranMs: (stage) => stages[stage]?.ranMs ?? null,
    note(stage, execution, ranMs) {
      const before = stages[stage]?.executions ?? [];
      stages[stage] = { executions: [execution, ...before.filter((each) => each !== execution)].slice(0, kept), ranMs };
    },
    async save() {
      mkdirSync(dirname(path), { recursive: true });
      await writeFileAtomic(path, JSON.stringify({ version: 1, stages }));
    },
  };
}

function read(path: string): Record<string, z.infer<typeof entry>> {
  try {
    return file.parse(JSON.parse(readFileSync(path, "utf8"))).stages;
  } catch {
    return {};
  }
}
