/** The plan as a Mermaid flowchart. */
import { at } from "../policy/policy.ts";
import type { Plan, PlannedStage } from "./plan.ts";

/** What stages run and in which order; what is skipped stands apart with the rule that says so. */
export function planMermaid(plan: Plan): string {
  const running = plan.stages.filter((stage) => stage.decision === "run");
  const skipped = plan.stages.filter((stage) => stage.decision === "skip");
  return [
    "flowchart LR",
    ...running.map((stage) => `  ${node(stage)}["${stage.name}"]`),
    ...running.flatMap((stage) => stage.needs.map((need) => `  ${node({ name: need })} --> ${node(stage)}`)),
    ...skipped.map(
      (stage) => `  ${node(stage)}["${stage.name}<br/>skipped: ${label(`${stage.rule}, ${at(stage.source)}`)}"]:::skipped`,
    ),
    "  classDef skipped stroke-dasharray: 4 4, color: #888",
    "",
  ].join("\n");
}

/** With a prefix, since `end` and others are Mermaid's own words. */
function node({ name }: Pick<PlannedStage, "name">): string {
  return `stage_${name}`;
}

/** Text in a label: whatever is not plainly a letter, digit or mark is given by its number. */
function label(text: string): string {
  return text.replace(/[^A-Za-z0-9 .,:/()_-]/gu, (character) => `#${character.codePointAt(0) ?? 0};`);
}
