/** One file's text → what its schema makes of it, with everything that is wrong with it. */
import type * as z from "zod/mini";
import { explain } from "./explain.ts";
import type { SourceFile } from "./files.ts";
import { type Problem, problem } from "./problem.ts";
import { parseSyntax } from "./syntax.ts";
import { readValues, type Values, type Written } from "./values.ts";

export interface Parsed<T> {
  readonly name: string;
  /** Null where there are problems. */
  readonly output: T | null;
  /** As it was written, for what the schema's output no longer shows. */
  readonly value: unknown;
  readonly written: ReadonlyMap<string, Written>;
  readonly problems: readonly Problem[];
}

/** More than a person mends in one go. */
const mostShown = 100;

/** `prepare` lays what was written over defaults of its own before the schema sees it. */
export function parseFile<S extends z.ZodMiniType>(
  source: SourceFile,
  schema: S,
  prepare: (value: unknown) => unknown = (value) => value,
): Parsed<z.output<S>> {
  const nothing = { name: source.name, output: null, value: null, written: new Map<string, Written>() };
  if (source.kind === "problem") return { ...nothing, problems: [source.problem] };
  const syntax = parseSyntax(source.name, source.text);
  if ("length" in syntax) return { ...nothing, problems: shown(syntax) };
  const values = readValues(syntax, schema);
  const result = schema.safeParse(prepare(values.value));
  const problems = shown([...values.problems, ...misfits(source.name, schema, values, result.error?.issues ?? [])]);
  const output = problems.length === 0 && result.success ? result.data : null;
  return { name: source.name, output, value: values.value, written: values.written, problems };
}

/** What the schema refuses, but for what was refused before it and is missing for that reason. */
function misfits(file: string, schema: z.ZodMiniType, values: Values, issues: readonly z.core.$ZodIssue[]): readonly Problem[] {
  const refused = new Set(values.problems.map(({ path }) => path));
  return explain(file, schema, values, issues).filter(({ path }) => !refused.has(path));
}

function shown(problems: readonly Problem[]): readonly Problem[] {
  const sorted = [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
  const last = sorted[mostShown - 1];
  if (last === undefined || sorted.length === mostShown) return sorted;
  const more = problem(last, [], "more problems are not shown", "expected those above to be mended");
  return [...sorted.slice(0, mostShown), more];
}
