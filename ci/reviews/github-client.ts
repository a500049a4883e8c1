/** Octokit, loaded when it is needed, and where it speaks to. */
import type { Octokit } from "@octokit/core";
import type { WeirError } from "../errors.ts";
import type { Env } from "../trigger/git.ts";
import { version } from "../version.ts";
import { rights, setupError, type Need } from "./host-failure.ts";

export type GithubClient = Octokit;

export interface GithubRepository {
  readonly owner: string;
  readonly repo: string;
  readonly api: string;
  readonly token: string;
}

export type GithubPlace =
  { readonly ok: true; readonly repository: GithubRepository } | { readonly ok: false; readonly error: WeirError };

/** From GitHub's variables; GITHUB_API_URL names an Enterprise Server's API. */
export function githubRepository(env: Env, need: Need): GithubPlace {
  const token = env["GITHUB_TOKEN"] ?? "";
  const api = env["GITHUB_API_URL"] ?? "https://api.github.com";
  const [, owner = "", repo = ""] = /^([A-Za-z0-9._-]+)\/([A-Za-z0-9._-]+)$/.exec(env["GITHUB_REPOSITORY"] ?? "") ?? [];
  if (token === "") return { ok: false, error: setupError(need, "GITHUB_TOKEN is not set", rights.GitHub[need]) };
  if (owner === "")
    return {
      ok: false,
      error: setupError(need, "GITHUB_REPOSITORY does not name a repository", "GitHub Actions sets it to owner/name"),
    };
  if (!isHttp(api))
    return {
      ok: false,
      error: setupError(need, "GITHUB_API_URL is not a URL of http or https", "GitHub Actions sets it itself"),
    };
  return { ok: true, repository: { owner, repo, api: api.replace(/\/+$/, ""), token } };
}

export function isHttp(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}

/** Says nothing itself: what it would print is in the failures. */
export async function githubClient({ api, token }: GithubRepository, ask: typeof fetch): Promise<GithubClient> {
  const { Octokit } = await import("@octokit/core");
  const silent = () => undefined;
  return new Octokit({
    baseUrl: api,
    auth: token,
    userAgent: `weir/${version}`,
    request: { fetch: ask },
    log: { debug: silent, info: silent, warn: silent, error: silent },
  });
}
