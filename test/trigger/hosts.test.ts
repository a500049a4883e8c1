import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makePlan } from "../../ci/plan/make.ts";
import { planJson } from "../../ci/plan/json.ts";
import { githubFacts } from "../../ci/trigger/github.ts";
import { gitlabFacts } from "../../ci/trigger/gitlab.ts";
import { hostOf } from "../../ci/trigger/host.ts";
import { jenkinsFacts } from "../../ci/trigger/jenkins.ts";
import type { Trigger } from "../../ci/trigger/trigger.ts";
import { input } from "../plan/examples.ts";
import { commit, env, folder, git, read, repository } from "./clone.ts";

const sha = "a".repeat(40);
const head = "b".repeat(40);
const base = "c".repeat(40);

/** As https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request gives it, to what Weir reads. */
function pullRequestPayload(from = "team/shop") {
  return {
    action: "synchronize",
    number: 7,
    pull_request: {
      number: 7,
      title: "Add a cart",
      head: { ref: "feature/cart", sha: head, repo: from === "" ? null : { full_name: from } },
      base: { ref: "development", sha: base, repo: { full_name: "team/shop" } },
    },
  };
}

describe("GitHub Actions", () => {
  const github = { GITHUB_ACTIONS: "true", GITHUB_SHA: sha, GITHUB_ACTOR: "ada", GITHUB_REPOSITORY: "team/shop" };
  const push = { ...github, GITHUB_EVENT_NAME: "push", GITHUB_REF: "refs/heads/main", GITHUB_REF_PROTECTED: "true" };
  const proposed = {
    ...github,
    GITHUB_EVENT_NAME: "pull_request",
    GITHUB_REF: "refs/pull/7/merge",
    GITHUB_HEAD_REF: "feature/cart",
    GITHUB_BASE_REF: "development",
    GITHUB_REF_PROTECTED: "false",
  };

  it("a push", () => {
    expect(githubFacts(push, {})).toMatchObject({
      host: "github",
      event: "push",
      ref: "refs/heads/main",
      branch: "main",
      target: null,
      sha,
      actor: "ada",
      protectedBranch: true,
      trust: "trusted",
      sources: {
        event: "GITHUB_EVENT_NAME",
        ref: "GITHUB_REF",
        sha: "GITHUB_SHA",
        actor: "GITHUB_ACTOR",
        protectedBranch: "GITHUB_REF_PROTECTED",
        trust: "GITHUB_EVENT_NAME",
      },
    });
  });

  it("a pull request: the branch, not its merge ref", () => {
    expect(githubFacts(proposed, pullRequestPayload())).toMatchObject({
      event: "pull-request",
      ref: "refs/heads/feature/cart",
      branch: "feature/cart",
      target: "development",
      pullRequest: { id: "7", title: "Add a cart", fromFork: false, headSha: head },
      protectedBranch: null,
      trust: "trusted",
      baseHints: [base],
      sources: {
        ref: "GITHUB_HEAD_REF",
        target: "GITHUB_BASE_REF",
        pullRequest: "event payload: pull_request",
        trust: "event payload: pull_request.head.repo",
      },
    });
  });

  it.each([
    ["from a fork", pullRequestPayload("mallory/shop")],
    ["from a fork that is gone", pullRequestPayload("")],
    ["without its payload", null],
    ["with a payload that is no object", "x"],
    ["with a payload that names nothing", { pull_request: { head: 1, base: [] } }],
  ])("a pull request %s is not trusted", (_what, payload) => {
    expect(githubFacts(proposed, payload)).toMatchObject({
      trust: "untrusted",
      pullRequest: { id: "7", fromFork: true },
      ref: "refs/heads/feature/cart",
    });
  });

  it.each([
    [
      "pull_request_target",
      { ...proposed, GITHUB_EVENT_NAME: "pull_request_target", GITHUB_REF: "refs/heads/development" },
      { event: "pull-request", trust: "untrusted", ref: "refs/heads/feature/cart" },
    ],
    ["a schedule", { ...push, GITHUB_EVENT_NAME: "schedule" }, { event: "schedule", trust: "trusted" }],
    ["workflow_dispatch", { ...push, GITHUB_EVENT_NAME: "workflow_dispatch" }, { event: "manual", trust: "trusted" }],
    [
      "repository_dispatch",
      { ...push, GITHUB_EVENT_NAME: "repository_dispatch" },
      { event: "unknown", trust: "untrusted", sources: { event: "GITHUB_EVENT_NAME=repository_dispatch" } },
    ],
    ["workflow_run", { ...push, GITHUB_EVENT_NAME: "workflow_run" }, { event: "unknown", trust: "untrusted" }],
    ["issue_comment", { ...push, GITHUB_EVENT_NAME: "issue_comment" }, { event: "unknown", trust: "untrusted" }],
    ["__proto__", { ...push, GITHUB_EVENT_NAME: "__proto__" }, { event: "unknown", trust: "untrusted" }],
    ["no event", { ...push, GITHUB_EVENT_NAME: "" }, { event: "unknown", trust: "untrusted" }],
    ["a tag", { ...push, GITHUB_REF: "refs/tags/v1" }, { event: "tag", ref: "refs/tags/v1", branch: null }],
    ["a tag called main", { ...push, GITHUB_REF: "refs/tags/main" }, { event: "tag", ref: "refs/tags/main", branch: null }],
    ["no ref", { ...push, GITHUB_REF: "" }, { ref: null, branch: null, trust: "untrusted" }],
    ["Dependabot", { ...push, GITHUB_ACTOR: "dependabot[bot]" }, { trust: "untrusted", sources: { trust: "GITHUB_ACTOR" } }],
    ["no protection said", { ...push, GITHUB_REF_PROTECTED: "" }, { protectedBranch: null }],
    ["a commit that is none", { ...push, GITHUB_SHA: "HEAD; x" }, { sha: null }],
  ])("%s", (_what, variables, expected) => {
    expect(githubFacts(variables, pullRequestPayload())).toMatchObject(expected);
  });

  it("a merge group has a target and no one branch", () => {
    const group = {
      merge_group: {
        head_sha: sha,
        head_ref: "refs/heads/gh-readonly-queue/main/pr-7-x",
        base_sha: base,
        base_ref: "refs/heads/main",
      },
    };
    const variables = { ...push, GITHUB_EVENT_NAME: "merge_group", GITHUB_REF: "refs/heads/gh-readonly-queue/main/pr-7-x" };
    expect(githubFacts(variables, group)).toMatchObject({
      event: "pull-request",
      ref: null,
      branch: null,
      target: "main",
      trust: "untrusted",
      baseHints: [base],
    });
  });

  it("the deletion of a branch is no push", () => {
    expect(githubFacts(push, { deleted: true })).toMatchObject({ event: "unknown", trust: "untrusted" });
  });
});

