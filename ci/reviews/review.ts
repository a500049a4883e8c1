/**
 * Reviews of one change, wherever they come from, and whether they are enough. Pure: who reads them is in github.ts,
 * gitlab.ts and trailers.ts.
 */
import { visible } from "../config/problem.ts";
import { deniedError, type WeirError } from "../errors.ts";
import { missingOwners } from "./owners.ts";
import type { ReviewRequirement } from "./requirement.ts";

export type ReviewState = "approved" | "changes-requested" | "dismissed" | "commented";

/** Why a review can't count, whatever is configured. `person`: it can. */
export type Standing = "person" | "bot" | "gone" | "no-rights" | "unproved";

export interface Review {
  /** The login, or the e-mail address of who signed. */
  readonly reviewer: string;
  readonly state: ReviewState;
  /** ISO 8601; null where nobody knows: then the order in which reviews are listed counts. */
  readonly at: string | null;
  /** The commit that was reviewed; null where nobody knows. */
  readonly commit: string | null;
  readonly byAuthor: boolean;
  readonly standing: Standing;
  /** What more there is to say of the standing: "the signature is bad". */
  readonly detail: string | null;
}

/** Who owns what the change touches. */
export type Ownership =
  | { readonly by: "file"; readonly codeowners: string; readonly changed: readonly string[] }
  /** The host says itself which owners' approvals are missing. */
  | { readonly by: "host"; readonly missing: readonly string[] };

export interface ChangeReviews {
  /** "pull request 12 on GitHub". */
  readonly change: string;
  /** The commit that an approval must be of. */
  readonly head: string;
  readonly reviews: readonly Review[];
  /** null where code owners play no part. */
  readonly ownership: Ownership | null;
}

/** What came of looking for reviews. */
export type ReviewsRead =
  | { readonly needed: false; readonly reason: string }
  | { readonly needed: true; readonly requirement: ReviewRequirement; readonly change: ChangeReviews }
  | { readonly needed: true; readonly error: WeirError };

export type ReviewVerdict =
  { readonly verdict: "pass"; readonly reason: string } | { readonly verdict: "fail"; readonly error: WeirError };

/** Whether the reviews are enough. What could not be read is not. */
export function judgeReviews(read: ReviewsRead): ReviewVerdict {
  if (!read.needed) return { verdict: "pass", reason: read.reason };
  if ("error" in read) return { verdict: "fail", error: read.error };
  const { requirement, change } = read;
  const latest = latestByReviewer(change.reviews);
  const objections = latest.filter(objects);
  if (objections.length > 0) return refused("reviews.changes-requested", objectionWords(objections, change));
  const approvals = latest.filter(({ state }) => state === "approved");
  const counted = approvals.filter((review) => whyNot(review, change.head, requirement) === null);
  const names = counted.map(({ reviewer }) => visible(reviewer)).join(", ");
  if (counted.length < requirement.approvals) {
    const rest = approvals.flatMap((review) => {
      const why = whyNot(review, change.head, requirement);
      return why === null ? [] : [`${visible(review.reviewer)} (${why})`];
    });
    return refused("reviews.missing", {
      message:
        `${change.change} has ${counted.length} of ${requirement.approvals} approvals${names === "" ? "" : `: ${names}`}` +
        (rest.length === 0 ? "" : `; not counted: ${rest.join(", ")}`),
      remedy: `someone else than the author approves ${short(change.head)}, then repeat this job`,
    });
  }
  const owners = missingOwners(
    change.ownership,
    counted.map(({ reviewer }) => reviewer),
  );
  if (owners.length > 0) {
    return refused("reviews.owners", {
      message: `${change.change} lacks the approval of code owners: ${owners.map(visible).join("; ")}`,
      remedy: "one of the owners named for each approves, then repeat this job",
    });
  }
  return {
    verdict: "pass",
    reason: `${counted.length} of ${requirement.approvals} approvals of ${short(change.head)}: ${names}`,
  };
}

/** Each reviewer's last word. A comment takes back neither an approval nor an objection. */
export function latestByReviewer(reviews: readonly Review[]): readonly Review[] {
  const found = new Map<string, Review>();
  for (const review of inOrder(reviews)) if (review.state !== "commented") found.set(review.reviewer.toLowerCase(), review);
  return [...found.values()];
}

function inOrder(reviews: readonly Review[]): readonly Review[] {
  const dated = reviews.every(({ at }) => at !== null && !Number.isNaN(Date.parse(at)));
  return dated ? [...reviews].sort((one, other) => Date.parse(one.at ?? "") - Date.parse(other.at ?? "")) : reviews;
}

/** Who asks for changes is heard, a bot too; but not who may not decide here, or who did not prove who it is. */
function objects({ state, standing }: Review): boolean {
  return state === "changes-requested" && standing !== "no-rights" && standing !== "unproved";
}

/** Why an approval does not count; null where it does. */
function whyNot(review: Review, head: string, requirement: ReviewRequirement): string | null {
  const detail = review.detail === null ? null : visible(review.detail);
  switch (review.standing) {
    case "bot":
      return "a bot";
    case "gone":
      return "no user any more";
    case "no-rights":
      return detail ?? "may not write to the repository";
    case "unproved":
      return detail ?? "not proved by a signature";
    case "person":
      if (review.byAuthor && !requirement.countSelf) return "wrote the change";
      if (!requirement.dismissStale || review.commit === head) return null;
      return review.commit === null ? "of nobody knows which commit" : `of ${short(review.commit)}, an older commit`;
  }
}

function objectionWords(objections: readonly Review[], { change }: ChangeReviews): { message: string; remedy: string } {
  const names = objections.map(({ reviewer }) => visible(reviewer)).join(", ");
  return {
    message: `${change}: ${names} asked for changes`,
    remedy: `${names} approves or takes it back, or the review is dismissed`,
  };
}

function refused(code: string, { message, remedy }: { message: string; remedy: string }): ReviewVerdict {
  return { verdict: "fail", error: deniedError(code, message, remedy) };
}

function short(commit: string): string {
  return visible(commit.slice(0, 12));
}
