/** zod's issues → problems in the user's words, at the user's lines. */
import type * as z from "zod/mini";
import { knownKeys, type Schema } from "./descend.ts";
import { describeValue, formatPath, oneOf, type Path, type Place, type Problem, problem, suggest } from "./problem.ts";
import { pathKey, type Values } from "./values.ts";

type Issue = z.core.$ZodIssue;

/** What is wrong at a path; `onKey` where the key itself is meant and not its value. */
interface Finding {
  readonly path: Path;
  readonly wrong: string;
  readonly expected: string;
  readonly onKey?: boolean;
}

/** More than is ever shown; a hostile file could make hundreds of thousands. */
const mostProblems = 200;

/** The first problem of each path. */
export function explain(file: string, schema: Schema, values: Values, issues: readonly Issue[]): readonly Problem[] {
  const findings = issues.slice(0, mostProblems).flatMap((issue) => findingsOf(issue, [], schema, values.value));
  const firsts = new Map(findings.map((finding) => [pathKey(finding.path), finding] as const).reverse());
  return [...firsts.values()].reverse().map((finding) => locate(file, values, finding));
}

function locate(file: string, values: Values, { path, wrong, expected, onKey }: Finding): Problem {
  return problem(placeOf(file, values.written, path, onKey ?? false), path, wrong, expected);
}

/** Where a path is written; what is missing is missing from the nearest thing around it. */
export function placeOf(file: string, written: Values["written"], path: Path, onKey: boolean): Place {
  const exact = written.get(pathKey(path));
  if (exact !== undefined) return onKey ? exact.key : exact.value;
  return path.length === 0 ? { file, line: 1, column: 1 } : placeOf(file, written, path.slice(0, -1), true);
}

function findingsOf(issue: Issue, prefix: Path, schema: Schema, root: unknown): readonly Finding[] {
  const path = [...prefix, ...(issue.path as Path)];
  const found = valueAt(root, path);
  const is = `is ${describeValue(found)}`;
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.slice(0, mostProblems).map((key) => unknownKey(path, key, knownKeys(schema, path)));
    case "invalid_key":
      return [badKey(path, issue.issues)];
    case "invalid_union":
      return chosen(issue).flatMap((inner) => findingsOf(inner, path, schema, root));
    case "invalid_value":
      return [{ path, wrong: is, expected: oneOfValues(found, issue.values.map(String)) }];
    case "invalid_type":
    case "invalid_format":
    case "too_big":
    case "too_small":
    case "not_multiple_of":
    case "invalid_element":
    case "custom":
      return [{ path, wrong: is, expected: `expected ${issue.message}` }];
  }
}

function unknownKey(path: Path, key: string, known: readonly string[]): Finding {
  const where = path.length === 0 ? "at the top of the file" : `of ${formatPath(path)}`;
  return { path: [...path, key], wrong: `is not a key ${where}`, expected: suggest(key, known), onKey: true };
}

/** A key of a map whose keys are the user's own, or names of a fixed list. */
function badKey(path: Path, issues: readonly Issue[]): Finding {
  const [first] = issues;
  if (first?.code === "invalid_value") {
    return unknownKey(path.slice(0, -1), String(path.at(-1)), first.values.map(String));
  }
  return { path, wrong: "is not a name that can stand here", expected: `expected ${first?.message ?? "another"}`, onKey: true };
}

function oneOfValues(found: unknown, values: readonly string[]): string {
  return typeof found === "string" ? suggest(found, values) : `expected ${oneOf(values)}`;
}

/** Of a union's options, the one that the user meant: whose kind of value was written. */
function chosen(issue: z.core.$ZodIssueInvalidUnion): readonly Issue[] {
  const meant = issue.errors.find((option) => !option.some((inner) => inner.code === "invalid_type" && inner.path.length === 0));
  return meant ?? [{ ...issue, code: "custom", path: [] }];
}

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<string | number, unknown> | undefined)?.[key], root);
}
