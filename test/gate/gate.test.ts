import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { gateJson, gateText } from "../../ci/commands/gate.ts";
import { runGate, type GateOptions, type GateResult } from "../../ci/gate/gate.ts";
import type { Plan } from "../../ci/plan/plan.ts";
import { planOf, readWorld } from "../../ci/world.ts";
import { person, reviewedBy, commitAs } from "../reviews/signers.ts";
import {
  github,
  githubEnv,
  githubReview,
  gitlab,
  gitlabEnv,
  approval,
  server,
  type Answer,
  type Route,
} from "../reviews/server.ts";
import { commit, env, folder, git, write } from "../trigger/clone.ts";
import { proofOf, weir } from "./proofs.ts";

interface App {
  readonly at: string;
  readonly base: string;
  readonly sha: string;
}

/** A Node app with nothing to install, on feature/x. */
function app(weirYaml = "name: shop\n", branch = "feature/x"): App {
  const at = folder();
  git(at, "init", "-q", "-b", "development");
  write(at, "weir.yaml", weirYaml);
  write(at, "package.json", JSON.stringify({ name: "shop", version: "1.0.0", scripts: { test: "node --test" } }));
  const base = commit(at, "src/a.js");
  git(at, "checkout", "-q", "-b", branch);
  return { at, base, sha: commit(at, "src/b.js") };
}

const stop = new AbortController().signal;

function gate(at: string, rest: Partial<GateOptions> = {}): Promise<GateResult> {
  return runGate({
    source: at,
    env,
    run: undefined,
    report: false,
    weirVersion: weir,
    signal: stop,
    deadlineMs: 8000,
    pauseMs: 5,
    ...rest,
  });
}

/** What a run that passed leaves behind. */
async function ran(
  at: string,
  around: Readonly<Record<string, string>> = env,
  change: (plan: Plan) => object = () => ({}),
): Promise<Plan> {
  const plan = planOf(await readWorld({ source: at, env: around }), {}, new Date());
  const run = join(at, ".weir", "runs", "2026-06-15T12-00-00-ab12");
  mkdirSync(run, { recursive: true });
  writeFileSync(join(at, ".weir", ".gitignore"), "*\n");
  writeFileSync(join(run, "run.json"), JSON.stringify({ ...proofOf(plan), ...change(plan) }));
  return plan;
}

const failures = ({ lines }: GateResult) =>
  lines
    .filter(({ verdict }) => verdict === "fail")
    .map((line) => ("stage" in line ? line.stage : `${line.check} ${line.code ?? ""}`));

/** GitHub's variables and payload for a pull request of this commit. */
function onGithub({ at, sha }: App, url: string, more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const payload = join(folder(), "event.json");
  const repo = { full_name: "team/shop" };
  writeFileSync(payload, JSON.stringify({ pull_request: { number: 12, title: "x", head: { sha, repo }, base: { repo } } }));
  return {
    ...env,
    ...githubEnv(url),
    GITHUB_EVENT_NAME: "pull_request",
    GITHUB_EVENT_PATH: payload,
    GITHUB_REF: "refs/pull/12/merge",
    GITHUB_HEAD_REF: git(at, "rev-parse", "--abbrev-ref", "HEAD"),
    GITHUB_BASE_REF: "development",
    GITHUB_SHA: sha,
    GITHUB_SERVER_URL: "https://github.example.org",
    GITHUB_RUN_ID: "77",
    ...more,
  };
}

/** A GitHub with a pull request of this very commit, which takes statuses. */
function githubOf(
  sha: string,
  reviews: readonly Record<string, unknown>[],
  shown: readonly object[] = [],
): Record<string, Route> {
  const routes = github(reviews);
  const pull = (routes["GET /repos/team/shop/pulls/12"] as Answer).body as object;
  return {
    ...routes,
    "GET /repos/team/shop/pulls/12": { body: { ...pull, head: { sha } } },
    [`GET /repos/team/shop/commits/${sha}/statuses`]: { body: shown },
    [`POST /repos/team/shop/statuses/${sha}`]: { status: 201, body: { id: 1 } },
  };
}

const approvedAt = (sha: string) => [githubReview("bo", "APPROVED", { commit_id: sha })];

