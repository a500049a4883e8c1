import { describe, expect, it } from "vitest";
import { verdictOf, type Judging } from "./judge.ts";
import { github, githubEnv, githubReview, githubUser, head, older, pullRequest, server, type Route } from "./server.ts";

async function judged(routes: Record<string, Route>, rest: Partial<Judging> = {}) {
  const host = await server(routes);
  const verdict = await verdictOf({ trigger: pullRequest(), env: githubEnv(host.url), ...rest });
  return { ...verdict, host };
}

const reviews = "GET /repos/team/shop/pulls/12/reviews";

describe("reviews on GitHub that count", () => {
  it("passes with an approval of the newest commit", async () => {
    const { text, exitCode, host } = await judged(github([githubReview("bo", "APPROVED")]));
    expect(text).toBe("pass: 1 of 1 approvals of aaaaaaaaaaaa: bo");
    expect(exitCode).toBe(0);
    expect(host.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "GET /repos/team/shop/pulls/12",
      "GET /repos/team/shop/pulls/12/reviews",
      "GET /repos/team/shop/collaborators/bo/permission",
    ]);
    expect(new Set(host.asked.map(({ headers }) => headers.authorization))).toEqual(new Set(["token secret-token"]));
  });

  it("takes each reviewer's last word, and a comment for none", async () => {
    const { text } = await judged(
      github([
        githubReview("bo", "CHANGES_REQUESTED", { submitted_at: "2026-01-01T10:00:00Z", commit_id: older }),
        githubReview("bo", "APPROVED", { submitted_at: "2026-01-01T11:00:00Z" }),
        githubReview("bo", "COMMENTED", { submitted_at: "2026-01-01T12:00:00Z" }),
      ]),
    );
    expect(text).toBe("pass: 1 of 1 approvals of aaaaaaaaaaaa: bo");
  });

  it("counts a reviewer once", async () => {
    const routes = github([githubReview("bo", "APPROVED"), githubReview("bo", "APPROVED"), githubReview("BO", "APPROVED")]);
    routes["GET /repos/team/shop/collaborators/BO/permission"] = { body: { permission: "write" } };
    expect((await judged(routes, { review: { approvals: 2 } })).text).toContain("has 1 of 2 approvals");
  });

  it("reads every page", async () => {
    const many = Array.from({ length: 250 }, (_, index) => githubReview("cy", "COMMENTED", { id: index }));
    const { text, host } = await judged(github([...many, githubReview("bo", "APPROVED")]));
    expect(text).toContain("pass: 1 of 1");
    expect(host.asked.filter(({ path }) => path.endsWith("/reviews")).map(({ query }) => query["page"])).toEqual(["1", "2", "3"]);
  });

  it("finds an objection on the last page", async () => {
    const many = Array.from({ length: 200 }, () => githubReview("bo", "APPROVED"));
    const { text } = await judged(github([...many, githubReview("cy", "CHANGES_REQUESTED")]));
    expect(text).toContain("reviews.changes-requested: pull request 12 on GitHub: cy asked for changes");
  });

  it("counts a stale approval and one's own where weir.yaml says so", async () => {
    const stale = github([githubReview("bo", "APPROVED", { commit_id: older })]);
    expect((await judged(stale, { review: { dismissStale: false } })).text).toContain("pass");
    const own = github([githubReview("ann", "APPROVED")]);
    expect((await judged(own, { review: { countSelf: true } })).text).toContain("pass");
  });

  it("asks for more where the target does", async () => {
    const trigger = pullRequest({ ref: "refs/heads/hotfix/x", branch: "hotfix/x", target: "main" });
    const review = { targets: { main: { approvals: 2 } } };
    const one = await judged(github([githubReview("bo", "APPROVED")]), { trigger, review });
    expect(one.text).toContain("has 1 of 2 approvals: bo");
    const two = await judged(github([githubReview("bo", "APPROVED"), githubReview("cy", "APPROVED")]), { trigger, review });
    expect(two.text).toBe("pass: 2 of 2 approvals of aaaaaaaaaaaa: bo, cy");
    const development = await judged(github([githubReview("bo", "APPROVED")]), { review });
    expect(development.text).toContain("pass");
  });

  it("knows the pull request of a merge queue's branch", async () => {
    const host = await server(github([githubReview("bo", "APPROVED")]));
    const env = { ...githubEnv(host.url), GITHUB_REF: `refs/heads/gh-readonly-queue/main/pr-12-${older}` };
    const trigger = pullRequest({ ref: null, branch: null, pullRequest: null });
    expect((await verdictOf({ trigger, env })).text).toContain("pass: 1 of 1");
    const elsewhere = { ...env, GITHUB_REF: "refs/heads/pr-12" };
    expect((await verdictOf({ trigger, env: elsewhere })).text).toContain("GitHub does not say which pull request this is");
  });
});

