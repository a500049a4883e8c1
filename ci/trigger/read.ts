/** Reads the trigger: what the host says, what a person wishes otherwise, and what only git knows. */
import { usageError } from "../errors.ts";
import type { BranchKind } from "../policy/branches.ts";
import { baseQuery, readChanges, type Changes } from "./changes.ts";
import type { Env } from "./git.ts";
import { hostFacts, hostOf } from "./host.ts";
import { readMerge, wantsMerge, withMerge } from "./merge.ts";
import { readRepository, type Repository, type RepositoryRead } from "./repository.ts";
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
  const host = hostOf(env);
  if (!host.ok) throw host.error;
  const simulated = simulate(verified(hostFacts(host.host, env, read), read), options.simulate ?? {});
  if (!simulated.ok) throw simulated.error;
  const { facts } = simulated;
  if (!read.ok) return complete(facts, read, { base: null, source: null, changedFiles: { known: false, reason: read.reason } });
  const [changes, merge] = await Promise.all([
    readChanges(source, read.repository, baseQuery(facts, read.repository, kinds), env),
    wantsMerge(facts) ? readMerge(source, env) : null,
  ]);
  return complete(withMerge(facts, merge, kinds), read, changes);
}

/** A clone that holds another commit than the host speaks of may hold anybody's. */
function verified(facts: HostFacts, read: RepositoryRead): HostFacts {
  const here = read.ok ? read.repository.sha : null;
  const expected = [facts.sha, facts.pullRequest?.headSha ?? null].filter((sha) => sha !== null);
  if (facts.host === "local" || here === null || expected.length === 0 || expected.includes(here)) return facts;
  return {
    ...facts,
    trust: "untrusted",
    sources: { ...facts.sources, trust: "git status" },
    notes: [
      ...facts.notes,
      `the clone holds commit ${here.slice(0, 12)}, and the host speaks of ${expected.map((sha) => sha.slice(0, 12)).join(" or ")}: not trusted`,
    ],
  };
}

/** Field by field, in the model's order, so that the JSON reads the same however the facts were found. */
function complete(facts: HostFacts, read: RepositoryRead, changes: Changes): Trigger {
  const repository = read.ok ? read.repository : null;
  return {
    host: facts.host,
    event: facts.event,
    ref: facts.ref,
    branch: facts.branch,
    target: facts.target,
    mergedFrom: facts.mergedFrom,
    sha: repository?.sha ?? facts.sha,
    base: changes.base,
    changedFiles: changes.changedFiles,
    pullRequest: facts.pullRequest,
    actor: facts.actor,
    protectedBranch: facts.protectedBranch,
    trust: facts.trust,
    dirty: (repository?.uncommitted.length ?? 0) > 0,
    shallow: repository?.shallow ?? false,
    sources: changes.source === null ? facts.sources : { ...facts.sources, base: changes.source },
    notes: [...(read.ok ? cloneNotes(facts, read.repository) : [read.reason]), ...facts.notes],
  };
}

/** Hosts check out a detached HEAD and say the branch themselves: then where HEAD points is no news. */
function cloneNotes(facts: HostFacts, { notes, detached }: Repository): readonly string[] {
  return detached === null || facts.ref !== null ? notes : [...notes, detached];
}