describe("the gate on a laptop", () => {
  it("passes a commit whose run has passed, and no other", async () => {
    const { at } = app();
    expect(failures(await gate(at))).toContain("record gate.no-record");
    await ran(at);
    const passed = await gate(at);
    expect(failures(passed)).toEqual([]);
    expect(passed).toMatchObject({ version: 1, verdict: "pass", exitCode: 0, status: null });
    commit(at, "src/c.js");
    const later = await gate(at);
    expect(failures(later)).toContain("record gate.record");
    expect(later.exitCode).toBe(1);
  });

  it("takes no run of uncommitted files, nor a plan of uncommitted rules", async () => {
    const { at } = app();
    write(at, "src/new.js");
    await ran(at);
    expect(failures(await gate(at))).toContain("record gate.record");
    git(at, "clean", "-q", "-f", "src");
    await ran(at);
    write(at, "weir.yaml", "name: shop\nstages: { unit: { skip: never } }\n");
    expect(failures(await gate(at))).toContain("record gate.record");
  });

  it("fails for what a run left out, cut short or did not pass", async () => {
    const { at } = app();
    await ran(at, env, (plan) => ({
      stages: proofOf(plan).stages.map((stage) => (stage.name === "unit" ? { ...stage, status: "skipped" } : stage)),
    }));
    expect(failures(await gate(at))).toEqual(["unit"]);
    writeFileSync(join(at, ".weir", "runs", "2026-06-15T12-00-00-ab12", "run.json"), '{"version": 1, "pl');
    expect(failures(await gate(at))).toContain("record gate.record");
  });

  it("asks for signed reviews where weir.yaml does", async () => {
    const [ann, bo] = [person("ann"), person("bo")];
    const at = folder();
    git(at, "init", "-q", "-b", "development");
    write(at, "weir.yaml", "name: shop\nreview: { events: [manual], signers: reviewers }\n");
    write(at, "reviewers", `${bo.allowed}\n`);
    write(at, "package.json", JSON.stringify({ name: "shop", version: "1.0.0", scripts: { test: "node --test" } }));
    commitAs(at, ann, "base", { files: ["src/a.js"] });
    git(at, "checkout", "-q", "-b", "feature/x");
    commitAs(at, ann, "change", { files: ["src/b.js"] });
    await ran(at);
    const missing = await gate(at);
    expect([failures(missing), missing.exitCode]).toEqual([["reviews reviews.missing"], 3]);
    commitAs(at, bo, reviewedBy(bo), { sign: true });
    await ran(at);
    expect(await gate(at)).toMatchObject({ verdict: "pass" });
  });

  it("is not told by a change how little it needs", async () => {
    const yaml = (approvals: number) => `name: shop\nreview: { events: [manual], approvals: ${approvals} }\n`;
    const { at } = app(yaml(1));
    write(at, "weir.yaml", yaml(0));
    commit(at, "src/c.js");
    await ran(at);
    expect(failures(await gate(at))).toEqual(["reviews reviews.missing"]);
  });

  it("refuses what no run could prove: a branch of no kind", async () => {
    const { at } = app("name: shop\n", "whatever");
    const { verdict, exitCode, lines } = await gate(at);
    expect([verdict, exitCode]).toEqual(["fail", 3]);
    expect(lines).toMatchObject([{ check: "plan", code: "branch.none" }]);
  });

  it("says that nobody here takes a status", async () => {
    const { at } = app();
    await ran(at);
    const result = await gate(at, { report: true });
    expect(result).toMatchObject({ verdict: "pass", status: { reported: false, error: { code: "status.setup" } } });
  });
});

