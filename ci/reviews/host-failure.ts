/** How asking a host can fail, and what a person does about each. A host that did not answer has not said yes. */
import { visible } from "../config/problem.ts";
import { infrastructureError, messageOf, type WeirError } from "../errors.ts";

export type HostName = "GitHub" | "GitLab";

/** What Weir asks a host for: it decides which right is missing where the host refuses. */
export type Need = "reviews" | "status";

export type HostFailureKind =
  | "unauthorized"
  | "forbidden"
  | "not-found"
  | "rate-limited"
  | "refused"
  | "server"
  | "timeout"
  | "network"
  | "redirected"
  | "malformed"
  | "interrupted";

/** Thrown through the hosts' own client libraries, whose way of failing is to throw; `failureOf` finds it again. */
export class HostFailure extends Error {
  override readonly name = "HostFailure";
  constructor(
    readonly kind: HostFailureKind,
    message: string,
    /** When a rate limit ends, where the host says it. */
    readonly until: Date | null = null,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The failure in what a client library threw; anything else that it threw is an answer that it could not read. */
export function failureOf(error: unknown, host: HostName): HostFailure {
  for (let found = error, depth = 0; found instanceof Error && depth < 5; found = found.cause, depth += 1)
    if (found instanceof HostFailure) return found;
  return new HostFailure("malformed", `${host}'s answer can't be read: ${visible(messageOf(error).slice(0, 200))}`, null, {
    cause: error,
  });
}

/** The failure as a user meets it. */
export function hostError(failure: HostFailure, host: HostName, need: Need): WeirError {
  return infrastructureError(`${need}.${failure.kind}`, failure.message, remedyOf(failure, host, need), failure);
}

/** No token, or a variable of the host that is missing or wrong. */
export function setupError(need: Need, message: string, remedy: string): WeirError {
  return infrastructureError(`${need}.setup`, message, remedy);
}

export const rights: Readonly<Record<HostName, Readonly<Record<Need, string>>>> = {
  GitHub: {
    reviews: "give the job `permissions: pull-requests: read` and the step `GITHUB_TOKEN: ${{ github.token }}`",
    status: "give the job `permissions: statuses: write`; a pull request from a fork never has it",
  },
  GitLab: {
    reviews:
      "set GITLAB_TOKEN to a project access token with the scope read_api: a job token (CI_JOB_TOKEN) may not read approvals",
    status: "set GITLAB_TOKEN to a project access token with the scope api and the role Developer: a job token may not do it",
  },
};

function remedyOf({ kind, until }: HostFailure, host: HostName, need: Need): string {
  switch (kind) {
    case "unauthorized":
      return `the token is wrong or has expired; ${rights[host][need]}`;
    case "forbidden":
      return rights[host][need];
    case "not-found":
      return `${host} also says so where a token has too few rights; ${rights[host][need]}`;
    case "rate-limited":
      return `repeat the job ${until === null ? "later" : `after ${until.toISOString().slice(0, 19)}Z`}: the change is not at fault`;
    case "server":
      return `repeat the job once ${host} is well again: the change is not at fault`;
    case "timeout":
    case "network":
      return `see that this machine reaches ${host}'s API, then repeat the job: the change is not at fault`;
    case "redirected":
    case "malformed":
      return host === "GitHub"
        ? "see that GITHUB_API_URL is GitHub's API and that no proxy answers in its place"
        : "see that CI_API_V4_URL is GitLab's API and that no proxy answers in its place";
    case "refused":
      return `${host}'s message says what it does not take`;
    case "interrupted":
      return "repeat the job";
  }
}
