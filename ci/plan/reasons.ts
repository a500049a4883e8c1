/** The sentences that say why: one deciding fact each, without a full stop. */
import { oneOf } from "../config/problem.ts";
import { mismatches, type Policy, type Situation } from "../policy/policy.ts";
import type { StageName } from "../stages/catalogue.ts";
import type { Event, Trigger } from "../trigger/trigger.ts";

const happened: Readonly<Record<Event, string>> = {
  push: "push to",
  "pull-request": "pull request of",
  merge: "merge into",
  schedule: "schedule on",
  manual: "manual run on",
  tag: "arrival of",
  unknown: "an unknown event on",
};

/** What happened, where: "push to branch feature/x, of kind feature". */
export function occasion(trigger: Trigger, kind: string | null): string {
  if (kind === null) return `${happened[trigger.event]} no known branch`;
  const where = `${refWords(trigger)}, of kind ${kind}`;
  const target = trigger.event === "pull-request" && trigger.target !== null ? `, into ${trigger.target}` : "";
  return `${happened[trigger.event]} ${where}${target}`;
}

/** "branch feature/x", "tag v1". */
export function refWords(trigger: Trigger): string {
  if (trigger.branch !== null) return `branch ${trigger.branch}`;
  return trigger.ref === null ? "no known branch" : `tag ${trigger.ref.replace(/^refs\/tags\//, "")}`;
}

/** Why no rule runs a stage here: what differs from the rules that would run it. */
export function noRule(stage: StageName, policy: Policy, situation: Situation, trigger: Trigger): string {
  const running = policy.rules.filter((rule) => rule.stage === stage && rule.action !== "skip");
  const sameKind = running.filter((rule) => !mismatches(rule, situation).includes("kind") && rule.events !== null);
  const events = sameKind.flatMap((rule) => rule.events ?? []).filter((event) => event !== "unknown");
  if (events.length > 0) return `${occasion(trigger, situation.kind)}; ${stage} runs there on ${oneOf(unique(events))}`;
  const kinds = running.flatMap((rule) => rule.kinds ?? []).filter((kind) => kind !== null);
  const elsewhere = kinds.length === 0 ? "no rule runs it" : `${stage} runs on ${oneOf(unique(kinds))}`;
  return `${refWords(trigger)} is of kind ${situation.kind ?? "unknown"}; ${elsewhere}`;
}

/** The words without repetition, in their order. */
export function unique<T>(words: readonly T[]): readonly T[] {
  return [...new Set(words)];
}
