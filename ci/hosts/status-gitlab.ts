/** A commit status on GitLab, which becomes a job of the pipeline: https://docs.gitlab.com/api/commits/#commit-status */
import * as z from "zod/mini";
import { isHttp } from "../reviews/github-client.ts";
import { gitlabClient, gitlabPlace } from "../reviews/gitlab-client.ts";
import { failureOf, hostError, setupError } from "../reviews/host-failure.ts";
import { hostFetch } from "../reviews/host-fetch.ts";
import { readAnswer, type Patience } from "../reviews/host-reviews.ts";
import type { Env } from "../trigger/git.ts";
import type { Sent, Status } from "./status.ts";

const statusesSchema = z.array(z.object({ name: z.string(), status: z.string(), description: z.nullish(z.string()) }));

/** GitLab lists the newest status of each name, unless it is asked for all. */
export async function gitlabStatus({ context, passed, description, sha }: Status, env: Env, patience: Patience): Promise<Sent> {
  const place = gitlabPlace(env, "status");
  if (!place.ok) return { error: place.error };
  const project = env["CI_PROJECT_ID"] ?? "";
  if (!/^\d{1,15}$/.test(project))
    return { error: setupError("status", "CI_PROJECT_ID does not name a project", "GitLab CI sets it itself") };
  const state = passed ? "success" : "failed";
  try {
    const { commits } = await gitlabClient(place.place, hostFetch({ host: "GitLab", ...patience }));
    const answer = await commits.allStatuses(project, sha, { name: context });
    const shown = readAnswer(statusesSchema, answer, "GitLab", "a list of statuses").find(({ name }) => name === context);
    if (shown?.status === state && shown.description === description) return { unchanged: true };
    await commits.editStatus(project, sha, state, { name: context, description, ...inPipeline(sha, env), ...link(env) });
    return { unchanged: false };
  } catch (error) {
    return { error: hostError(failureOf(error, "GitLab"), "GitLab", "status") };
  }
}

/** A pipeline takes statuses of its own commit only; of a merged result that is another than the branch's newest. */
function inPipeline(sha: string, env: Env): { pipelineId?: number } {
  const id = env["CI_PIPELINE_ID"] ?? "";
  return env["CI_COMMIT_SHA"] === sha && /^\d{1,15}$/.test(id) ? { pipelineId: Number(id) } : {};
}

function link(env: Env): { targetUrl?: string } {
  const url = env["CI_JOB_URL"] ?? env["CI_PIPELINE_URL"] ?? "";
  return isHttp(url) ? { targetUrl: url } : {};
}
