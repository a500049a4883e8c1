/** What changed since the branch left the one that it will be merged into. */
import { oneOf } from "../config/problem.ts";
import type { BranchKind } from "../policy/branches.ts";
import { classify, fits } from "../policy/classify.ts";
import { git, whyNot, type Env } from "./git.ts";
import { branchOf } from "../policy/refs.ts";
import type { GitRef, Repository } from "./repository.ts";
import type { ChangedFiles, HostFacts } from "./trigger.ts";

/** Beyond this a list helps nobody: everything runs, and the plan stays readable. */
const mostFiles = 10_000;

export interface Changes {
  readonly base: string | null;
  /** Where the base came from. */
  readonly source: string | null;
  readonly changedFiles: ChangedFiles;
}

/** Where to look for a base, best first: each attempt is commits or refs that git takes together. */
export type BaseQuery =
  | { readonly known: true; readonly attempts: readonly (readonly string[])[] }
  | { readonly known: false; readonly reason: string };

/** The base of what is checked out, and every file that differs from it, the uncommitted ones among them. */
export async function readChanges(source: string, repository: Repository, query: BaseQuery, env: Env): Promise<Changes> {
  const unknown = (reason: string): Changes => ({ base: null, source: null, changedFiles: { known: false, reason } });
  if (repository.sha === null) return unknown("no commit yet");
  if (repository.bare) return unknown("the repository has no files");
  if (!query.known) return unknown(query.reason);
  const found = await findBase(source, query.attempts, env);
  if (found === null) {
    const words = query.attempts.map((attempt) => attempt.join(" or ")).join(" or ");
    return unknown(
      `no common commit with ${words} is to be found${repository.shallow ? " in this shallow clone: fetch the whole history" : ""}`,
    );
  }
  return { ...found, changedFiles: await readChanged(source, repository, found.base, env) };
}

async function findBase(
  source: string,
  attempts: readonly (readonly string[])[],
  env: Env,
): Promise<{ base: string; source: string } | null> {
  for (const attempt of attempts) {
    const args = ["merge-base", "HEAD", ...attempt];
    const answer = await git(source, args, env);
    const base = answer.ok ? answer.stdout.split("\n")[0] : undefined;
    if (base !== undefined && base !== "") return { base, source: ["git", ...args].join(" ") };
  }
  return null;
}

async function readChanged(source: string, repository: Repository, base: string, env: Env): Promise<ChangedFiles> {
  if (repository.ignored) return { known: false, reason: "git ignores the folder" };
  const committed = await git(
    source,
    ["diff-tree", "-r", "-z", "--name-only", "--no-renames", "--relative", base, "HEAD", "--", "."],
    env,
  );
  if (!committed.ok) return { known: false, reason: whyNot(committed) };
  const files = new Set([...committed.stdout.split("\0").filter((path) => path !== ""), ...repository.uncommitted]);
  if (files.size > mostFiles) return { known: false, reason: `more than ${mostFiles} files differ` };
  return { known: true, files: [...files].sort(byCodeUnit) };
}

/** The same order on every machine, whatever its locale. */
function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Where to look for the base: the branches that this one may be merged into, then what the host named. */
export function baseQuery(
  facts: Pick<HostFacts, "ref" | "branch" | "target" | "baseHints">,
  repository: Repository,
  kinds: readonly BranchKind[],
): BaseQuery {
  const found = targetRefs(facts, repository, kinds);
  const attempts = [...(found.known ? found.attempts : []), ...facts.baseHints.map((hint) => [hint])];
  return attempts.length === 0 ? found : { known: true, attempts };
}

function targetRefs(
  { ref, branch, target }: Pick<HostFacts, "ref" | "branch" | "target">,
  { branches }: Repository,
  kinds: readonly BranchKind[],
): BaseQuery {
  if (target !== null) return among(branches, (name) => name === target, `branch ${target}`);
  if (ref === null) return { known: false, reason: "no branch is known" };
  const found = classify(ref, kinds);
  if (!found.ok) return { known: false, reason: "the branch is of no one kind" };
  const into = kinds.filter((kind) => kind.ref === "branch" && found.kind.mergesInto.includes(kind.kind));
  if (into.length === 0) return { known: false, reason: `${found.name} is merged into nothing` };
  const words = `branch of kind ${oneOf(into.map((kind) => kind.kind))}`;
  return among(branches, (name) => name !== branch && into.some((kind) => fits(kind, name)), words);
}

/** The local branch and the one of origin count alike: git takes the nearest commit that HEAD has in common with one. */
function among(branches: readonly GitRef[], wanted: (name: string) => boolean, words: string): BaseQuery {
  const named = branches.map((ref) => ({ ref: ref.name, ...tracked(ref.name) })).filter((entry) => wanted(entry.name));
  const near = named.filter((entry) => entry.remote === null || entry.remote === "origin");
  const refs = (near.length > 0 ? near : named).map((entry) => entry.ref);
  return refs.length === 0 ? { known: false, reason: `this clone has no ${words}` } : { known: true, attempts: [refs] };
}

function tracked(ref: string): { remote: string | null; name: string } {
  const match = /^refs\/remotes\/([^/]+)\/(.+)$/s.exec(ref);
  return { remote: match?.[1] ?? null, name: match?.[2] ?? branchOf(ref) ?? ref };
}
