/** Finds the record to judge: the one that is named, or the newest run of the app's folder. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { messageOf, usageError } from "../errors.ts";
import { parseRecord, type RecordRead } from "./record.ts";

const mostBytes = 64 * 1024 * 1024;

/**
 * `named` is run.json, the folder that holds it, or a folder of runs. Null where no run has left a record.
 * @throws WeirError where what is named is not there.
 */
export function findRecord(source: string, named: string | undefined): RecordRead | null {
  if (named === undefined) return newestIn(join(source, ".weir", "runs"));
  const stats = statSync(named, { throwIfNoEntry: false });
  if (stats === undefined) throw usageError("gate.run", `there is no ${named}`, "--run takes run.json, or the folder of a run");
  if (!stats.isDirectory()) return readRecord(named);
  const inside = statSync(join(named, "run.json"), { throwIfNoEntry: false });
  return inside === undefined ? newestIn(named) : readRecord(join(named, "run.json"));
}

/** The names of runs begin with their time, so the last name is the newest run. A run without a record is one, too. */
function newestIn(runs: string): RecordRead | null {
  const names = entriesOf(runs).sort();
  const newest = names.at(-1);
  if (newest === undefined) return null;
  const record = join(runs, newest, "run.json");
  return statSync(record, { throwIfNoEntry: false }) === undefined
    ? { ok: false, reason: `run ${newest} has left none` }
    : readRecord(record);
}

function entriesOf(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory() && /^\d{4}-\d\d-\d\dT/.test(entry.name)).map(({ name }) => name);
  } catch {
    return [];
  }
}

function readRecord(path: string): RecordRead {
  try {
    if (statSync(path).size > mostBytes) return { ok: false, reason: `it is larger than ${mostBytes} bytes` };
    return parseRecord(readFileSync(path, "utf8"));
  } catch (error) {
    return { ok: false, reason: `it can't be read: ${messageOf(error)}` };
  }
}
