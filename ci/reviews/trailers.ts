/**
 * Reviews without a host: a reviewer puts a signed commit on top of the change whose message bears
 * `Reviewed-by: Name <address>`. It counts where the signature is good and is of that very address, and where what was
 * signed holds the same files as what is tested.
 */
import { visible } from "../config/problem.ts";
import type { Env } from "../trigger/git.ts";
import type { Trigger } from "../trigger/trigger.ts";
import { setupError } from "./host-failure.ts";
import type { HostReviewsRead } from "./host-reviews.ts";
import type { Review } from "./review.ts";
import { fileAt, readCommits, signatureVerifier, treeOf, type ChangeCommit, type Verifier } from "./signed-commits.ts";

const mostReviews = 200;

export interface TrailerOptions {
  readonly source: string;
  readonly env: Env;
  /** The path of the allowed signers file, from the folder; null: git's own configuration names it. */
  readonly signers: string | null;
}

export async function readTrailerReviews(trigger: Trigger, { source, env, signers }: TrailerOptions): Promise<HostReviewsRead> {
  const { base } = trigger;
  const tested = trigger.pullRequest?.headSha ?? trigger.sha;
  if (base === null || tested === null)
    return unreadable("nobody can tell which commits the change is made of: no base is known");
  const read = await readCommits(source, base, tested, env);
  if (!read.ok) return unreadable(read.reason);
  const { commits } = read;
  const [baseTree, signersText] = await Promise.all([
    treeOf(source, base, env),
    signers === null ? null : fileAt(source, base, `./${signers}`, env),
  ]);
  if (signers !== null && signersText === null) {
    const message = `${visible(signers)} is not there in ${base.slice(0, 12)}, where the change begins`;
    return { ok: false, error: setupError("reviews", message, "a change can't name its own reviewers: merge the file first") };
  }
  const head = proposedHead(commits, base, tested);
  const verifier = await signatureVerifier(source, signersText, env);
  try {
    const trees = new Map(commits.map(({ sha, tree }) => [sha, tree]));
    if (baseTree !== null) trees.set(base, baseTree);
    const reviews = await reviewsOf({ commits, head, trees, verifier });
    const change = `the change of ${commits.length} commits up to ${head.slice(0, 12)}`;
    return { ok: true, found: { change, head, reviews, unapprovedOwners: null } };
  } finally {
    await verifier.close();
  }
}

function unreadable(reason: string): HostReviewsRead {
  const remedy = "fetch the whole history and the branch that this one is merged into";
  return { ok: false, error: setupError("reviews", `the commits of the change can't be read: ${visible(reason)}`, remedy) };
}

/** A host may have merged the target into the change to test it: what was reviewed is the parent that is not the target. */
export function proposedHead(commits: readonly ChangeCommit[], base: string, tested: string): string {
  const [top] = commits;
  if (top?.sha !== tested || top.parents.length !== 2 || !top.parents.includes(base)) return tested;
  return top.parents.find((parent) => parent !== base) ?? tested;
}

interface Change {
  readonly commits: readonly ChangeCommit[];
  readonly head: string;
  /** The tree of each commit, and of the base. */
  readonly trees: ReadonlyMap<string, string>;
  readonly verifier: Verifier;
}

async function reviewsOf({ commits, head, trees, verifier }: Change): Promise<readonly Review[]> {
  const headTree = trees.get(head);
  const writers = new Set(commits.filter((commit) => changes(commit, trees)).flatMap(({ people }) => people));
  const found: Review[] = [];
  // The oldest first: each reviewer's newest review is the one that counts.
  for (const { sha, tree, reviewedBy } of [...commits].reverse()) {
    if (reviewedBy.length === 0 || found.length >= mostReviews) continue;
    const signature = await verifier.verify(sha);
    for (const value of reviewedBy) {
      const reviewer = addressOf(value);
      const proved = signature.good && addressOf(signature.signer) === reviewer && reviewer !== null;
      const why = signature.good ? `is signed by ${signature.signer}` : signature.reason;
      found.push({
        reviewer: reviewer ?? value,
        state: "approved",
        at: null,
        commit: tree === headTree ? head : sha,
        byAuthor: reviewer !== null && writers.has(reviewer),
        standing: proved ? "person" : "unproved",
        detail: proved ? null : `${sha.slice(0, 12)} ${why}`,
      });
    }
  }
  return provedLast(found);
}

/** What proves nothing must not push aside what does. */
function provedLast(reviews: readonly Review[]): readonly Review[] {
  const proved = reviews.filter(({ standing }) => standing === "person");
  const rest = reviews.filter(
    ({ standing, reviewer }) => standing !== "person" && !proved.some((one) => one.reviewer === reviewer),
  );
  return [...rest, ...proved];
}

/** Whether a commit changes a file. A merge counts as if it did: it may hold anything. */
function changes({ tree, parents }: ChangeCommit, trees: ReadonlyMap<string, string>): boolean {
  const [parent, second] = parents;
  return parent === undefined || second !== undefined || trees.get(parent) !== tree;
}

/** `Bo Lee <Bo@example.org>` and `bo@example.org` are bo@example.org; what has no address is nobody. */
function addressOf(text: string): string | null {
  const address = /<([^<>\s]+@[^<>\s]+)>\s*$/.exec(text)?.[1] ?? /^\s*([^<>\s]+@[^<>\s]+)\s*$/.exec(text)?.[1];
  return address?.toLowerCase() ?? null;
}
