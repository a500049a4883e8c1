/** A commit status on GitHub: https://docs.github.com/en/rest/commits/statuses */
import * as z from "zod/mini";
import { githubClient, githubRepository, isHttp } from "../reviews/github-client.ts";
import { failureOf, hostError } from "../reviews/host-failure.ts";
import { hostFetch } from "../reviews/host-fetch.ts";
import { readAnswer, type Patience } from "../reviews/host-reviews.ts";
import type { Env } from "../trigger/git.ts";
import type { Sent, Status } from "./status.ts";

const statusesSchema = z.array(z.object({ context: z.string(), state: z.string(), description: z.nullish(z.string()) }));

/** The newest status of a name counts; one that says the same is not sent again, since a commit takes 1000 of a name. */
export async function githubStatus({ context, passed, description, sha }: Status, env: Env, patience: Patience): Promise<Sent> {
  const place = githubRepository(env, "status");
  if (!place.ok) return { error: place.error };
  const { owner, repo } = place.repository;
  const state = passed ? "success" : "failure";
  try {
    const client = await githubClient(place.repository, hostFetch({ host: "GitHub", ...patience }));
    const where = { owner, repo, ref: sha, per_page: 100 };
    const { data } = await client.request("GET /repos/{owner}/{repo}/commits/{ref}/statuses", where);
    const shown = readAnswer(statusesSchema, data, "GitHub", "a list of statuses").find((status) => status.context === context);
    if (shown?.state === state && shown.description === description) return { unchanged: true };
    const target = runUrl(env);
    await client.request("POST /repos/{owner}/{repo}/statuses/{sha}", {
      ...{ owner, repo, sha, state, context, description },
      ...(target === null ? {} : { target_url: target }),
    });
    return { unchanged: false };
  } catch (error) {
    return { error: hostError(failureOf(error, "GitHub"), "GitHub", "status") };
  }
}

function runUrl(env: Env): string | null {
  const { GITHUB_SERVER_URL: server = "", GITHUB_REPOSITORY: repository = "", GITHUB_RUN_ID: run = "" } = env;
  return isHttp(server) && repository !== "" && /^\d+$/.test(run) ? `${server}/${repository}/actions/runs/${run}` : null;
}
