/** A host's API for tests: a real HTTP server that answers as the hosts document it, and remembers what it was asked. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import type { Trigger } from "../../ci/trigger/trigger.ts";
import { trigger } from "../plan/examples.ts";

export interface Asked {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage["headers"];
  readonly body: unknown;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON; a text as it is. */
  readonly body?: unknown;
}

/** `hang`: never answers. `cut`: ends the connection in the middle of the body. */
export type Route = Answer | "hang" | "cut" | ((asked: Asked) => Answer | "hang" | "cut");

export interface Server {
  readonly url: string;
  readonly asked: Asked[];
  /** By "METHOD /path"; what has no route is answered 404, as the hosts do. */
  readonly routes: Record<string, Route>;
}

export async function server(routes: Record<string, Route> = {}): Promise<Server> {
  const asked: Asked[] = [];
  const http = createServer((request, response) => void handle(request, response, routes, asked));
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  });
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, asked, routes };
}

async function handle(request: IncomingMessage, response: ServerResponse, routes: Record<string, Route>, asked: Asked[]) {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  const url = new URL(request.url ?? "/", "http://host");
  const one: Asked = {
    method: request.method ?? "",
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: request.headers,
    body: text === "" ? null : JSON.parse(text),
  };
  asked.push(one);
  const found = routes[`${one.method} ${one.path}`] ?? { status: 404, body: { message: "Not Found" } };
  const answer = typeof found === "function" ? found(one) : found;
  if (answer === "hang") return;
  if (answer === "cut") {
    response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
    response.write(`[{"id": 1,`);
    setTimeout(() => response.destroy(), 20);
    return;
  }
  const { status = 200, headers = {}, body = {} } = answer;
  const plain = typeof body === "string";
  response.writeHead(status, { "content-type": plain ? "text/html" : "application/json; charset=utf-8", ...headers });
  response.end(plain ? body : JSON.stringify(body));
}

export const head = "a".repeat(40);
export const older = "b".repeat(40);

export const patient = { deadlineMs: 8000, pauseMs: 5, signal: new AbortController().signal } as const;

export function pullRequest(changes: Partial<Trigger> = {}): Trigger {
  return trigger({
    host: "github",
    event: "pull-request",
    target: "development",
    sha: "c".repeat(40), // what GitHub checks out is a merge
    pullRequest: { id: "12", title: "x", fromFork: false, headSha: head },
    ...changes,
  });
}

export const mergeRequest = (changes: Partial<Trigger> = {}): Trigger => pullRequest({ host: "gitlab", sha: head, ...changes });

export const githubEnv = (url: string) => ({
  GITHUB_ACTIONS: "true",
  GITHUB_TOKEN: "secret-token",
  GITHUB_REPOSITORY: "team/shop",
  GITHUB_API_URL: url,
});

export const gitlabEnv = (url: string) => ({
  GITLAB_CI: "true",
  GITLAB_TOKEN: "secret-token",
  CI_PROJECT_ID: "7",
  CI_MERGE_REQUEST_PROJECT_ID: "7",
  CI_API_V4_URL: `${url}/api/v4`,
});

let ids = 100;
const idOf = new Map<string, number>();

/** An account has the same number wherever it appears. */
function numberOf(login: string): number {
  const known = idOf.get(login) ?? (ids += 1);
  idOf.set(login, known);
  return known;
}

export function githubUser(login: string, type = "User"): Record<string, unknown> {
  return { login, id: numberOf(login), node_id: "MDQ6VXNlcjE=", type, site_admin: false };
}

export function githubReview(login: string, state: string, changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: (ids += 1),
    node_id: "MDE3OlB1bGxSZXF1ZXN0UmV2aWV3ODA=",
    user: githubUser(login),
    body: "",
    state,
    html_url: "https://github.com/team/shop/pull/12#pullrequestreview-80",
    submitted_at: "2026-01-01T10:00:00Z",
    commit_id: head,
    author_association: "COLLABORATOR",
    ...changes,
  };
}

const pull = "/repos/team/shop/pulls/12";

/** A pull request of ann's, with these reviews; everybody may write but who is in `readers`. */
export function github(reviews: readonly Record<string, unknown>[], readers: readonly string[] = []): Record<string, Route> {
  const people = ["ann", "bo", "cy", "dee", "eve"];
  const rights = people.map((login): [string, Route] => [
    `GET /repos/team/shop/collaborators/${login}/permission`,
    { body: { permission: readers.includes(login) ? "read" : "write", role_name: "any", user: githubUser(login) } },
  ]);
  return {
    [`GET ${pull}`]: { body: { number: 12, state: "open", user: githubUser("ann"), head: { ref: "feature/x", sha: head } } },
    [`GET ${pull}/reviews`]: ({ query }) => {
      const size = Number(query["per_page"] ?? 30);
      const page = Number(query["page"] ?? 1);
      return { body: reviews.slice((page - 1) * size, page * size) };
    },
    ...Object.fromEntries(rights),
  };
}

export function gitlabUser(username: string): Record<string, unknown> {
  return { id: numberOf(username), username, name: username, state: "active", avatar_url: null, web_url: "" };
}

export function approval(username: string, at: string | null = "2026-01-02T10:00:00.000Z"): Record<string, unknown> {
  return { user: gitlabUser(username), ...(at === null ? {} : { approved_at: at }) };
}

const merge = "/api/v4/projects/7/merge_requests/12";

/** A merge request of ann's, whose newest commit arrived on 2 January. */
export function gitlab(
  approvedBy: readonly Record<string, unknown>[],
  reviewers: readonly Record<string, unknown>[] = [],
): Record<string, Route> {
  const people = ["ann", "bo", "cy", "dee", "eve", "helper"].map((name): [string, Route] => [
    `GET /api/v4/users/${numberOf(name)}`,
    { body: { ...gitlabUser(name), bot: name === "helper" } },
  ]);
  return {
    [`GET ${merge}`]: { body: { id: 1, iid: 12, project_id: 7, state: "opened", author: gitlabUser("ann"), sha: head } },
    [`GET ${merge}/approvals`]: { body: { id: 1, iid: 12, approvals_required: 0, approvals_left: 0, approved_by: approvedBy } },
    [`GET ${merge}/reviewers`]: { body: reviewers },
    [`GET ${merge}/versions`]: {
      body: [
        { id: 2, head_commit_sha: head, base_commit_sha: older, created_at: "2026-01-02T00:00:00.000Z", state: "collected" },
        { id: 1, head_commit_sha: older, base_commit_sha: older, created_at: "2026-01-01T00:00:00.000Z", state: "collected" },
      ],
    },
    ...Object.fromEntries(people),
  };
}

export function reviewer(username: string, state: string): Record<string, unknown> {
  return { user: gitlabUser(username), state, created_at: "2026-01-01T00:00:00.000Z" };
}