describe("the gate on GitHub", () => {
  it("passes a reviewed pull request and reports it as the commit's status", async () => {
    const one = app();
    const host = await server(githubOf(one.sha, approvedAt(one.sha)));
    const around = onGithub(one, host.url);
    await ran(one.at, around);
    const result = await gate(one.at, { env: around, report: true });
    expect(failures(result)).toEqual([]);
    expect(result).toMatchObject({
      verdict: "pass",
      exitCode: 0,
      status: { reported: true, context: "weir/gate", unchanged: false },
    });
    expect(host.asked.at(-1)).toMatchObject({
      path: `/repos/team/shop/statuses/${one.sha}`,
      body: {
        state: "success",
        context: "weir/gate",
        target_url: "https://github.example.org/team/shop/actions/runs/77",
      },
    });
  });

  it("reports the same verdict once", async () => {
    const one = app();
    const shown: object[] = [];
    const host = await server(githubOf(one.sha, approvedAt(one.sha)));
    host.routes[`GET /repos/team/shop/commits/${one.sha}/statuses`] = () => ({ body: shown });
    host.routes[`POST /repos/team/shop/statuses/${one.sha}`] = ({ body }) => {
      shown.unshift(body as object);
      return { status: 201, body: {} };
    };
    const around = onGithub(one, host.url);
    await ran(one.at, around);
    await gate(one.at, { env: around, report: true });
    expect((await gate(one.at, { env: around, report: true })).status).toMatchObject({ reported: true, unchanged: true });
    expect(shown).toHaveLength(1);
    host.routes["GET /repos/team/shop/pulls/12/reviews"] = { body: [] };
    const missing = await gate(one.at, { env: around, report: true });
    expect(missing).toMatchObject({ verdict: "fail", exitCode: 3, status: { reported: true, unchanged: false } });
    expect(shown[0]).toMatchObject({ state: "failure", description: "not passed: reviews" });
  });

  it("names a push's verdict otherwise, so that it never stands in for a pull request's", async () => {
    const one = app();
    const host = await server(githubOf(one.sha, []));
    const around = { ...onGithub(one, host.url), GITHUB_EVENT_NAME: "push", GITHUB_REF: "refs/heads/feature/x" };
    await ran(one.at, around);
    const result = await gate(one.at, { env: around, report: true });
    expect(result).toMatchObject({ verdict: "pass", status: { reported: true, context: "weir/gate/push" } });
  });

  it.each<[string, Record<string, Route>, string]>([
    ["rights", { POST: { status: 403, body: { message: "Resource not accessible by integration" } } }, "status.forbidden"],
    ["health", { POST: { status: 500, body: {} } }, "status.server"],
    ["an answer", { POST: "hang" }, "status.timeout"],
    ["a list of statuses", { GET: { body: { no: "list" } } }, "status.malformed"],
    ["patience", { GET: { status: 429, body: {} } }, "status.rate-limited"],
  ])("keeps its verdict where the host has no %s for its status", async (_what, broken, code) => {
    const one = app();
    const routes = githubOf(one.sha, approvedAt(one.sha));
    const status = { GET: `GET /repos/team/shop/commits/${one.sha}/statuses`, POST: `POST /repos/team/shop/statuses/${one.sha}` };
    for (const [method, route] of Object.entries(broken)) routes[status[method as "GET"]] = route;
    const host = await server(routes);
    const around = onGithub(one, host.url);
    await ran(one.at, around);
    const passed = await gate(one.at, { env: around, report: true, deadlineMs: code === "status.timeout" ? 1500 : 8000 });
    expect(passed).toMatchObject({ verdict: "pass", exitCode: 0, status: { reported: false, error: { code } } });
    await ran(one.at, around, () => ({ outcome: "failed", exitCode: 1 }));
    const failed = await gate(one.at, { env: around, report: true, deadlineMs: code === "status.timeout" ? 1500 : 8000 });
    expect(failed).toMatchObject({ verdict: "fail", exitCode: 1, status: { reported: false } });
  });

  it("fails with 4 where GitHub does not say who approved, and tells the failed stage first", async () => {
    const one = app();
    const host = await server({ ...githubOf(one.sha, []), "GET /repos/team/shop/pulls/12/reviews": { status: 500, body: {} } });
    const around = onGithub(one, host.url);
    await ran(one.at, around);
    expect(await gate(one.at, { env: around })).toMatchObject({ verdict: "fail", exitCode: 4 });
    await ran(one.at, around, () => ({ outcome: "failed", exitCode: 1 }));
    expect(await gate(one.at, { env: around })).toMatchObject({ verdict: "fail", exitCode: 1 });
  });

  it("reports a merge that the branch table does not allow", async () => {
    const one = app();
    const host = await server(githubOf(one.sha, []));
    const around = onGithub(one, host.url, { GITHUB_BASE_REF: "main" });
    const result = await gate(one.at, { env: around, report: true });
    expect(result).toMatchObject({
      verdict: "fail",
      exitCode: 3,
      lines: [{ code: "branch.direction" }],
      status: { reported: true },
    });
    expect(host.asked.at(-1)?.body).toMatchObject({ state: "failure", description: "not passed: plan" });
  });

  it("ends when it is interrupted", async () => {
    const one = app();
    const host = await server({ ...githubOf(one.sha, []), "GET /repos/team/shop/pulls/12": "hang" });
    const around = onGithub(one, host.url);
    const controller = new AbortController();
    setTimeout(() => {
      controller.abort(new Error("interrupted"));
    }, 300);
    await expect(gate(one.at, { env: around, signal: controller.signal, deadlineMs: 9000 })).rejects.toThrow("interrupted");
  });
});

