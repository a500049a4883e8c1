/** Gitbeaker, loaded when it is needed, and where it speaks to. Its own ten repetitions without a pause are left out. */
import type { Commits, MergeRequestApprovals, MergeRequests, Users } from "@gitbeaker/rest";
import type { WeirError } from "../errors.ts";
import type { Env } from "../trigger/git.ts";
import { isHttp } from "./github-client.ts";
import { rights, setupError, type Need } from "./host-failure.ts";

export interface GitlabClient {
  readonly mergeRequests: MergeRequests;
  readonly approvals: MergeRequestApprovals;
  readonly users: Users;
  readonly commits: Commits;
}

export interface GitlabPlace {
  /** GitLab's address, without /api/v4. */
  readonly host: string;
  readonly token: { readonly token: string } | { readonly jobToken: string };
}

export type GitlabPlaceResult =
  { readonly ok: true; readonly place: GitlabPlace } | { readonly ok: false; readonly error: WeirError };

export function gitlabPlace(env: Env, need: Need): GitlabPlaceResult {
  const [token, jobToken, api] = [env["GITLAB_TOKEN"] ?? "", env["CI_JOB_TOKEN"] ?? "", env["CI_API_V4_URL"] ?? ""];
  const host = /^(.*?)\/api\/v4\/*$/.exec(api)?.[1] ?? "";
  if (token === "" && jobToken === "")
    return { ok: false, error: setupError(need, "neither GITLAB_TOKEN nor CI_JOB_TOKEN is set", rights.GitLab[need]) };
  if (!isHttp(host)) {
    const message = "CI_API_V4_URL is not the URL of GitLab's API";
    return { ok: false, error: setupError(need, message, "GitLab CI sets it, such as https://gitlab.example.org/api/v4") };
  }
  return { ok: true, place: { host, token: token === "" ? { jobToken } : { token } } };
}

export async function gitlabClient({ host, token }: GitlabPlace, ask: typeof fetch): Promise<GitlabClient> {
  const [rest, { createRequesterFn }] = await Promise.all([import("@gitbeaker/rest"), import("@gitbeaker/requester-utils")]);
  const requesterFn = createRequesterFn(
    (_service, options) => Promise.resolve(options),
    async (endpoint, options) => {
      // What createRequesterFn hands on, which its type does not say.
      const { prefixUrl, searchParams, method, headers, body } = options as unknown as RequestParts;
      const url = new URL(endpoint, prefixUrl.endsWith("/") ? prefixUrl : `${prefixUrl}/`);
      url.search = searchParams ?? "";
      const answer = await ask(url, { method, headers, body: body ?? null });
      const text = await answer.text();
      return {
        body: (text === "" ? {} : JSON.parse(text)) as Record<string, unknown>,
        headers: Object.fromEntries(answer.headers),
        status: answer.status,
      };
    },
  );
  const options = { host, requesterFn, ...token };
  return {
    mergeRequests: new rest.MergeRequests(options),
    approvals: new rest.MergeRequestApprovals(options),
    users: new rest.Users(options),
    commits: new rest.Commits(options),
  };
}

interface RequestParts {
  readonly prefixUrl: string;
  readonly searchParams?: string;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
}
