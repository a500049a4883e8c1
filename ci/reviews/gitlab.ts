/**
 * Reviews of a merge request on GitLab, through Gitbeaker. An approval there bears a time and no commit: it is of the
 * commit that was the newest one at that time, by the merge request's versions.
 * https://docs.gitlab.com/api/merge_request_approvals/ and https://docs.gitlab.com/api/merge_requests/
 */
import * as z from "zod/mini";
import { WeirError } from "../errors.ts";
import type { Env } from "../trigger/git.ts";
import type { Trigger } from "../trigger/trigger.ts";
import { gitlabClient, gitlabPlace, type GitlabClient } from "./gitlab-client.ts";
import { failureOf, HostFailure, hostError, setupError } from "./host-failure.ts";
import { hostFetch } from "./host-fetch.ts";
import { movedOn, readAnswer, type HostReviews, type HostReviewsRead, type Patience } from "./host-reviews.ts";
import type { Review } from "./review.ts";

const user = z.object({ id: z.int(), username: z.string() });
const mergeRequestSchema = z.object({ author: z.nullable(user), sha: z.nullable(z.string()) });
const approvalsSchema = z.object({
  approved_by: z.array(z.object({ user: z.nullable(user), approved_at: z.nullish(z.string()) })),
});
const reviewersSchema = z.array(z.object({ user: z.nullable(user), state: z.string(), created_at: z.nullish(z.string()) }));
const versionsSchema = z.array(z.object({ head_commit_sha: z.string(), created_at: z.string() }));
const accountSchema = z.object({ bot: z.optional(z.boolean()) });
const approvalStateSchema = z.object({
  rules: z.array(z.object({ name: z.string(), rule_type: z.nullish(z.string()), approved: z.boolean() })),
});

interface Asked {
  readonly project: string;
  readonly iid: number;
  readonly head: string | null;
}

export async function readGitlabReviews(
  trigger: Trigger,
  env: Env,
  { codeOwners, ...patience }: Patience & { readonly codeOwners: boolean },
): Promise<HostReviewsRead> {
  const place = gitlabPlace(env, "reviews");
  if (!place.ok) return place;
  const asked = mergeRequestOf(trigger, env);
  if (asked === null) {
    const message = "GitLab does not say which merge request this is";
    const remedy = "run the gate in a merge request pipeline (rules: if: $CI_PIPELINE_SOURCE == 'merge_request_event')";
    return { ok: false, error: setupError("reviews", message, remedy) };
  }
  try {
    const client = await gitlabClient(place.place, hostFetch({ host: "GitLab", ...patience }));
    return { ok: true, found: await readMergeRequest(client, asked, codeOwners) };
  } catch (error) {
    return { ok: false, error: error instanceof WeirError ? error : hostError(failureOf(error, "GitLab"), "GitLab", "reviews") };
  }
}

/** In a fork's pipeline CI_PROJECT_ID is the fork; the merge request is the target's. */
function mergeRequestOf({ pullRequest, sha }: Trigger, env: Env): Asked | null {
  const project = env["CI_MERGE_REQUEST_PROJECT_ID"] ?? env["CI_PROJECT_ID"] ?? "";
  if (pullRequest === null || !/^\d{1,15}$/.test(pullRequest.id) || !/^\d{1,15}$/.test(project)) return null;
  return { project, iid: Number(pullRequest.id), head: pullRequest.headSha ?? sha };
}

async function readMergeRequest(client: GitlabClient, { project, iid, head }: Asked, codeOwners: boolean): Promise<HostReviews> {
  const { mergeRequests, approvals, users } = client;
  const change = `merge request ${iid} on GitLab`;
  const merge = readAnswer(mergeRequestSchema, await mergeRequests.show(project, iid), "GitLab", "a merge request");
  if (merge.sha === null) throw new HostFailure("malformed", `${change} has no commit`);
  if (head !== null && merge.sha !== head) throw movedOn(change, head, merge.sha);
  const given = readAnswer(
    approvalsSchema,
    await approvals.showConfiguration(project, { mergerequestIId: iid }),
    "GitLab",
    "a list of approvals",
  );
  const reviewers = readAnswer(reviewersSchema, await mergeRequests.showReviewers(project, iid), "GitLab", "a list of reviewers");
  const versions = readAnswer(versionsSchema, await mergeRequests.allDiffVersions(project, iid), "GitLab", "a list of versions");
  const bots = new Set<number>();
  for (const approver of given.approved_by.flatMap((approval) => approval.user ?? [])) {
    const { bot } = readAnswer(accountSchema, await users.show(approver.id), "GitLab", "a user");
    if (bot === true || looksLikeBot(approver.username)) bots.add(approver.id);
  }
  const author = merge.author?.id ?? null;
  const approved = given.approved_by.map(({ user: by, approved_at: at }): Review => ({
    reviewer: by?.username ?? "ghost",
    state: "approved",
    at: null,
    commit: at === null || at === undefined ? null : commitAt(at, versions),
    byAuthor: by !== null && by.id === author,
    standing: by === null ? "gone" : bots.has(by.id) ? "bot" : "person",
    detail: null,
  }));
  // Approving takes an objection back there, so whoever is among the reviewers with one holds it still.
  const objections = reviewers
    .filter(({ state }) => state === "requested_changes")
    .map(({ user: by }): Review => ({
      reviewer: by?.username ?? "ghost",
      state: "changes-requested",
      at: null,
      commit: null,
      byAuthor: false,
      standing: "person",
      detail: null,
    }));
  const unapprovedOwners = codeOwners ? await missingOwnersOf(client, project, iid) : null;
  return { change, head: merge.sha, reviews: [...approved, ...objections], unapprovedOwners };
}

/** Access tokens of projects and groups act as users of these names, which people can't have chosen. */
function looksLikeBot(username: string): boolean {
  return /^(project|group)_\d+_bot(_|$)/.test(username) || /^service_account_/.test(username);
}

/** The head of the version that was the newest one at a time. */
function commitAt(at: string, versions: z.infer<typeof versionsSchema>): string | null {
  const time = Date.parse(at);
  const earlier = versions.filter(({ created_at: created }) => Date.parse(created) <= time);
  const newest = earlier.sort((one, other) => Date.parse(other.created_at) - Date.parse(one.created_at))[0];
  return newest?.head_commit_sha ?? null;
}

/** GitLab judges its own CODEOWNERS, with sections and groups. */
async function missingOwnersOf({ approvals }: GitlabClient, project: string, iid: number): Promise<readonly string[]> {
  const state = readAnswer(approvalStateSchema, await approvals.showApprovalState(project, iid), "GitLab", "an approval state");
  return state.rules.flatMap(({ name, rule_type: type, approved }) => (type === "code_owner" && !approved ? [name] : []));
}