describe("the gate on GitLab", () => {
  function onGitlab({ sha }: App, url: string): Record<string, string> {
    return {
      ...env,
      ...gitlabEnv(url),
      CI_PIPELINE_SOURCE: "merge_request_event",
      CI_MERGE_REQUEST_IID: "12",
      CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: "feature/x",
      CI_MERGE_REQUEST_TARGET_BRANCH_NAME: "development",
      CI_MERGE_REQUEST_SOURCE_PROJECT_ID: "7",
      CI_COMMIT_SHA: sha,
      CI_PIPELINE_ID: "55",
      CI_JOB_URL: "https://gitlab.example.org/team/shop/-/jobs/1",
    };
  }

  function gitlabOf(sha: string): Record<string, Route> {
    const merge = "GET /api/v4/projects/7/merge_requests/12";
    const routes = gitlab([approval("bo")]);
    return {
      ...routes,
      [merge]: { body: { ...((routes[merge] as Answer).body as object), sha } },
      [`${merge}/versions`]: { body: [{ id: 1, head_commit_sha: sha, created_at: "2026-01-01T00:00:00.000Z" }] },
      [`GET /api/v4/projects/7/repository/commits/${sha}/statuses`]: { body: [] },
      [`POST /api/v4/projects/7/statuses/${sha}`]: { status: 201, body: { id: 1 } },
    };
  }

  it("passes an approved merge request and reports it as the commit's status, once", async () => {
    const one = app();
    const host = await server(gitlabOf(one.sha));
    const around = onGitlab(one, host.url);
    await ran(one.at, around);
    const result = await gate(one.at, { env: around, report: true });
    expect(failures(result)).toEqual([]);
    expect(result.status).toMatchObject({ reported: true, context: "weir/gate", unchanged: false });
    const sent = host.asked.at(-1)!;
    expect(sent).toMatchObject({
      path: `/api/v4/projects/7/statuses/${one.sha}`,
      body: { state: "success", name: "weir/gate", pipeline_id: 55, target_url: "https://gitlab.example.org/team/shop/-/jobs/1" },
    });
    const { description } = sent.body as { description: string };
    host.routes[`GET /api/v4/projects/7/repository/commits/${one.sha}/statuses`] = {
      body: [{ name: "weir/gate", status: "success", description }],
    };
    expect((await gate(one.at, { env: around, report: true })).status).toMatchObject({ unchanged: true });
  });

  it("keeps its verdict where a job's token may not report", async () => {
    const one = app();
    const host = await server({
      ...gitlabOf(one.sha),
      [`POST /api/v4/projects/7/statuses/${one.sha}`]: { status: 403, body: {} },
    });
    const around = onGitlab(one, host.url);
    await ran(one.at, around);
    const result = await gate(one.at, { env: around, report: true });
    expect(result).toMatchObject({ verdict: "pass", status: { reported: false, error: { code: "status.forbidden" } } });
    expect(JSON.stringify(result.status)).toContain("a job token may not do it");
  });
});

describe("what the gate prints", () => {
  it("is a line for each stage and check, and how to mend what failed", async () => {
    const { at } = app();
    await ran(at, env, (plan) => ({
      outcome: "failed",
      exitCode: 1,
      stages: proofOf(plan).stages.map((stage) => (stage.name === "unit" ? { ...stage, status: "failed" } : stage)),
    }));
    const said = gateText(await gate(at), 120);
    expect(said).toMatch(/^gate: fail: manual on feature\/x, at [0-9a-f]{12}\n\nVERDICT {2}CHECK +REASON\n/);
    expect(said).toContain("fail     record       the run did not pass: it failed with exit code 1");
    expect(said).toContain("  → record: mend what failed, and run again [gate.not-passed]");
    const json = JSON.parse(gateJson(await gate(at))) as Record<string, unknown>;
    expect(Object.keys(json)).toEqual(["version", "verdict", "exitCode", "change", "lines", "status"]);
    expect(json).toMatchObject({
      version: 1,
      verdict: "fail",
      exitCode: 1,
      change: { host: "local", event: "manual", branch: "feature/x" },
    });
  });
});
