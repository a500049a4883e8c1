/** What a host says, each with the variable that said it, put together as a trigger's facts. */
import type { Env } from "./git.ts";
import { branchOf } from "../policy/refs.ts";
import type { Event, Host, HostFacts, PullRequest, Trust } from "./trigger.ts";

/** A value and where it came from. */
export interface Said<T> {
  readonly value: T;
  readonly from: string;
}

/** The first of these variables that is set and not empty. */
export function said(env: Env, ...names: readonly string[]): Said<string> | null {
  for (const name of names) {
    const value = env[name];
    if (value !== undefined && value !== "") return { value, from: name };
  }
  return null;
}

/** The same fact, seen otherwise. */
export function asSaid<T, U>(fact: Said<T> | null, change: (value: T) => U): Said<U> | null {
  return fact === null ? null : { value: change(fact.value), from: fact.from };
}

/** `true` and `false` as hosts write them; anything else is not known. */
export function saidFlag(env: Env, name: string): Said<boolean> | null {
  const fact = said(env, name);
  return fact !== null && ["true", "false"].includes(fact.value) ? { value: fact.value === "true", from: name } : null;
}

/** A full commit id, in SHA-1 or SHA-256. */
export function isSha(text: string): boolean {
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text) && !/^0+$/.test(text);
}

export interface HostSays {
  readonly event: Said<Event>;
  readonly ref: Said<string> | null;
  readonly target: Said<string> | null;
  readonly sha: Said<string> | null;
  readonly pullRequest: Said<PullRequest> | null;
  readonly actor: Said<string> | null;
  readonly protectedBranch: Said<boolean> | null;
  readonly trust: Said<Trust>;
  /** Commits that may be the base, best first. */
  readonly baseHints: readonly (Said<string> | null)[];
  readonly notes: readonly string[];
}

const sourced = ["event", "ref", "target", "sha", "pullRequest", "actor", "protectedBranch", "trust"] as const;

/** The facts of a trigger, with the variable that each came from. What is no commit id is not taken for one. */
export function factsOf(host: Host, says: HostSays): HostFacts {
  const sha = says.sha !== null && isSha(says.sha.value) ? says.sha.value : null;
  const ref = says.ref?.value ?? null;
  const from = sourced.flatMap((key) => {
    const fact = says[key];
    return fact === null ? [] : [[key, fact.from] as const];
  });
  return {
    host,
    event: says.event.value,
    ref,
    branch: branchOf(ref),
    target: says.target?.value ?? null,
    mergedFrom: null,
    sha,
    baseHints: says.baseHints.flatMap((hint) => (hint !== null && isSha(hint.value) ? [hint.value] : [])),
    pullRequest: says.pullRequest?.value ?? null,
    actor: says.actor?.value ?? null,
    protectedBranch: says.protectedBranch?.value ?? null,
    trust: says.trust.value,
    sources: Object.fromEntries(from),
    notes: says.notes,
  };
}