describe("reviews on GitHub that do not count", () => {
  const cases: readonly [string, Record<string, unknown>[], string][] = [
    ["none at all", [], "has 0 of 1 approvals →"],
    ["a comment", [githubReview("bo", "COMMENTED")], "has 0 of 1 approvals →"],
    ["one that is not sent yet", [githubReview("bo", "PENDING", { submitted_at: undefined })], "has 0 of 1 approvals →"],
    [
      "a stale approval",
      [githubReview("bo", "APPROVED", { commit_id: older })],
      "not counted: bo (of bbbbbbbbbbbb, an older commit)",
    ],
    ["of no commit", [githubReview("bo", "APPROVED", { commit_id: null })], "not counted: bo (of nobody knows which commit)"],
    ["one's own", [githubReview("ann", "APPROVED")], "not counted: ann (wrote the change)"],
    ["dismissed", [githubReview("bo", "DISMISSED")], "has 0 of 1 approvals →"],
    [
      "a bot's",
      [githubReview("lint[bot]", "APPROVED", { user: githubUser("lint[bot]", "Bot") })],
      "not counted: lint[bot] (a bot)",
    ],
    [
      "a machine account's",
      [githubReview("org", "APPROVED", { user: githubUser("org", "Organization") })],
      "not counted: org (a bot)",
    ],
    ["of who is gone", [githubReview("bo", "APPROVED", { user: null })], "not counted: ghost (no user any more)"],
  ];
  it.each(cases)("%s", async (_name, given, said) => {
    const { text, exitCode } = await judged(github(given));
    expect(text).toContain("fail: reviews.missing: pull request 12 on GitHub has 0 of 1 approvals");
    expect(text).toContain(said);
    expect(exitCode).toBe(3);
  });

  it("not of who may only read the repository", async () => {
    const { text } = await judged(github([githubReview("bo", "APPROVED")], ["bo"]));
    expect(text).toContain("not counted: bo (may not write to the repository)");
  });

  it("an approval that was taken back", async () => {
    const { text } = await judged(
      github([
        githubReview("bo", "APPROVED", { submitted_at: "2026-01-01T10:00:00Z" }),
        githubReview("bo", "DISMISSED", { submitted_at: "2026-01-01T11:00:00Z" }),
      ]),
    );
    expect(text).toContain("has 0 of 1 approvals");
  });

  it("an objection outweighs any number of approvals, though it is of an older commit", async () => {
    const { text, exitCode } = await judged(
      github([
        githubReview("bo", "APPROVED"),
        githubReview("cy", "APPROVED"),
        githubReview("dee", "CHANGES_REQUESTED", { commit_id: older }),
      ]),
    );
    expect(text).toBe(
      "fail: reviews.changes-requested: pull request 12 on GitHub: dee asked for changes → dee approves or takes it back, or the review is dismissed",
    );
    expect(exitCode).toBe(3);
  });

  it("an objection of who may not write holds nothing up, and one that was dismissed does not either", async () => {
    const stranger = github([githubReview("bo", "APPROVED"), githubReview("eve", "CHANGES_REQUESTED")], ["eve"]);
    expect((await judged(stranger)).text).toContain("pass");
    expect((await judged(github([githubReview("bo", "APPROVED"), githubReview("cy", "DISMISSED")]))).text).toContain("pass");
  });

  it("what comes in the wrong order is put in order by its time", async () => {
    const { text } = await judged(
      github([
        githubReview("bo", "CHANGES_REQUESTED", { submitted_at: "2026-01-01T12:00:00Z" }),
        githubReview("bo", "APPROVED", { submitted_at: "2026-01-01T10:00:00Z" }),
      ]),
    );
    expect(text).toContain("bo asked for changes");
  });

  it("shows no control characters of a host", async () => {
    const { text } = await judged(
      github([githubReview("\u001b[31mbo", "APPROVED", { user: null }), githubReview("\u001b[31mbo[bot]", "APPROVED")]),
    );
    expect(text).toContain("\\u{1b}[31mbo[bot] (a bot)");
    expect(text).not.toContain("\u001b");
  });
});

