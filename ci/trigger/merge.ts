/** Whether the checked-out commit is a merge, and of what: hosts tell a push, and only the commit tells a merge. */
import type { BranchKind } from "../policy/branches.ts";
import { classify } from "../policy/classify.ts";
import { git, type Env } from "./git.ts";
import { nameProblem } from "../policy/refs.ts";
import type { HostFacts, PullRequest } from "./trigger.ts";

export interface Merge {
  readonly parents: number;
  /** The branch that the commit's subject names as merged; null where it names none. */
  readonly from: string | null;
}

/** The subjects that git and the hosts give to merge commits. */
const subjects: readonly RegExp[] = [
  /^Merge branch '([^']+)'/,
  /^Merge remote-tracking branch '[^'/]+\/([^']+)'/,
  /^Merge pull request #\d+ from [^/\s]+\/(\S+)/,
  /^Merged in (\S+) \(pull request #\d+\)/,
];

/** Reads the commit itself and not `git log`, which hides the parents in a shallow clone. */
export async function readMerge(source: string, env: Env): Promise<Merge | null> {
  const answer = await git(source, ["cat-file", "commit", "HEAD"], env);
  return answer.ok ? parseMerge(answer.stdout) : null;
}

/** Parses a raw commit. */
export function parseMerge(commit: string): Merge {
  const end = commit.indexOf("\n\n");
  const head = end === -1 ? commit : commit.slice(0, end);
  const subject = end === -1 ? "" : (commit.slice(end + 2).split("\n")[0] ?? "");
  const from = subjects.flatMap((pattern) => pattern.exec(subject)?.[1] ?? [])[0] ?? null;
  return {
    parents: head.split("\n").filter((line) => line.startsWith("parent ")).length,
    from: from !== null && nameProblem(from) === null ? from : null,
  };
}

/** Whether the facts leave something open that the commit itself can tell. */
export function wantsMerge(facts: HostFacts): boolean {
  return facts.event === "push" || facts.event === "merge" || (facts.pullRequest !== null && facts.pullRequest.headSha === null);
}

/** The facts with what the commit tells. */
export function withMerge(facts: HostFacts, merge: Merge | null, kinds: readonly BranchKind[]): HostFacts {
  if (merge === null) return facts;
  return facts.pullRequest === null ? withArrival(facts, merge, kinds) : withHead(facts, facts.pullRequest, merge);
}

/** A push of a merge commit to a branch that others merge into is a merge. */
function withArrival(facts: HostFacts, merge: Merge, kinds: readonly BranchKind[]): HostFacts {
  if (merge.parents < 2 || facts.ref === null) return facts;
  const found = classify(facts.ref, kinds);
  if (!found.ok || !kinds.some((kind) => kind.mergesInto.includes(found.kind.kind))) return facts;
  const event = `${facts.sources["event"] ?? ""}; the commit is a merge`;
  const mergedFrom = merge.from === null ? {} : { mergedFrom: "the merge commit's subject" };
  return { ...facts, event: "merge", mergedFrom: merge.from, sources: { ...facts.sources, event, ...mergedFrom } };
}

/** A host may check out its own merge of a pull request; a commit that is no merge is the branch's newest itself. */
function withHead(facts: HostFacts, pullRequest: PullRequest, merge: Merge): HostFacts {
  return merge.parents > 1 ? facts : { ...facts, pullRequest: { ...pullRequest, headSha: pullRequest.headSha ?? facts.sha } };
}
