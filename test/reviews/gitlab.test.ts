import { describe, expect, it } from "vitest";
import { verdictOf, type Judging } from "./judge.ts";
import { approval, gitlab, gitlabEnv, gitlabUser, head, mergeRequest, older, reviewer, server, type Route } from "./server.ts";

async function judged(routes: Record<string, Route>, rest: Partial<Judging> = {}) {
  const host = await server(routes);
  const verdict = await verdictOf({ trigger: mergeRequest(), env: gitlabEnv(host.url), ...rest });
  return { ...verdict, host };
}

const merge = "GET /api/v4/projects/7/merge_requests/12";

describe("approvals on GitLab", () => {
  it("passes with one that came after the newest commit", async () => {
    const { text, exitCode, host } = await judged(gitlab([approval("bo")]));
    expect(text).toBe("pass: 1 of 1 approvals of aaaaaaaaaaaa: bo");
    expect(exitCode).toBe(0);
    expect(new Set(host.asked.map(({ headers }) => headers["private-token"]))).toEqual(new Set(["secret-token"]));
  });

  const uncounted: readonly [string, Record<string, unknown>[], string][] = [
    ["none", [], "has 0 of 1 approvals →"],
    ["one from before the newest commit", [approval("bo", "2026-01-01T12:00:00.000Z")], "bo (of bbbbbbbbbbbb, an older commit)"],
    ["one from before all that is known", [approval("bo", "2025-01-01T12:00:00.000Z")], "bo (of nobody knows which commit)"],
    ["one whose time nobody says", [approval("bo", null)], "bo (of nobody knows which commit)"],
    ["one's own", [approval("ann")], "ann (wrote the change)"],
    ["a bot's", [approval("helper")], "helper (a bot)"],
    ["of who is gone", [{ user: null, approved_at: "2026-01-02T10:00:00.000Z" }], "ghost (no user any more)"],
  ];
  it.each(uncounted)("does not count %s", async (_name, given, said) => {
    const { text, exitCode } = await judged(gitlab(given));
    expect(text).toContain("fail: reviews.missing: merge request 12 on GitLab has 0 of 1 approvals");
    expect(text).toContain(said);
    expect(exitCode).toBe(3);
  });

  it("knows a project's token by its name, where GitLab does not call it a bot", async () => {
    const name = "project_7_bot_3f2a";
    const routes = gitlab([approval(name)]);
    routes[`GET /api/v4/users/${String(gitlabUser(name)["id"])}`] = { body: gitlabUser(name) };
    expect((await judged(routes)).text).toContain(`${name} (a bot)`);
  });

  it("hears who asked for changes", async () => {
    const { text, exitCode } = await judged(
      gitlab([approval("bo")], [reviewer("bo", "approved"), reviewer("cy", "requested_changes")]),
    );
    expect(text).toContain("fail: reviews.changes-requested: merge request 12 on GitLab: cy asked for changes");
    expect(exitCode).toBe(3);
    expect((await judged(gitlab([approval("bo")], [reviewer("bo", "requested_changes")]))).text).toContain(
      "bo asked for changes",
    );
    expect((await judged(gitlab([approval("bo")], [reviewer("cy", "unreviewed"), reviewer("dee", "reviewed")]))).text).toContain(
      "pass",
    );
  });

  it("reads every page of versions", async () => {
    const routes = gitlab([approval("bo")]);
    const host = await server(routes);
    const version = (index: number, sha: string) => ({
      id: index,
      head_commit_sha: sha,
      created_at: `2026-01-0${index}T00:00:00.000Z`,
    });
    routes[`${merge}/versions`] = ({ query }) =>
      query["page"] === "2"
        ? { body: [version(2, head)] }
        : {
            body: [version(1, older)],
            headers: { link: `<${host.url}/api/v4/projects/7/merge_requests/12/versions?page=2&per_page=1>; rel="next"` },
          };
    expect((await verdictOf({ trigger: mergeRequest(), env: gitlabEnv(host.url) })).text).toContain("pass");
    expect(host.asked.filter(({ path }) => path.endsWith("/versions")).map(({ query }) => query["page"])).toEqual([
      undefined,
      "2",
    ]);
  });

  it("asks GitLab itself for code owners", async () => {
    const rule = (approved: boolean) => ({ id: 1, name: "[Backend] *.rb", rule_type: "code_owner", approved });
    const any = { id: 2, name: "All Members", rule_type: "any_approver", approved: false };
    const routes = (approved: boolean) => ({
      ...gitlab([approval("bo")]),
      [`${merge}/approval_state`]: { body: { rules: [rule(approved), any] } },
    });
    const review = { codeOwners: true };
    expect((await judged(routes(false), { review })).text).toContain(
      "reviews.owners: merge request 12 on GitLab lacks the approval of code owners: [Backend] *.rb",
    );
    expect((await judged(routes(true), { review })).text).toContain("pass");
    expect((await judged(gitlab([approval("bo")]), { review })).text).toContain("reviews.not-found");
  });

  it("asks the target's project about a fork's merge request", async () => {
    const host = await server(gitlab([approval("bo")]));
    const env = { ...gitlabEnv(host.url), CI_PROJECT_ID: "99" };
    expect((await verdictOf({ trigger: mergeRequest(), env })).text).toContain("pass");
  });

  it("keeps the path below which GitLab lives", async () => {
    const routes = Object.fromEntries(
      Object.entries(gitlab([approval("bo")])).map(([route, answer]) => [route.replace(" /api", " /git/api"), answer]),
    );
    const host = await server(routes);
    expect((await verdictOf({ trigger: mergeRequest(), env: gitlabEnv(`${host.url}/git`) })).text).toContain("pass");
  });
});