describe("what is not asked for", () => {
  it("needs no host, no token and no network", async () => {
    const push = pullRequest({ event: "push", pullRequest: null, target: null });
    expect((await verdictOf({ trigger: push, env: {} })).text).toBe(
      "pass: not needed: the event is push (review.events: pull-request)",
    );
    expect((await verdictOf({ trigger: pullRequest(), env: {}, review: { approvals: 0 } })).text).toBe(
      "pass: not needed: review.approvals is 0",
    );
    const none = { targets: { development: { approvals: 0 } } };
    expect((await verdictOf({ trigger: pullRequest(), env: {}, review: none })).text).toContain(
      "review.targets.development.approvals is 0",
    );
  });

  it("takes an event that nobody knows for one that needs reviews", async () => {
    const { text } = await verdictOf({ trigger: pullRequest({ event: "unknown", pullRequest: null, base: null }), env: {} });
    expect(text).toContain("fail: reviews.setup");
  });

  it("refuses a target that is no kind of branch", async () => {
    const { text, exitCode } = await verdictOf({
      trigger: pullRequest(),
      env: {},
      review: { targets: { mian: { approvals: 2 } } },
    });
    expect(text).toBe(
      "fail: config.invalid: weir.yaml: review.targets.mian: `mian` is not a kind of branch → did you mean `main`?",
    );
    expect(exitCode).toBe(2);
  });
});

