/** Whether a record is of the commit, the trigger and the Weir at hand, and whether its run came to a good end. Pure. */
import { planVersion, type Plan } from "../plan/plan.ts";
import { runRecordVersion } from "../report/report.ts";
import type { Proof } from "./record.ts";

export interface Unproved {
  readonly reason: string;
  readonly remedy: string;
}

type Check = (plan: Plan, proof: Proof, weir: string) => Unproved | null;

const anew = "weir run, for this commit and this event";

/** In the order in which they are told: what the record is, then whose it is. */
const checks: readonly Check[] = [
  (_plan, { version, plan }) =>
    (version as number) === runRecordVersion && (plan.version as number) === planVersion
      ? null
      : { reason: "the record is of another version", remedy: "weir run, with the same Weir as the gate" },
  (_plan, proof, weir) =>
    proof.weir === weir
      ? null
      : { reason: `the record is of Weir ${proof.weir}, and this is Weir ${weir}`, remedy: "run and gate with the same Weir" },
  (_plan, { outcome }) =>
    outcome === "running"
      ? { reason: "the run was killed, or has not ended: its record still says that it is running", remedy: anew }
      : null,
  ({ trigger }) =>
    trigger.sha === null ? { reason: "there is no commit here that could be proved", remedy: "commit first" } : null,
  ({ trigger }, { plan }) =>
    trigger.sha === plan.trigger.sha
      ? null
      : { reason: `the record is of commit ${short(plan.trigger.sha)}, and here is ${short(trigger.sha)}`, remedy: anew },
  ({ trigger }, { plan }) =>
    plan.trigger.dirty || trigger.dirty
      ? {
          reason: plan.trigger.dirty
            ? "the run was of uncommitted files too, so it proves no commit"
            : "uncommitted files lie here, so this plan is not the commit's",
          remedy: "git status shows them: commit, ignore or remove them",
        }
      : null,
  (plan, proof) => {
    const differing = differences(facts(plan), facts(proof.plan));
    return differing.length === 0 ? null : { reason: `the record is of another plan: ${differing.join("; ")}`, remedy: anew };
  },
];

const ended: Readonly<Record<Proof["outcome"], string>> = {
  running: "was killed",
  passed: "ended",
  failed: "failed",
  error: "ended by an error",
  cancelled: "was interrupted",
};

/** Null where the run says itself that it passed. What it says of each stage holds all the same. */
export function endProblem({ outcome, exitCode }: Proof): Unproved | null {
  if (outcome === "passed" && exitCode === 0) return null;
  return {
    reason: `the run did not pass: it ${ended[outcome]} with exit code ${exitCode}`,
    remedy: "mend what failed, and run again",
  };
}

/** The first thing by which a record proves nothing here; null where it proves what it says. */
export function recordProblem(plan: Plan, proof: Proof, weir: string): Unproved | null {
  for (const check of checks) {
    const problem = check(plan, proof, weir);
    if (problem !== null) return problem;
  }
  return null;
}

type Facts = Readonly<Record<string, string | boolean | null>>;

/** What a plan is about, apart from its stages. Not what may differ between two jobs of one pipeline: sources and notes. */
function facts({ app, trigger, branchKind, environment, promotes }: Plan): Facts {
  return {
    app,
    host: trigger.host,
    event: trigger.event,
    ref: trigger.ref,
    target: trigger.target,
    trust: trigger.trust,
    "pull request": trigger.pullRequest?.id ?? null,
    "from a fork": trigger.pullRequest?.fromFork ?? null,
    "newest commit": trigger.pullRequest?.headSha ?? null,
    "kind of branch": branchKind,
    environment,
    promotes,
  };
}

function differences(here: Facts, there: Facts): readonly string[] {
  return Object.keys(here)
    .filter((key) => here[key] !== there[key])
    .map((key) => `${key} was ${String(there[key] ?? "none")} and is ${String(here[key] ?? "none")}`);
}

function short(sha: string | null): string {
  return sha === null ? "none" : sha.slice(0, 12);
}