describe("a GitLab that does not say", () => {
  const approvals = `${merge}/approvals`;
  const failing: readonly [string, Record<string, Route>, string][] = [
    [
      "401",
      { [approvals]: { status: 401, body: { message: "401 Unauthorized" } } },
      "reviews.unauthorized: GitLab answered 401 to GET /api/v4/projects/7/merge_requests/12/approvals: 401 Unauthorized",
    ],
    ["403", { [approvals]: { status: 403, body: { message: "403 Forbidden" } } }, "reviews.forbidden"],
    ["404", { [approvals]: { status: 404, body: { message: "404 Not found" } } }, "reviews.not-found"],
    ["an error in its other form", { [approvals]: { status: 403, body: { error: "insufficient_scope" } } }, "insufficient_scope"],
    ["a page of HTML", { [approvals]: { body: "<html>" } }, "reviews.malformed"],
    [
      "JSON that is cut short",
      { [approvals]: { body: "{", headers: { "content-type": "application/json" } } },
      "reviews.malformed",
    ],
    ["something else", { [approvals]: { body: [] } }, "reviews.malformed: GitLab's answer is not a list of approvals"],
    [
      "a second page that is no list",
      {
        [`${merge}/reviewers`]: ({ query }) =>
          query["page"] === "2" ? { body: { a: 1 } } : { body: [], headers: { link: `<http://x/?page=2>; rel="next"` } },
      },
      "reviews.malformed",
    ],
    [
      "no commit",
      { [merge]: { body: { author: gitlabUser("ann"), sha: null } } },
      "reviews.malformed: merge request 12 on GitLab has no commit",
    ],
    ["an end in the middle", { [approvals]: "cut" }, "reviews.network"],
    ["a redirect", { [approvals]: { status: 302, headers: { location: "https://example.org" } } }, "reviews.redirected"],
    ["no users", { [`GET /api/v4/users/${String(gitlabUser("bo")["id"])}`]: { status: 403, body: {} } }, "reviews.forbidden"],
  ];
  it.each(failing)("%s", async (_name, routes, said) => {
    const { text, exitCode } = await judged({ ...gitlab([approval("bo")]), ...routes });
    expect(text).toContain("fail: reviews.");
    expect(text).toContain(said);
    expect(exitCode).toBe(4);
    expect(text).not.toContain("secret-token");
  });

  it.each([
    ["500", { status: 500, body: { message: "500 Internal Server Error" } }, 2, "reviews.server"],
    ["502", { status: 502, body: "<html>" }, 2, "reviews.server"],
    ["429", { status: 429, body: "Retry later" }, 1, "reviews.rate-limited"],
    ["429 with a short pause", { status: 429, body: "Retry later", headers: { "retry-after": "0" } }, 2, "reviews.rate-limited"],
    ["429 with a long pause", { status: 429, body: "Retry later", headers: { "retry-after": "60" } }, 1, "reviews.rate-limited"],
  ] as const)("%s is asked again once at most, whatever the library would do", async (_name, answer, times, said) => {
    const { text, exitCode, host } = await judged({ ...gitlab([approval("bo")]), [approvals]: answer });
    expect(text).toContain(said);
    expect(exitCode).toBe(4);
    expect(host.asked.filter(({ path }) => path.endsWith("/approvals"))).toHaveLength(times);
  });

  it("an answer that does not come", async () => {
    const { text, exitCode } = await judged({ ...gitlab([approval("bo")]), [approvals]: "hang" }, { deadlineMs: 1000 });
    expect(text).toContain(
      "reviews.timeout: GitLab did not answer GET /api/v4/projects/7/merge_requests/12/approvals within 1 s",
    );
    expect(exitCode).toBe(4);
  });

  it("says what a job's token may not do", async () => {
    const host = await server({ ...gitlab([approval("bo")]), [approvals]: { status: 403, body: { message: "403 Forbidden" } } });
    const env = { ...gitlabEnv(host.url), GITLAB_TOKEN: "", CI_JOB_TOKEN: "job-token" };
    const { text } = await verdictOf({ trigger: mergeRequest(), env });
    expect(text).toContain("a job token (CI_JOB_TOKEN) may not read approvals");
    expect(host.asked[0]?.headers["job-token"]).toBe("job-token");
    expect(host.asked[0]?.headers["private-token"]).toBeUndefined();
  });

  it.each([
    [{ GITLAB_TOKEN: "" }, "neither GITLAB_TOKEN nor CI_JOB_TOKEN is set"],
    [{ CI_API_V4_URL: "" }, "CI_API_V4_URL is not the URL of GitLab's API"],
    [{ CI_API_V4_URL: "https://gitlab.example.org" }, "CI_API_V4_URL is not the URL of GitLab's API"],
    [{ CI_MERGE_REQUEST_PROJECT_ID: "x/y" }, "GitLab does not say which merge request this is"],
  ])("is not even asked without what it takes: %j", async (env, said) => {
    const host = await server(gitlab([approval("bo")]));
    const { text } = await verdictOf({ trigger: mergeRequest(), env: { ...gitlabEnv(host.url), ...env } });
    expect(text).toContain(`fail: reviews.setup: ${said}`);
    expect(host.asked).toEqual([]);
  });

  it("a change that has moved on", async () => {
    const trigger = mergeRequest({ pullRequest: { id: "12", title: null, fromFork: false, headSha: older } });
    expect((await judged(gitlab([approval("bo")]), { trigger })).text).toContain("has moved on");
  });
});
