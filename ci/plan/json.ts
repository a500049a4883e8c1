/** The plan as JSON: the same bytes for the same plan, and safe to print on a terminal. */
import type { Plan } from "./plan.ts";

/** Marks that JSON allows as they are, but that turn text around, hide it or break lines. */
const unsafe = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Versioned JSON with a line break at its end. Keys keep the order in which the types declare them. */
export function planJson(plan: Plan): string {
  return `${JSON.stringify(plan, null, 2).replace(unsafe, escaped)}\n`;
}

function escaped(character: string): string {
  return [...Array(character.length).keys()]
    .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`)
    .join("");
}
