/** A trigger as a person wishes it, over the one that is there: `--event pull-request --branch feature/x --target development`. */
import { oneOf, suggest, visible } from "../config/problem.ts";
import { usageError, type WeirError } from "../errors.ts";
import { branchRef, nameProblem, tagRef } from "../policy/refs.ts";
import { events, type Event, type HostFacts, type PullRequest } from "./trigger.ts";

/** The options of `weir plan` and `weir run`, as they were written. */
export interface SimulateOptions {
  readonly event?: string | undefined;
  readonly branch?: string | undefined;
  readonly tag?: string | undefined;
  readonly target?: string | undefined;
  /** As if the pull request came from a fork. */
  readonly fork?: boolean | undefined;
}

export type SimulateResult = { readonly ok: true; readonly facts: HostFacts } | { readonly ok: false; readonly error: WeirError };

/** The facts with the options laid over them. On a CI host what is wished for is not trusted: wishes deliver nothing. */
export function simulate(facts: HostFacts, options: SimulateOptions): SimulateResult {
  const given = words(options);
  if (given.length === 0) return { ok: true, facts };
  const problem = optionProblem(options);
  if (problem !== null) return { ok: false, error: usageError("flag.trigger", problem.message, problem.remedy) };
  const event = eventOf(options, facts.event);
  const ref = refOf(options, facts.ref);
  const proposed = event === "pull-request";
  const untrusted = options.fork === true || facts.host !== "local";
  return {
    ok: true,
    facts: {
      ...facts,
      event,
      ref,
      branch: options.branch ?? (options.tag === undefined ? facts.branch : null),
      target: proposed ? (options.target ?? facts.target) : null,
      mergedFrom: null,
      baseHints: [],
      pullRequest: proposed ? pullRequest(facts, options) : null,
      protectedBranch: ref === facts.ref ? facts.protectedBranch : null,
      trust: untrusted ? "untrusted" : facts.trust,
      sources: {
        ...facts.sources,
        ...sources(options),
        ...(untrusted ? { trust: options.fork === true ? "--fork" : "simulated on a CI host" } : {}),
      },
      notes: [...facts.notes, `simulated: ${given.map(visible).join(" ")}`],
    },
  };
}

function words(options: SimulateOptions): readonly string[] {
  const named = (["event", "branch", "tag", "target"] as const).flatMap((key) =>
    options[key] === undefined ? [] : [`--${key} ${options[key]}`],
  );
  return options.fork === true ? [...named, "--fork"] : named;
}

interface Problem {
  readonly message: string;
  readonly remedy: string;
}

function optionProblem(options: SimulateOptions): Problem | null {
  const { event, branch, tag, target, fork } = options;
  if (event !== undefined && !isEvent(event))
    return { message: `--event ${visible(event)}: there is no such event`, remedy: suggest(event, events) };
  for (const [flag, name] of [
    ["branch", branch],
    ["tag", tag],
    ["target", target],
  ] as const) {
    const wrong = name === undefined ? null : nameProblem(name);
    if (wrong !== null)
      return {
        message: `--${flag} ${visible(name ?? "")} ${wrong}`,
        remedy: `--${flag} takes a short name such as ${flag === "tag" ? "v1.2.0" : "feature/login"}`,
      };
  }
  if (branch !== undefined && tag !== undefined) return { message: "--branch and --tag exclude each other", remedy: "name one" };
  const proposal = [target === undefined ? null : "--target", fork === true ? "--fork" : null].filter((flag) => flag !== null);
  if (proposal.length > 0 && event !== undefined && event !== "pull-request") {
    return { message: `${oneOf(proposal)} has no meaning with --event ${event}`, remedy: "use it with --event pull-request" };
  }
  return null;
}

function isEvent(word: string): word is Event {
  return (events as readonly string[]).includes(word);
}

/** A target or a fork means a pull request; a tag that nobody says more of has arrived. */
function eventOf({ event, target, fork, tag }: SimulateOptions, found: Event): Event {
  if (event !== undefined && isEvent(event)) return event;
  if (target !== undefined || fork === true) return "pull-request";
  return tag === undefined ? found : "tag";
}

function refOf({ branch, tag }: SimulateOptions, found: string | null): string | null {
  if (branch !== undefined) return branchRef(branch);
  return tag === undefined ? found : tagRef(tag);
}

function pullRequest(facts: HostFacts, { fork }: SimulateOptions): PullRequest {
  const found = facts.pullRequest;
  return {
    id: found?.id ?? "simulated",
    title: found?.title ?? null,
    fromFork: fork ?? found?.fromFork ?? false,
    headSha: found?.headSha ?? facts.sha,
  };
}

function sources(options: SimulateOptions): Readonly<Record<string, string>> {
  return {
    ...(options.event === undefined ? {} : { event: "--event" }),
    ...(options.branch === undefined ? {} : { ref: "--branch", branch: "--branch" }),
    ...(options.tag === undefined ? {} : { ref: "--tag" }),
    ...(options.target === undefined ? {} : { target: "--target" }),
  };
}