describe("GitLab CI", () => {
  const gitlab = { GITLAB_CI: "true", CI_COMMIT_SHA: sha, GITLAB_USER_LOGIN: "ada", CI_COMMIT_REF_PROTECTED: "true" };
  const push = { ...gitlab, CI_PIPELINE_SOURCE: "push", CI_COMMIT_BRANCH: "main", CI_COMMIT_REF_NAME: "main" };
  const proposed = {
    ...gitlab,
    CI_PIPELINE_SOURCE: "merge_request_event",
    CI_COMMIT_REF_NAME: "feature/cart",
    CI_COMMIT_REF_PROTECTED: "false",
    CI_MERGE_REQUEST_IID: "7",
    CI_MERGE_REQUEST_TITLE: "Add a cart",
    CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: "feature/cart",
    CI_MERGE_REQUEST_TARGET_BRANCH_NAME: "development",
    CI_MERGE_REQUEST_SOURCE_PROJECT_ID: "1",
    CI_MERGE_REQUEST_PROJECT_ID: "1",
    CI_MERGE_REQUEST_DIFF_BASE_SHA: base,
    CI_MERGE_REQUEST_EVENT_TYPE: "detached",
  };

  it("a push", () => {
    expect(gitlabFacts(push)).toMatchObject({
      host: "gitlab",
      event: "push",
      ref: "refs/heads/main",
      sha,
      actor: "ada",
      protectedBranch: true,
      trust: "trusted",
      sources: {
        event: "CI_PIPELINE_SOURCE",
        ref: "CI_COMMIT_BRANCH",
        sha: "CI_COMMIT_SHA",
        actor: "GITLAB_USER_LOGIN",
        protectedBranch: "CI_COMMIT_REF_PROTECTED",
      },
    });
  });

  it("a merge request", () => {
    expect(gitlabFacts(proposed)).toMatchObject({
      event: "pull-request",
      ref: "refs/heads/feature/cart",
      target: "development",
      pullRequest: { id: "7", title: "Add a cart", fromFork: false, headSha: sha },
      protectedBranch: null,
      trust: "trusted",
      baseHints: [base],
      sources: {
        event: "CI_MERGE_REQUEST_IID",
        ref: "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME",
        target: "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
        trust: "CI_MERGE_REQUEST_SOURCE_PROJECT_ID",
      },
    });
  });

  it.each([
    [
      "merged results",
      {
        ...proposed,
        CI_MERGE_REQUEST_EVENT_TYPE: "merged_result",
        CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: head,
        CI_MERGE_REQUEST_TARGET_BRANCH_SHA: base,
      },
      { sha, pullRequest: { headSha: head }, baseHints: [base, base] },
    ],
    [
      "a fork's merge request",
      { ...proposed, CI_MERGE_REQUEST_SOURCE_PROJECT_ID: "2" },
      { trust: "untrusted", pullRequest: { fromFork: true } },
    ],
    [
      "a merge request of an unknown project",
      { ...proposed, CI_MERGE_REQUEST_SOURCE_PROJECT_ID: "" },
      { trust: "untrusted", pullRequest: { fromFork: true } },
    ],
    [
      "a merge request's child pipeline",
      { ...proposed, CI_PIPELINE_SOURCE: "parent_pipeline" },
      { event: "pull-request", trust: "trusted" },
    ],
    [
      "a child pipeline",
      { ...push, CI_PIPELINE_SOURCE: "parent_pipeline" },
      { event: "unknown", trust: "untrusted", sources: { event: "CI_PIPELINE_SOURCE=parent_pipeline" } },
    ],
    ["another project's pipeline", { ...push, CI_PIPELINE_SOURCE: "pipeline" }, { event: "unknown", trust: "untrusted" }],
    [
      "an external pull request",
      { ...push, CI_PIPELINE_SOURCE: "external_pull_request_event" },
      { event: "unknown", trust: "untrusted" },
    ],
    ["a schedule", { ...push, CI_PIPELINE_SOURCE: "schedule" }, { event: "schedule", trust: "trusted" }],
    ["the web form", { ...push, CI_PIPELINE_SOURCE: "web" }, { event: "manual", trust: "trusted" }],
    [
      "a tag",
      { ...gitlab, CI_PIPELINE_SOURCE: "push", CI_COMMIT_TAG: "main", CI_COMMIT_REF_NAME: "main" },
      { event: "tag", ref: "refs/tags/main", branch: null },
    ],
    ["a ref that is not protected", { ...push, CI_COMMIT_REF_PROTECTED: "false" }, { protectedBranch: false }],
    ["no branch said", { ...push, CI_COMMIT_BRANCH: "" }, { ref: null, trust: "untrusted" }],
    ["no source said", { ...push, CI_PIPELINE_SOURCE: "" }, { event: "unknown", trust: "untrusted" }],
  ])("%s", (_what, variables, expected) => {
    expect(gitlabFacts(variables)).toMatchObject(expected);
  });
});

