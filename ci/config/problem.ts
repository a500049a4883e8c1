/** What is wrong with a file that a user wrote, where, and what was expected; and how such things are shown. */
import { closest, distance } from "fastest-levenshtein";

export type Path = readonly (string | number)[];

export interface Place {
  /** Relative to the app's folder, such as `environments/staging.yaml`. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

/** Every text in it is safe to print: what could move a cursor or turn the line around is escaped. */
export interface Problem extends Place {
  /** Such as `stages.unit.commands[0]`; empty where the file as a whole is meant. */
  readonly path: string;
  /** What was found: "is 70000". */
  readonly wrong: string;
  /** What to write instead: "expected a whole number from 1 to 65535". */
  readonly expected: string;
}

/** Makes a problem of texts that may hold anything. */
export function problem(place: Place, path: Path, wrong: string, expected: string): Problem {
  return {
    file: visible(place.file),
    line: place.line,
    column: place.column,
    path: formatPath(path),
    wrong: visible(cut(wrong, longestSentence)),
    expected: visible(cut(expected, longestSentence)),
  };
}

/** One line: `file:line:column: path: what is wrong; what is expected`. */
export function formatProblem({ file, line, column, path, wrong, expected }: Problem): string {
  return `${file}:${line}:${column}: ${path === "" ? "" : `${path}: `}${wrong}; ${expected}`;
}

/** `["stages", "unit", "commands", 0]` as `stages.unit.commands[0]`. */
export function formatPath(path: Path): string {
  return path.map(formatStep).join("");
}

function formatStep(step: string | number, index: number): string {
  if (typeof step === "number") return `[${step}]`;
  if (!/^[A-Za-z0-9_-]{1,60}$/.test(step)) return `[${quote(step)}]`;
  return index === 0 ? step : `.${step}`;
}

/** Controls, direction marks and what else a terminal would not show, as `\u{1b}`. */
export function visible(text: string): string {
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

const longestValue = 60;
const longestSentence = 500;

/** A text in quotes, cut where it is long, fit to print. */
export function quote(text: string): string {
  return visible(`"${cut(text, longestValue)}"`);
}

function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  return `${Array.from(text.slice(0, 2 * longest))
    .slice(0, longest)
    .join("")}…`;
}

/** A value for the sentence "… is …": scalars as they are, and only the kind of what is larger. */
export function describeValue(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "empty";
  if (typeof value === "string") return quote(value);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  return "a map";
}

/** The candidate that the user most likely meant, or null where none is near. */
export function nearest(word: string, candidates: readonly string[]): string | null {
  if (word.length > 40 || candidates.length === 0) return null;
  const lower = word.toLowerCase();
  const best = closest(lower, [...candidates]);
  const steps = distance(lower, best);
  const swapped = steps === 2 && lettersOf(lower) === lettersOf(best);
  if (swapped || steps <= Math.max(1, Math.floor(best.length / 3))) return best;
  return candidates.find((candidate) => isCutShort(lower, candidate) || isCutShort(candidate, lower)) ?? null;
}

/** `perf` is `performance` cut short. */
function isCutShort(short: string, long: string): boolean {
  return short.length >= 3 && long.startsWith(short);
}

function lettersOf(word: string): string {
  return Array.from(word).sort().join("");
}

/** "did you mean `port`?", or all that may stand here. */
export function suggest(word: string, candidates: readonly string[]): string {
  const near = nearest(word, candidates);
  if (near !== null) return `did you mean \`${near}\`?`;
  return candidates.length === 0 ? "expected none" : `expected ${oneOf(candidates)}`;
}

/** `a`, `a or b`, `a, b or c`. */
export function oneOf(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1) ?? ""}`;
}
