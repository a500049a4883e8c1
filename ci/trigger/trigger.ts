/**
 * Where am I, and what happened: one model for a laptop and for every CI host.
 * What can't be known is `null`, never a guess; what is not known to be trusted is untrusted.
 */

/** The hosts that Weir reads its trigger from; `local` is a clone with no CI host around it. */
export const hosts = ["local", "github", "gitlab", "jenkins"] as const;
export type Host = (typeof hosts)[number];

/**
 * What happened. `push`: commits arrived on a branch. `pull-request`: a merge is proposed. `merge`: a merge (a hotfix
 * branch's among them) arrived on a branch that others merge into. `tag`: a tag arrived. `schedule`, `manual`: a clock
 * or a person. `unknown`: the host named something that is none of these, and `sources.event` says what.
 */
export const events = ["push", "pull-request", "merge", "schedule", "manual", "tag", "unknown"] as const;
export type Event = (typeof events)[number];

export type Trust = "trusted" | "untrusted";

/** Which files differ from the base; `known: false` says why nobody can tell, and then everything runs. */
export type ChangedFiles =
  { readonly known: true; readonly files: readonly string[] } | { readonly known: false; readonly reason: string };

export interface PullRequest {
  /** The host's number or identifier, as text. */
  readonly id: string;
  readonly title: string | null;
  /** True where the branch lives in another repository than the target, and where nobody can tell. */
  readonly fromFork: boolean;
  /** The newest commit of the proposed branch: where its results are reported. `Trigger.sha` may be a merge of it. */
  readonly headSha: string | null;
}

export interface Trigger {
  readonly host: Host;
  readonly event: Event;
  /** The full ref, such as `refs/heads/feature/x` or `refs/tags/v1`; null for a detached HEAD that no ref names. */
  readonly ref: string | null;
  /** The short branch name (`feature/x`), or null where it is a tag or unknown. */
  readonly branch: string | null;
  /** The branch that a pull request wants to be merged into; null otherwise. */
  readonly target: string | null;
  /** For a merge into a branch: the branch that was merged, where it can be known. */
  readonly mergedFrom: string | null;
  /** The full id of the commit whose files are there to be tested; null outside a repository or before the first commit. */
  readonly sha: string | null;
  /** The commit that changes are measured from; null where it can't be found. */
  readonly base: string | null;
  readonly changedFiles: ChangedFiles;
  readonly pullRequest: PullRequest | null;
  readonly actor: string | null;
  /** True where the host says that the branch is protected; null where it does not say. */
  readonly protectedBranch: boolean | null;
  readonly trust: Trust;
  /** Uncommitted changes lie in the tree. */
  readonly dirty: boolean;
  /** The clone lacks history. */
  readonly shallow: boolean;
  /** Where each field came from: an environment variable's name, a git command, or a flag. */
  readonly sources: Readonly<Record<string, string>>;
  /** What a person should know about how this was found: "detached HEAD: …". Shown with the plan. */
  readonly notes: readonly string[];
}

/** What one host says, before git is asked for the rest: everything of a trigger but what only a clone knows. */
export interface HostFacts extends Omit<Trigger, "base" | "changedFiles" | "dirty" | "shallow"> {
  /** Commits or full refs that the host names as the base, best first; git finds the merge base with them. */
  readonly baseHints: readonly string[];
}
