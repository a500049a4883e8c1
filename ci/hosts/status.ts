/**
 * The gate's verdict as the host shows it beside a commit. One name a kind of event, so that a later verdict takes the
 * place of an earlier one, and a push, which needs no review, never stands in for a pull request, which does.
 */
import { visible } from "../config/problem.ts";
import type { WeirError } from "../errors.ts";
import type { GateVerdict } from "../gate/judge.ts";
import { setupError } from "../reviews/host-failure.ts";
import type { Patience } from "../reviews/host-reviews.ts";
import type { Env } from "../trigger/git.ts";
import type { Trigger } from "../trigger/trigger.ts";
import { githubStatus } from "./status-github.ts";
import { gitlabStatus } from "./status-gitlab.ts";

export interface Status {
  readonly context: string;
  readonly passed: boolean;
  /** One line, at most 140 characters, which is what GitHub takes. */
  readonly description: string;
  readonly sha: string;
}

/** `unchanged`: the host shows the very same already. */
export type StatusOutcome =
  | { readonly reported: true; readonly context: string; readonly sha: string; readonly unchanged: boolean }
  | { readonly reported: false; readonly error: Pick<WeirError, "code" | "message" | "remedy"> };

export interface StatusOptions {
  readonly trigger: Trigger;
  readonly verdict: GateVerdict;
  readonly env: Env;
  readonly patience: Patience;
}

/** Never throws, and never changes the verdict. */
export async function reportStatus({ trigger, verdict, env, patience }: StatusOptions): Promise<StatusOutcome> {
  const sha = trigger.pullRequest?.headSha ?? trigger.sha;
  if (sha === null) return notReported(setupError("status", "there is no commit to report on", "commit first"));
  const status: Status = { context: contextOf(trigger), passed: verdict.verdict === "pass", description: describe(verdict), sha };
  const sent = await send(status, trigger, env, patience);
  return "error" in sent ? notReported(sent.error) : { reported: true, context: status.context, sha, unchanged: sent.unchanged };
}

export type Sent = { readonly unchanged: boolean } | { readonly error: WeirError };

function send(status: Status, trigger: Trigger, env: Env, patience: Patience): Promise<Sent> | Sent {
  switch (trigger.host) {
    case "github":
      return githubStatus(status, env, patience);
    case "gitlab":
      return gitlabStatus(status, env, patience);
    case "jenkins":
    case "local":
      return { error: setupError("status", "no host is here that takes a status", "leave --report out: the exit code says it") };
  }
}

function notReported({ code, message, remedy }: WeirError): StatusOutcome {
  return { reported: false, error: { code, message, remedy } };
}

/** The name that a host is told to require is that of pull requests. */
export function contextOf({ event }: Pick<Trigger, "event">): string {
  return event === "pull-request" ? "weir/gate" : `weir/gate/${event}`;
}

const longest = 140;

/** What failed, by name; otherwise what was proved. */
export function describe({ lines, verdict }: GateVerdict): string {
  const names = lines.filter((line) => line.verdict === "fail").map((line) => ("stage" in line ? line.stage : line.check));
  const passed = lines.filter((line) => "stage" in line && !line.reason.startsWith("skipped")).length;
  const text = verdict === "pass" ? `${passed} stages passed, reviews as required` : `not passed: ${names.join(", ")}`;
  const plain = visible(text);
  return plain.length <= longest ? plain : `${plain.slice(0, longest - 1)}…`;
}