describe("a GitHub that does not say", () => {
  const approved = () => github([githubReview("bo", "APPROVED")]);
  const failing: readonly [string, Record<string, Route>, string][] = [
    [
      "401",
      { [reviews]: { status: 401, body: { message: "Bad credentials" } } },
      "reviews.unauthorized: GitHub answered 401 to GET /repos/team/shop/pulls/12/reviews: Bad credentials → the token is wrong or has expired",
    ],
    [
      "403 for want of rights",
      {
        [reviews]: {
          status: 403,
          body: { message: "Resource not accessible by integration" },
          headers: { "x-ratelimit-remaining": "4999" },
        },
      },
      "reviews.forbidden: GitHub answered 403 to GET /repos/team/shop/pulls/12/reviews: Resource not accessible by integration → give the job `permissions: pull-requests: read`",
    ],
    [
      "403 for its limit",
      {
        [reviews]: {
          status: 403,
          body: { message: "API rate limit exceeded" },
          headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1798761600" },
        },
      },
      "reviews.rate-limited: GitHub answered 403, its limit for requests, to GET /repos/team/shop/pulls/12/reviews: API rate limit exceeded → repeat the job after 2027-01-01T00:00:00Z",
    ],
    [
      "403 for its second limit",
      { [reviews]: { status: 403, body: { message: "You have exceeded a secondary rate limit" } } },
      "reviews.rate-limited",
    ],
    [
      "404",
      { "GET /repos/team/shop/pulls/12": { status: 404, body: { message: "Not Found" } } },
      "reviews.not-found: GitHub answered 404",
    ],
    ["409", { [reviews]: { status: 409, body: { message: "Conflict" } } }, "reviews.refused: GitHub answered 409"],
    ["422", { [reviews]: { status: 422, body: {} } }, "reviews.refused: GitHub answered 422"],
    [
      "a page of HTML in place of an answer",
      { [reviews]: { body: "<html>log in</html>" } },
      "reviews.malformed: GitHub answered GET /repos/team/shop/pulls/12/reviews with what is no JSON (text/html)",
    ],
    [
      "JSON that is cut short",
      { [reviews]: { body: `[{"id": 1`, headers: { "content-type": "application/json" } } },
      "reviews.malformed",
    ],
    ["an empty answer", { [reviews]: { body: "" } }, "reviews.malformed"],
    [
      "no list",
      { [reviews]: { body: { reviews: [] } } },
      "reviews.malformed: GitHub's answer is not a list of reviews as its API documents it",
    ],
    ["a list of something else", { [reviews]: { body: [{ id: 1 }] } }, "reviews.malformed"],
    [
      "a state that nobody knows",
      { [reviews]: { body: [githubReview("bo", "VETOED")] } },
      "reviews.malformed: GitHub knows a state of reviews that Weir does not: VETOED",
    ],
    ["an end in the middle", { [reviews]: "cut" }, "reviews.network: GitHub can't be reached"],
    [
      "a redirect",
      { [reviews]: { status: 301, headers: { location: "https://example.org/" } } },
      "reviews.redirected: GitHub answered 301",
    ],
    [
      "rights that it does not tell",
      { "GET /repos/team/shop/collaborators/bo/permission": { status: 403, body: { message: "Must have push access" } } },
      "reviews.forbidden",
    ],
    ["no pull request's head", { "GET /repos/team/shop/pulls/12": { body: { user: githubUser("ann") } } }, "reviews.malformed"],
  ];
  it.each(failing)("%s", async (_name, routes, said) => {
    const { text, exitCode } = await judged({ ...approved(), ...routes });
    expect(text).toContain(`fail: ${said}`);
    expect(exitCode).toBe(4);
    expect(text).not.toContain("secret-token");
  });

  it("an answer that does not come", async () => {
    const { text, exitCode } = await judged({ ...approved(), [reviews]: "hang" }, { deadlineMs: 1000 });
    expect(text).toContain("reviews.timeout: GitHub did not answer GET /repos/team/shop/pulls/12/reviews within 1 s");
    expect(exitCode).toBe(4);
  });

  it("nobody there", async () => {
    const env = githubEnv("http://127.0.0.1:1");
    expect((await verdictOf({ trigger: pullRequest(), env })).text).toContain("reviews.network: GitHub can't be reached");
  });

  it("later pages that fail are not overlooked", async () => {
    const many = Array.from({ length: 100 }, () => githubReview("bo", "APPROVED"));
    const paged: Route = ({ query }) => (query["page"] === "1" ? { body: many } : { status: 409, body: { message: "Conflict" } });
    expect((await judged({ ...approved(), [reviews]: paged })).text).toContain("reviews.refused");
  });

  it.each([
    ["500", { status: 500, body: { message: "Server Error" } }, 2, "reviews.server: GitHub answered 500"],
    ["502 with a page", { status: 502, body: "<html>Bad Gateway</html>" }, 2, "reviews.server: GitHub answered 502"],
    ["503 that asks for patience", { status: 503, body: {}, headers: { "retry-after": "0" } }, 2, "reviews.server"],
    ["503 that asks for too much", { status: 503, body: {}, headers: { "retry-after": "3600" } }, 1, "reviews.server"],
    ["429", { status: 429, body: {} }, 1, "reviews.rate-limited"],
    ["429 with a short pause", { status: 429, body: {}, headers: { "retry-after": "0" } }, 2, "reviews.rate-limited"],
    ["429 with a long pause", { status: 429, body: {}, headers: { "retry-after": "120" } }, 1, "reviews.rate-limited"],
    ["403 with a short pause", { status: 403, body: {}, headers: { "retry-after": "0" } }, 2, "reviews.rate-limited"],
    ["401", { status: 401, body: {} }, 1, "reviews.unauthorized"],
  ] as const)("%s is asked again once at most", async (_name, answer, times, said) => {
    const { text, host } = await judged({ ...approved(), [reviews]: answer });
    expect(text).toContain(said);
    expect(host.asked.filter(({ path }) => path.endsWith("/reviews"))).toHaveLength(times);
  });

  it("a second answer counts", async () => {
    let times = 0;
    const body = [githubReview("bo", "APPROVED")];
    const flaky: Route = () => ((times += 1) === 1 ? { status: 502, body: "bad" } : { body });
    expect((await judged({ ...approved(), [reviews]: flaky })).text).toContain("pass");
  });

  it.each([
    [{ GITHUB_TOKEN: "" }, "GITHUB_TOKEN is not set → give the job `permissions: pull-requests: read`"],
    [{ GITHUB_REPOSITORY: "shop" }, "GITHUB_REPOSITORY does not name a repository"],
    [{ GITHUB_REPOSITORY: "../../team/shop" }, "GITHUB_REPOSITORY does not name a repository"],
    [{ GITHUB_API_URL: "file:///etc/passwd" }, "GITHUB_API_URL is not a URL of http or https"],
  ])("is not even asked without what it takes: %j", async (env, said) => {
    const host = await server(approved());
    const { text, exitCode } = await verdictOf({ trigger: pullRequest(), env: { ...githubEnv(host.url), ...env } });
    expect(text).toContain(`fail: reviews.setup: ${said}`);
    expect(exitCode).toBe(4);
    expect(host.asked).toEqual([]);
  });

  it("a change that has moved on", async () => {
    const trigger = pullRequest({ pullRequest: { id: "12", title: null, fromFork: false, headSha: older } });
    const { text } = await judged(approved(), { trigger });
    expect(text).toContain("has moved on: this run is of bbbbbbbbbbbb, its newest commit is aaaaaaaaaaaa");
    const unknown = pullRequest({ sha: older, pullRequest: { id: "12", title: null, fromFork: false, headSha: null } });
    expect((await judged(approved(), { trigger: unknown })).text).toContain("has moved on");
  });

  it.each(["simulated", "unknown", "12/../13", ""])("an identifier that is no number: %j", async (id) => {
    const trigger = pullRequest({ pullRequest: { id, title: null, fromFork: false, headSha: head } });
    const { text, host } = await judged(approved(), { trigger });
    expect(text).toContain("reviews.setup");
    expect(host.asked).toEqual([]);
  });

  it("sends its token to nobody but the host", async () => {
    const other = await server({});
    const { host } = await judged({ ...approved(), [reviews]: { status: 302, headers: { location: `${other.url}/steal` } } });
    expect(host.asked.length).toBeGreaterThan(0);
    expect(other.asked).toEqual([]);
  });
});
