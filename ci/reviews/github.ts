/**
 * Reviews of a pull request on GitHub, through Octokit.
 * https://docs.github.com/en/rest/pulls/reviews and https://docs.github.com/en/rest/collaborators/collaborators
 */
import * as z from "zod/mini";
import { visible } from "../config/problem.ts";
import { WeirError } from "../errors.ts";
import type { Env } from "../trigger/git.ts";
import type { Trigger } from "../trigger/trigger.ts";
import { githubClient, githubRepository, type GithubClient, type GithubRepository } from "./github-client.ts";
import { failureOf, HostFailure, hostError, setupError } from "./host-failure.ts";
import { hostFetch } from "./host-fetch.ts";
import { movedOn, readAnswer, type HostReviews, type HostReviewsRead, type Patience } from "./host-reviews.ts";
import { latestByReviewer, type Review, type ReviewState } from "./review.ts";

const account = z.nullable(z.object({ id: z.int(), login: z.string(), type: z.string() }));
const pullSchema = z.object({ user: account, head: z.object({ sha: z.string() }) });
const reviewSchema = z.object({
  user: account,
  state: z.string(),
  commit_id: z.nullish(z.string()),
  submitted_at: z.nullish(z.string()),
});
const permissionSchema = z.object({ permission: z.string() });

const pageSize = 100;
const mostPages = 50;

/** The pull request's newest commit and all its reviews. A failure to read any part is a failure to read it. */
export async function readGithubReviews(trigger: Trigger, env: Env, patience: Patience): Promise<HostReviewsRead> {
  const place = githubRepository(env, "reviews");
  if (!place.ok) return place;
  const asked = pullRequestOf(trigger, env);
  if (asked === null) {
    const message = "GitHub does not say which pull request this is";
    return { ok: false, error: setupError("reviews", message, "run the gate on the event pull_request or merge_group") };
  }
  try {
    const client = await githubClient(place.repository, hostFetch({ host: "GitHub", ...patience }));
    return { ok: true, found: await readPullRequest(client, place.repository, asked) };
  } catch (error) {
    return { ok: false, error: error instanceof WeirError ? error : hostError(failureOf(error, "GitHub"), "GitHub", "reviews") };
  }
}

interface Asked {
  readonly number: number;
  /** The commit that was tested; null in a merge queue, where it is a merge that nobody reviewed. */
  readonly head: string | null;
}

/** A merge queue's branch is named after the pull request at the group's end: gh-readonly-queue/main/pr-12-<sha>. */
export function pullRequestOf({ pullRequest, sha }: Trigger, env: Env): Asked | null {
  if (pullRequest === null) {
    const queued = /^refs\/heads\/gh-readonly-queue\/.+\/pr-(\d{1,15})-[0-9a-f]{40,64}$/.exec(env["GITHUB_REF"] ?? "")?.[1];
    return queued === undefined ? null : { number: Number(queued), head: null };
  }
  return /^\d{1,15}$/.test(pullRequest.id) ? { number: Number(pullRequest.id), head: pullRequest.headSha ?? sha } : null;
}

async function readPullRequest(
  client: GithubClient,
  { owner, repo }: GithubRepository,
  { number, head }: Asked,
): Promise<HostReviews> {
  const where = { owner, repo, pull_number: number };
  const pull = readAnswer(
    pullSchema,
    (await client.request("GET /repos/{owner}/{repo}/pulls/{pull_number}", where)).data,
    "GitHub",
    "a pull request",
  );
  const change = `pull request ${number} on GitHub`;
  if (head !== null && pull.head.sha !== head) throw movedOn(change, head, pull.head.sha);
  const reviews: z.infer<typeof reviewSchema>[] = [];
  for (let page = 1; ; page += 1) {
    const paged = { ...where, per_page: pageSize, page };
    const { data } = await client.request("GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews", paged);
    const found = readAnswer(z.array(reviewSchema), data, "GitHub", "a list of reviews");
    reviews.push(...found);
    if (found.length < pageSize) break;
    if (page === mostPages) throw new HostFailure("malformed", `${change} has more than ${pageSize * mostPages} reviews`);
  }
  const plain = reviews.flatMap((review) => reviewOf(review, pull.user?.id ?? null));
  return { change, head: pull.head.sha, reviews: await withRights(plain, client, { owner, repo }), unapprovedOwners: null };
}

const states: Readonly<Record<string, ReviewState>> = {
  APPROVED: "approved",
  CHANGES_REQUESTED: "changes-requested",
  DISMISSED: "dismissed",
  COMMENTED: "commented",
};

/** PENDING is seen by its writer alone. A state that Weir does not know must not be overlooked. */
function reviewOf({ user, state, ...review }: z.infer<typeof reviewSchema>, author: number | null): readonly Review[] {
  if (state === "PENDING") return [];
  const known = Object.hasOwn(states, state) ? states[state] : undefined;
  if (known === undefined)
    throw new HostFailure("malformed", `GitHub knows a state of reviews that Weir does not: ${visible(state)}`);
  const bot = user !== null && (user.type !== "User" || user.login.endsWith("[bot]"));
  return [
    {
      reviewer: user?.login ?? "ghost",
      state: known,
      at: review.submitted_at ?? null,
      commit: review.commit_id ?? null,
      byAuthor: user !== null && user.id === author,
      standing: user === null ? "gone" : bot ? "bot" : "person",
      detail: null,
    },
  ];
}

/** Anybody may review in a public repository; GitHub itself counts only who may write, and so does Weir. */
async function withRights(reviews: readonly Review[], client: GithubClient, where: Pick<GithubRepository, "owner" | "repo">) {
  const deciding = latestByReviewer(reviews).filter(
    ({ state, standing }) => standing === "person" && (state === "approved" || state === "changes-requested"),
  );
  const mayWrite = new Map<string, boolean>();
  for (const { reviewer } of deciding) {
    const { data } = await client.request("GET /repos/{owner}/{repo}/collaborators/{username}/permission", {
      ...where,
      username: reviewer,
    });
    const { permission } = readAnswer(permissionSchema, data, "GitHub", "a permission");
    mayWrite.set(reviewer, permission === "admin" || permission === "write");
  }
  return reviews.map((review): Review =>
    mayWrite.get(review.reviewer) === false ? { ...review, standing: "no-rights" } : review,
  );
}