describe("Jenkins", () => {
  const jenkins = { JENKINS_URL: "https://ci.example.org/", GIT_COMMIT: sha };
  const multibranch = {
    ...jenkins,
    BRANCH_NAME: "main",
    GIT_BRANCH: "main",
    WEIR_JENKINS_CAUSES: "jenkins.branch.BranchEventCause",
  };
  const proposed = {
    ...jenkins,
    BRANCH_NAME: "PR-7",
    CHANGE_ID: "7",
    CHANGE_TITLE: "Add a cart",
    CHANGE_AUTHOR: "ada",
    CHANGE_BRANCH: "feature/cart",
    CHANGE_TARGET: "development",
  };

  it("a branch of a multibranch project", () => {
    expect(jenkinsFacts(multibranch)).toMatchObject({
      host: "jenkins",
      event: "push",
      ref: "refs/heads/main",
      sha,
      protectedBranch: null,
      trust: "trusted",
      sources: { event: "WEIR_JENKINS_CAUSES", ref: "BRANCH_NAME", sha: "GIT_COMMIT" },
    });
  });

  it("a change request", () => {
    expect(jenkinsFacts(proposed)).toMatchObject({
      event: "pull-request",
      ref: "refs/heads/feature/cart",
      target: "development",
      actor: "ada",
      pullRequest: { id: "7", title: "Add a cart", fromFork: false, headSha: null },
      trust: "trusted",
      sources: { event: "CHANGE_ID", ref: "CHANGE_BRANCH", target: "CHANGE_TARGET", actor: "CHANGE_AUTHOR" },
    });
  });

  it.each([
    ["a fork's change request", { ...proposed, CHANGE_FORK: "mallory" }, { trust: "untrusted", pullRequest: { fromFork: true } }],
    [
      "a change request that says no branch",
      { ...proposed, CHANGE_BRANCH: "" },
      { trust: "untrusted", ref: null, pullRequest: { fromFork: true } },
    ],
    ["a person", { ...multibranch, WEIR_JENKINS_CAUSES: "hudson.model.Cause$UserIdCause" }, { event: "manual" }],
    [
      "a person's replay",
      {
        ...multibranch,
        WEIR_JENKINS_CAUSES: "hudson.model.Cause$UserIdCause,org.jenkinsci.plugins.workflow.cps.replay.ReplayCause",
      },
      { event: "manual" },
    ],
    ["a clock", { ...multibranch, WEIR_JENKINS_CAUSES: "hudson.triggers.TimerTrigger$TimerTriggerCause" }, { event: "schedule" }],
    ["branch indexing", { ...multibranch, WEIR_JENKINS_CAUSES: "jenkins.branch.BranchIndexingCause" }, { event: "push" }],
    [
      "another job",
      { ...multibranch, WEIR_JENKINS_CAUSES: "hudson.model.Cause$UpstreamCause" },
      { event: "unknown", trust: "untrusted" },
    ],
    [
      "no cause said, multibranch",
      { ...multibranch, WEIR_JENKINS_CAUSES: "" },
      { event: "push", sources: { event: "BRANCH_NAME" } },
    ],
    [
      "a single job",
      { ...jenkins, GIT_BRANCH: "origin/feature/x", WEIR_JENKINS_CAUSES: "hudson.triggers.SCMTrigger$SCMTriggerCause" },
      { event: "push", ref: "refs/heads/feature/x", sources: { ref: "GIT_BRANCH" } },
    ],
    [
      "a single job with EnvInject",
      { ...jenkins, GIT_BRANCH: "refs/remotes/origin/main", BUILD_CAUSE: "MANUALTRIGGER" },
      { event: "manual", ref: "refs/heads/main" },
    ],
    ["a single job that says no cause", { ...jenkins, GIT_BRANCH: "origin/main" }, { event: "unknown", trust: "untrusted" }],
    ["a tag", { ...multibranch, BRANCH_NAME: "main", TAG_NAME: "main" }, { event: "tag", ref: "refs/tags/main", branch: null }],
  ])("%s", (_what, variables, expected) => {
    expect(jenkinsFacts(variables)).toMatchObject(expected);
  });
});

