/**
 * The GitFlow table: feature → development → main → production, hotfix → main.
 * It is data. weir.yaml's `branches` changes names and patterns and adds kinds (release, support, tag).
 */

export interface BranchKind {
  /** The kind's name: `feature`, `development`, `main`, `production`, `hotfix`, or one that a team adds. */
  readonly kind: string;
  /** Globs (picomatch) over the short branch name; over the tag's name for a kind whose `ref` is `tag`. */
  readonly patterns: readonly string[];
  readonly ref: "branch" | "tag";
  /** The kinds that a branch of this kind may be merged into. */
  readonly mergesInto: readonly string[];
  /** The environment that a branch of this kind leads to once its checks pass; null for none. */
  readonly environment: string | null;
}

export const gitflow: readonly BranchKind[] = [
  { kind: "feature", patterns: ["feature/**"], ref: "branch", mergesInto: ["development"], environment: "development" },
  { kind: "development", patterns: ["development", "develop"], ref: "branch", mergesInto: ["main"], environment: "staging" },
  { kind: "main", patterns: ["main", "master"], ref: "branch", mergesInto: ["production"], environment: "production" },
  { kind: "production", patterns: ["production"], ref: "branch", mergesInto: [], environment: "production" },
  { kind: "hotfix", patterns: ["hotfix/**"], ref: "branch", mergesInto: ["main"], environment: null },
];
