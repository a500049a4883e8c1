/**
 * The trigger in Jenkins, in a multibranch project or a single one, from the variables of the Branch API and Git
 * plugins (a controller lists them at /env-vars.html). Jenkins gives no variable for what started a build: the wrapper
 * passes the causes' class names on as WEIR_JENKINS_CAUSES; the EnvInject plugin's BUILD_CAUSE is read too.
 */
import type { Env } from "./git.ts";
import { branchRef, tagRef } from "../policy/refs.ts";
import { asSaid, factsOf, said, type Said } from "./said.ts";
import type { Event, HostFacts, PullRequest, Trust } from "./trigger.ts";

/** Of several causes, the first in this order is what happened. */
const causes: readonly (readonly [RegExp, Event])[] = [
  [/UserIdCause|UserCause|ReplayCause|MANUALTRIGGER/, "manual"],
  [/TimerTrigger|TIMERTRIGGER/, "schedule"],
  [/BranchEventCause|BranchIndexingCause|SCMTrigger|SCMTRIGGER|PushCause|WebHookCause/, "push"],
];

/** What Jenkins says. */
export function jenkinsFacts(env: Env): HostFacts {
  const event = eventOf(env);
  const proposed = event.value === "pull-request";
  const pullRequest = proposed ? pullRequestOf(env) : null;
  return factsOf("jenkins", {
    event,
    // BRANCH_NAME is PR-24 or the like there; CHANGE_BRANCH is what the branch is called.
    ref: proposed ? asSaid(said(env, "CHANGE_BRANCH"), branchRef) : refOf(env),
    target: proposed ? said(env, "CHANGE_TARGET") : null,
    sha: said(env, "GIT_COMMIT"),
    pullRequest,
    actor: said(env, "BUILD_USER_ID", "CHANGE_AUTHOR"),
    protectedBranch: null,
    trust: trustOf(event.value, pullRequest),
    baseHints: [],
    notes: [],
  });
}

function eventOf(env: Env): Said<Event> {
  if (said(env, "CHANGE_ID") !== null) return { value: "pull-request", from: "CHANGE_ID" };
  if (said(env, "TAG_NAME") !== null) return { value: "tag", from: "TAG_NAME" };
  const cause = said(env, "WEIR_JENKINS_CAUSES", "BUILD_CAUSE");
  if (cause !== null) {
    const event = causes.find(([pattern]) => pattern.test(cause.value))?.[1];
    return event === undefined ? { value: "unknown", from: `${cause.from}=${cause.value}` } : { value: event, from: cause.from };
  }
  // A multibranch project builds a branch when commits arrive there; what else may have started it is not said.
  if (said(env, "BRANCH_NAME") !== null) return { value: "push", from: "BRANCH_NAME" };
  return { value: "unknown", from: "WEIR_JENKINS_CAUSES is not set" };
}

function refOf(env: Env): Said<string> | null {
  const tag = asSaid(said(env, "TAG_NAME"), tagRef);
  return tag ?? asSaid(said(env, "BRANCH_NAME"), branchRef) ?? asSaid(said(env, "GIT_BRANCH"), remoteBranchRef);
}

/** The Git plugin names the remote's branch: `origin/main`. */
function remoteBranchRef(name: string): string {
  return branchRef(name.replace(/^(refs\/remotes\/)?origin\//, ""));
}

/** CHANGE_FORK is not set for a change of the repository's own, nor where the plugin can't tell: then CHANGE_BRANCH is missing too. */
function pullRequestOf(env: Env): Said<PullRequest> {
  return {
    value: {
      id: said(env, "CHANGE_ID")?.value ?? "unknown",
      title: said(env, "CHANGE_TITLE")?.value ?? null,
      fromFork: said(env, "CHANGE_FORK") !== null || said(env, "CHANGE_BRANCH") === null,
      headSha: null,
    },
    from: "CHANGE_ID",
  };
}

function trustOf(event: Event, pullRequest: Said<PullRequest> | null): Said<Trust> {
  if (event === "unknown") return { value: "untrusted", from: "a cause that Weir does not know" };
  if (pullRequest === null) return { value: "trusted", from: "no CHANGE_ID" };
  return { value: pullRequest.value.fromFork ? "untrusted" : "trusted", from: "CHANGE_FORK, CHANGE_BRANCH" };
}
