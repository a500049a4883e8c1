/**
 * The trigger in GitLab CI, from its predefined variables.
 * https://docs.gitlab.com/ci/variables/predefined_variables/ and https://docs.gitlab.com/ci/jobs/job_rules/
 */
import type { Env } from "./git.ts";
import { branchRef, tagRef } from "../policy/refs.ts";
import { asSaid, factsOf, said, saidFlag, type Said } from "./said.ts";
import type { Event, HostFacts, PullRequest, Trust } from "./trigger.ts";

/**
 * CI_PIPELINE_SOURCE. Pipelines that another pipeline starts (`pipeline`, `parent_pipeline`) say nothing of what
 * started that one, so they are unknown; `security_orchestration_policy` and `external` likewise.
 */
const events: ReadonlyMap<string, Event> = new Map([
  ["push", "push"],
  ["webide", "push"],
  ["merge_request_event", "pull-request"],
  ["schedule", "schedule"],
  ["web", "manual"],
  ["api", "manual"],
  ["trigger", "manual"],
  ["chat", "manual"],
]);

/** What GitLab says. */
export function gitlabFacts(env: Env): HostFacts {
  const event = eventOf(env);
  const proposed = event.value === "pull-request";
  const pullRequest = proposed ? pullRequestOf(env) : null;
  return factsOf("gitlab", {
    event,
    ref: proposed ? asSaid(said(env, "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"), branchRef) : refOf(env),
    target: proposed ? said(env, "CI_MERGE_REQUEST_TARGET_BRANCH_NAME") : null,
    sha: said(env, "CI_COMMIT_SHA"),
    pullRequest,
    actor: said(env, "GITLAB_USER_LOGIN"),
    // In merge request pipelines it depends on the project's settings which ref it speaks of.
    protectedBranch: proposed ? null : saidFlag(env, "CI_COMMIT_REF_PROTECTED"),
    trust: trustOf(event.value, pullRequest, env),
    // The target's commit is there in merged results pipelines only; the diff's base may lag behind a changed target.
    baseHints: [said(env, "CI_MERGE_REQUEST_TARGET_BRANCH_SHA"), said(env, "CI_MERGE_REQUEST_DIFF_BASE_SHA")],
    notes: [],
  });
}

function eventOf(env: Env): Said<Event> {
  // A child pipeline of a merge request's has its variables, but names its parent as the source.
  if (said(env, "CI_MERGE_REQUEST_IID") !== null) return { value: "pull-request", from: "CI_MERGE_REQUEST_IID" };
  const source = said(env, "CI_PIPELINE_SOURCE");
  if (source === null) return { value: "unknown", from: "CI_PIPELINE_SOURCE is not set" };
  const event = events.get(source.value) ?? "unknown";
  if (event === "unknown") return { value: event, from: `CI_PIPELINE_SOURCE=${source.value}` };
  if (event === "push" && said(env, "CI_COMMIT_TAG") !== null) return { value: "tag", from: "CI_COMMIT_TAG" };
  return { value: event, from: source.from };
}

function refOf(env: Env): Said<string> | null {
  return asSaid(said(env, "CI_COMMIT_TAG"), tagRef) ?? asSaid(said(env, "CI_COMMIT_BRANCH"), branchRef);
}

function pullRequestOf(env: Env): Said<PullRequest> {
  return {
    value: {
      id: said(env, "CI_MERGE_REQUEST_IID")?.value ?? "unknown",
      title: said(env, "CI_MERGE_REQUEST_TITLE")?.value ?? null,
      fromFork: !sameProject(env),
      // Set in merged results pipelines only; in others CI_COMMIT_SHA is the branch's own newest commit.
      headSha: said(env, "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", "CI_COMMIT_SHA")?.value ?? null,
    },
    from: "CI_MERGE_REQUEST_IID",
  };
}

function sameProject(env: Env): boolean {
  const source = said(env, "CI_MERGE_REQUEST_SOURCE_PROJECT_ID");
  const target = said(env, "CI_MERGE_REQUEST_PROJECT_ID");
  return source !== null && target !== null && source.value === target.value;
}

function trustOf(event: Event, pullRequest: Said<PullRequest> | null, env: Env): Said<Trust> {
  if (event === "unknown") return { value: "untrusted", from: "a pipeline source that Weir does not know" };
  if (pullRequest !== null)
    return { value: pullRequest.value.fromFork ? "untrusted" : "trusted", from: "CI_MERGE_REQUEST_SOURCE_PROJECT_ID" };
  return { value: refOf(env) === null ? "untrusted" : "trusted", from: "CI_PIPELINE_SOURCE" };
}
