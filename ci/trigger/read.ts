/** Reads the trigger: what the host says, what a person wishes otherwise, and what only git knows. */
import type { BranchKind } from "../policy/branches.ts";
import { usageError } from "../errors.ts";
import { baseQuery, readChanges, type Changes } from "./changes.ts";
import type { Env } from "./git.ts";
import { localFacts } from "./local.ts";
import { readRepository, type RepositoryRead } from "./repository.ts";
import { simulate, type SimulateOptions } from "./simulate.ts";
import type { HostFacts, Trigger } from "./trigger.ts";

export interface ReadTriggerOptions {
  /** The app's folder. */
  readonly source: string;
  readonly env: Env;
  readonly kinds: readonly BranchKind[];
  readonly simulate?: SimulateOptions;
  /** What `readRepository` found, where it was asked already, beside other work. */
  readonly repository?: Promise<RepositoryRead>;
}

/** The trigger. Throws a WeirError for what a person has to mend: a folder that is not there, a flag that is wrong. */
export async function readTrigger({ source, env, kinds, ...options }: ReadTriggerOptions): Promise<Trigger> {
  const read = await (options.repository ?? readRepository(source, env));
  if (!read.ok && read.sourceMissing) throw usageError("trigger.source", read.reason, "--source takes the app's folder");
  const simulated = simulate(localFacts(read), options.simulate ?? {});
  if (!simulated.ok) throw simulated.error;
  const { facts } = simulated;
  if (!read.ok) return complete(facts, read, { base: null, source: null, changedFiles: { known: false, reason: read.reason } });
  return complete(facts, read, await readChanges(source, read.repository, baseQuery(facts, read.repository, kinds), env));
}

function complete({ baseHints: _, ...facts }: HostFacts, read: RepositoryRead, changes: Changes): Trigger {
  return {
    ...facts,
    sha: read.ok ? (read.repository.sha ?? facts.sha) : facts.sha,
    base: changes.base,
    changedFiles: changes.changedFiles,
    dirty: read.ok && read.repository.uncommitted.length > 0,
    shallow: read.ok && read.repository.shallow,
    sources: changes.source === null ? facts.sources : { ...facts.sources, base: changes.source },
    notes: [...(read.ok ? read.repository.notes : [read.reason]), ...facts.notes],
  };
}