describe("the trigger on a host", () => {
  it("is of one host, never of two", async () => {
    const { at } = repository();
    await expect(read(at, { env: { ...env, GITHUB_ACTIONS: "true", JENKINS_URL: "https://x" } })).rejects.toMatchObject({
      code: "trigger.hosts",
      message: "GITHUB_ACTIONS and JENKINS_URL are both set: nobody can tell which host this is",
    });
  });

  it.each([
    [{ GITHUB_ACTIONS: "true", JENKINS_URL: "https://x" }, "github", "github"],
    [{ GITHUB_ACTIONS: "true", JENKINS_URL: "https://x" }, "local", "trigger.hosts"],
    [{ GITHUB_ACTIONS: "true" }, "local", "trigger.hosts"],
    [{ CI: "true" }, "local", "local"],
    [{}, "gitlab", "trigger.hosts"],
    [{}, "__proto__", "trigger.hosts"],
  ])("%j with WEIR_HOST=%s is %s", (variables, chosen, expected) => {
    const found = hostOf({ ...variables, WEIR_HOST: chosen });
    expect(found.ok ? found.host : found.error.code).toBe(expected);
  });

  it("is unknown and not trusted on a host that Weir does not know", async () => {
    const { at } = repository();
    expect(await read(at, { env: { ...env, CI: "true" } })).toMatchObject({
      host: "local",
      event: "unknown",
      branch: "feature/x",
      trust: "untrusted",
    });
    for (const laptop of [{ CI: "false" }, { CI: "1", WEIR_HOST: "local" }]) {
      expect(await read(at, { env: { ...env, ...laptop } })).toMatchObject({ event: "manual", trust: "trusted" });
    }
  });

  it("takes the branch from the host and the rest from the detached clone", async () => {
    const { at, sha: here, base: from } = repository();
    git(at, "checkout", "-q", "--detach");
    const variables = {
      ...env,
      GITLAB_CI: "true",
      CI_PIPELINE_SOURCE: "push",
      CI_COMMIT_BRANCH: "feature/x",
      CI_COMMIT_SHA: here,
    };
    expect(await read(at, { env: variables })).toMatchObject({
      branch: "feature/x",
      sha: here,
      base: from,
      changedFiles: { files: ["src/b.ts"] },
      trust: "trusted",
      notes: [],
    });
  });

  it("does not trust a clone that holds another commit than the host speaks of", async () => {
    const { at, sha: here } = repository();
    const variables = {
      ...env,
      GITHUB_ACTIONS: "true",
      GITHUB_EVENT_NAME: "push",
      GITHUB_REF: "refs/heads/main",
      GITHUB_SHA: sha,
      GITHUB_EVENT_PATH: "/nonexistent",
    };
    expect(await read(at, { env: variables })).toMatchObject({
      sha: here,
      trust: "untrusted",
      notes: [
        "the event's payload can't be read (GITHUB_EVENT_PATH)",
        `the clone holds commit ${here.slice(0, 12)}, and the host speaks of aaaaaaaaaaaa: not trusted`,
      ],
    });
  });

  it("finds the base of a pull request by the payload where the clone has no branches", async () => {
    const { at, base: from } = repository();
    git(at, "checkout", "-q", "--detach");
    git(at, "branch", "-q", "-D", "development", "feature/x");
    const payload = pullRequestPayload();
    payload.pull_request.base.sha = from;
    payload.pull_request.head.sha = git(at, "rev-parse", "HEAD");
    writeFileSync(join(at, ".git/event.json"), JSON.stringify(payload));
    const variables = {
      ...env,
      GITHUB_ACTIONS: "true",
      GITHUB_EVENT_NAME: "pull_request",
      GITHUB_REF: "refs/pull/7/merge",
      GITHUB_HEAD_REF: "feature/x",
      GITHUB_BASE_REF: "development",
      GITHUB_SHA: sha,
      GITHUB_EVENT_PATH: join(at, ".git/event.json"),
    };
    expect(await read(at, { env: variables })).toMatchObject({
      base: from,
      changedFiles: { files: ["src/b.ts"] },
      trust: "trusted",
      sources: { base: `git merge-base HEAD ${from}` },
    });
  });

  it("is a merge where a merge commit arrives on a branch that others merge into, in a shallow clone too", async () => {
    const { at } = repository();
    git(at, "checkout", "-q", "development");
    commit(at, "other.ts");
    git(at, "merge", "-q", "--no-ff", "-m", "Merge branch 'feature/x'", "feature/x");
    const merged = git(at, "rev-parse", "HEAD");
    const clone = join(folder(), "clone");
    git(at, "clone", "-q", "--depth", "1", `file://${at}`, clone);
    const on = (branch: string) => ({
      ...env,
      GITLAB_CI: "true",
      CI_PIPELINE_SOURCE: "push",
      CI_COMMIT_BRANCH: branch,
      CI_COMMIT_SHA: merged,
    });
    for (const source of [at, clone]) {
      expect(await read(source, { env: on("development") })).toMatchObject({
        event: "merge",
        mergedFrom: "feature/x",
        sources: { event: "CI_PIPELINE_SOURCE; the commit is a merge", mergedFrom: "the merge commit's subject" },
      });
      expect(await read(source, { env: on("feature/y") })).toMatchObject({ event: "push", mergedFrom: null });
    }
    expect(await read(at)).toMatchObject({ event: "manual", mergedFrom: null });
  });
});

