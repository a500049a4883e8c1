/**
 * The trigger in GitHub Actions, from its default variables and the event's payload (the file GITHUB_EVENT_PATH).
 * https://docs.github.com/en/actions/reference/workflows-and-actions/variables and …/events-that-trigger-workflows
 */
import type { Env } from "./git.ts";
import { branchOf, branchRef, partsOf } from "../policy/refs.ts";
import { asSaid, factsOf, said, saidFlag, type Said } from "./said.ts";
import type { Event, HostFacts, PullRequest, Trust } from "./trigger.ts";

/** `merge_group`: the queue's own merge of pull requests, proposed for the target like one. */
const events: ReadonlyMap<string, Event> = new Map([
  ["push", "push"],
  ["pull_request", "pull-request"],
  ["pull_request_target", "pull-request"],
  ["merge_group", "pull-request"],
  ["schedule", "schedule"],
  ["workflow_dispatch", "manual"],
]);

/** What GitHub says. `payload` is the parsed event, null where it can't be read. */
export function githubFacts(env: Env, payload: unknown): HostFacts {
  const name = said(env, "GITHUB_EVENT_NAME");
  const event = eventOf(name, env, payload);
  const proposed = event.value === "pull-request";
  const group = name?.value === "merge_group";
  const pullRequest = proposed && !group ? pullRequestOf(env, payload) : null;
  return factsOf("github", {
    event,
    ref: group ? null : proposed ? asSaid(said(env, "GITHUB_HEAD_REF"), branchRef) : said(env, "GITHUB_REF"),
    target: proposed ? targetOf(env, payload) : null,
    sha: said(env, "GITHUB_SHA"),
    pullRequest,
    actor: said(env, "GITHUB_ACTOR"),
    // For a pull request it speaks of the merge ref, which nothing protects.
    protectedBranch: proposed ? null : saidFlag(env, "GITHUB_REF_PROTECTED"),
    trust: trustOf(name?.value ?? "", event.value, pullRequest, env),
    baseHints: [textAt(payload, "pull_request", "base", "sha"), textAt(payload, "merge_group", "base_sha")],
    notes: group ? ["a merge group: several branches may be in it, so no one branch is known"] : [],
  });
}

function eventOf(name: Said<string> | null, env: Env, payload: unknown): Said<Event> {
  if (name === null) return { value: "unknown", from: "GITHUB_EVENT_NAME is not set" };
  const event = events.get(name.value) ?? "unknown";
  if (event === "unknown") return { value: event, from: `GITHUB_EVENT_NAME=${name.value}` };
  if (event !== "push") return { value: event, from: name.from };
  if (valueAt(payload, "deleted") === true) return { value: "unknown", from: "event payload: deleted" };
  const tag = partsOf(env["GITHUB_REF"] ?? "").type === "tag";
  return tag ? { value: "tag", from: "GITHUB_REF" } : { value: event, from: name.from };
}

function targetOf(env: Env, payload: unknown): Said<string> | null {
  const group = textAt(payload, "merge_group", "base_ref");
  const branch = group === null ? null : branchOf(group.value);
  return said(env, "GITHUB_BASE_REF") ?? (group === null || branch === null ? null : { value: branch, from: group.from });
}

function pullRequestOf(env: Env, payload: unknown): Said<PullRequest> {
  const number = valueAt(payload, "pull_request", "number");
  const fromRef = /^refs\/pull\/(\d+)\//.exec(env["GITHUB_REF"] ?? "")?.[1];
  const head = textAt(payload, "pull_request", "head", "repo", "full_name");
  const base = textAt(payload, "pull_request", "base", "repo", "full_name");
  return {
    value: {
      id: typeof number === "number" ? String(number) : (fromRef ?? "unknown"),
      title: textAt(payload, "pull_request", "title")?.value ?? null,
      fromFork: head === null || base === null || head.value !== base.value,
      headSha: textAt(payload, "pull_request", "head", "sha")?.value ?? null,
    },
    from: "event payload: pull_request",
  };
}

function trustOf(name: string, event: Event, pullRequest: Said<PullRequest> | null, env: Env): Said<Trust> {
  if (event === "unknown") return { value: "untrusted", from: "an event that Weir does not know" };
  // These run with the repository's own rights beside code that anybody may have proposed.
  if (name === "pull_request_target" || name === "merge_group") return { value: "untrusted", from: `GITHUB_EVENT_NAME=${name}` };
  // GitHub itself treats what Dependabot triggers as if it came from a fork.
  if (env["GITHUB_ACTOR"] === "dependabot[bot]") return { value: "untrusted", from: "GITHUB_ACTOR" };
  if (pullRequest !== null)
    return { value: pullRequest.value.fromFork ? "untrusted" : "trusted", from: "event payload: pull_request.head.repo" };
  return { value: said(env, "GITHUB_REF") === null ? "untrusted" : "trusted", from: "GITHUB_EVENT_NAME" };
}

function textAt(payload: unknown, ...path: readonly string[]): Said<string> | null {
  const value = valueAt(payload, ...path);
  return typeof value === "string" && value !== "" ? { value, from: `event payload: ${path.join(".")}` } : null;
}

function valueAt(payload: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, key)
        ? (value as Record<string, unknown>)[key]
        : undefined,
    payload,
  );
}
