/** Reads the reviews of the change at hand: from the host that knows them, or from git. */
import type { Config } from "../config/schema.ts";
import type { BranchKind } from "../policy/branches.ts";
import type { Env } from "../trigger/git.ts";
import type { Trigger } from "../trigger/trigger.ts";
import { readGithubReviews } from "./github.ts";
import { readGitlabReviews } from "./gitlab.ts";
import { setupError } from "./host-failure.ts";
import type { HostReviewsRead, Patience } from "./host-reviews.ts";
import { codeownersPlaces } from "./owners.ts";
import { reviewRequirement, type ReviewRequirement } from "./requirement.ts";
import type { Ownership, ReviewsRead } from "./review.ts";
import { changedBetween, fileAt } from "./signed-commits.ts";
import { readTrailerReviews } from "./trailers.ts";

export interface ReadReviewsOptions {
  /** The app's folder. */
  readonly source: string;
  readonly env: Env;
  readonly trigger: Trigger;
  readonly review: Config["review"];
  readonly kinds: readonly BranchKind[];
  readonly patience: Patience;
}

/** Never throws for what a host or a repository does: that is an answer too. */
export async function readReviews(options: ReadReviewsOptions): Promise<ReviewsRead> {
  const { review, kinds, trigger } = options;
  const needed = reviewRequirement(review, kinds, trigger);
  if (!needed.ok) return { needed: true, error: needed.error };
  const { requirement } = needed;
  if (requirement === null) return { needed: false, reason: needed.reason };
  const read = await fromSource(options, requirement);
  if (!read.ok) return { needed: true, error: read.error };
  const { found } = read;
  const ownership = requirement.codeOwners ? await ownershipOf(options, found.unapprovedOwners) : null;
  if (ownership !== null && "error" in ownership) return { needed: true, error: ownership.error };
  return { needed: true, requirement, change: { change: found.change, head: found.head, reviews: found.reviews, ownership } };
}

/** A host is asked where it speaks of a pull request; everything else has only what its commits bear. */
function fromSource(
  { source, env, trigger, patience }: ReadReviewsOptions,
  requirement: ReviewRequirement,
): Promise<HostReviewsRead> {
  const { host, event } = trigger;
  if (event === "pull-request" && host === "github") return readGithubReviews(trigger, env, patience);
  if (event === "pull-request" && host === "gitlab")
    return readGitlabReviews(trigger, env, { ...patience, codeOwners: requirement.codeOwners });
  return readTrailerReviews(trigger, { source, env, signers: requirement.signers });
}

/** CODEOWNERS as it was before the change, which could otherwise name its own owners. */
async function ownershipOf(
  { source, env, trigger: { base, sha } }: ReadReviewsOptions,
  unapproved: readonly string[] | null,
): Promise<Ownership | { readonly error: ReturnType<typeof setupError> }> {
  if (unapproved !== null) return { by: "host", missing: unapproved };
  const changed = base === null || sha === null ? null : await changedBetween(source, base, sha, env);
  if (base === null || changed === null) {
    const remedy = "fetch the whole history and the branch that this one is merged into";
    return { error: setupError("reviews", "nobody can tell whose files the change touches: no base is known", remedy) };
  }
  for (const place of codeownersPlaces) {
    const codeowners = await fileAt(source, base, place, env);
    if (codeowners !== null) return { by: "file", codeowners, changed };
  }
  const message = `review.codeOwners is set, and ${base.slice(0, 12)}, where the change begins, has no CODEOWNERS`;
  return { error: setupError("reviews", message, `write one of ${codeownersPlaces.join(", ")}, or leave review.codeOwners out`) };
}