describe("the same commit on every host", () => {
  const common = { GIT_COMMIT: "", JENKINS_URL: "", GITHUB_ACTIONS: "", GITLAB_CI: "" };

  /** Everything of a plan but what names the host, or what a host alone says. */
  function anonymous(trigger: Trigger): string {
    const made = makePlan(input({}, { trigger: { ...trigger, host: "local", sources: {}, protectedBranch: null } }));
    return made.ok ? planJson(made.plan) : made.error.message;
  }

  it("gives the same plan, byte for byte", async () => {
    const { at, sha: here, base: from } = repository();
    git(at, "checkout", "-q", "--detach");
    const payload = pullRequestPayload();
    Object.assign(payload.pull_request.head, { ref: "feature/x", sha: here });
    payload.pull_request.base.sha = from;
    const event = join(folder(), "event.json");
    writeFileSync(event, JSON.stringify(payload));

    const pushes = [
      {
        GITHUB_ACTIONS: "true",
        GITHUB_EVENT_NAME: "push",
        GITHUB_REF: "refs/heads/feature/x",
        GITHUB_SHA: here,
        GITHUB_ACTOR: "ada",
        GITHUB_EVENT_PATH: event,
      },
      {
        GITLAB_CI: "true",
        CI_PIPELINE_SOURCE: "push",
        CI_COMMIT_BRANCH: "feature/x",
        CI_COMMIT_SHA: here,
        GITLAB_USER_LOGIN: "ada",
      },
      {
        JENKINS_URL: "https://x/",
        BRANCH_NAME: "feature/x",
        GIT_COMMIT: here,
        WEIR_JENKINS_CAUSES: "jenkins.branch.BranchEventCause",
        BUILD_USER_ID: "ada",
      },
    ];
    const proposals = [
      {
        GITHUB_ACTIONS: "true",
        GITHUB_EVENT_NAME: "pull_request",
        GITHUB_REF: "refs/pull/7/merge",
        GITHUB_HEAD_REF: "feature/x",
        GITHUB_BASE_REF: "development",
        GITHUB_SHA: here,
        GITHUB_ACTOR: "ada",
        GITHUB_EVENT_PATH: event,
      },
      {
        GITLAB_CI: "true",
        CI_PIPELINE_SOURCE: "merge_request_event",
        CI_MERGE_REQUEST_IID: "7",
        CI_MERGE_REQUEST_TITLE: "Add a cart",
        CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: "feature/x",
        CI_MERGE_REQUEST_TARGET_BRANCH_NAME: "development",
        CI_MERGE_REQUEST_SOURCE_PROJECT_ID: "1",
        CI_MERGE_REQUEST_PROJECT_ID: "1",
        CI_COMMIT_SHA: here,
        GITLAB_USER_LOGIN: "ada",
      },
      {
        JENKINS_URL: "https://x/",
        BRANCH_NAME: "PR-7",
        CHANGE_ID: "7",
        CHANGE_TITLE: "Add a cart",
        CHANGE_AUTHOR: "ada",
        CHANGE_BRANCH: "feature/x",
        CHANGE_TARGET: "development",
        GIT_COMMIT: here,
      },
    ];
    for (const group of [pushes, proposals]) {
      const triggers = await Promise.all(group.map((variables) => read(at, { env: { ...env, ...common, ...variables } })));
      const plans = new Set(triggers.map(anonymous));
      expect([...plans]).toHaveLength(1);
      expect([...plans][0]).toContain('"branchKind": "feature"');
    }
  });
});
