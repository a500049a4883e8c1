/** The files in an app's `environments` folder → its environments and alerts, over Weir's defaults. */
import type * as z from "zod/mini";
import { defaultAlerts, defaultEnvironments } from "./defaults.ts";
import { type Parsed, parseFile } from "./document.ts";
import { type Alert, alertsSchema, type Environment, type EnvironmentFile, environmentSchema } from "./environment-schema.ts";
import { placeOf } from "./explain.ts";
import type { SourceFile } from "./files.ts";
import { normaliseEnvironment } from "./normalise.ts";
import { type Path, type Problem, problem } from "./problem.ts";
import type { Written } from "./values.ts";

export interface Environments {
  readonly environments: Readonly<Record<string, Environment>>;
  readonly alerts: readonly Alert[];
  /** The names of all environments, those with problems included. */
  readonly names: readonly string[];
  readonly problems: readonly Problem[];
  /** What was written for each environment, by name. */
  readonly written: ReadonlyMap<string, WrittenFile>;
  readonly writtenAlerts: WrittenFile | null;
}

export interface WrittenFile {
  readonly name: string;
  readonly written: ReadonlyMap<string, Written>;
  /** Where the content begins: alerts may stand in a list of their own or under a key. */
  readonly base: Path;
}

/** An environment's file, and the name that it goes by even where it has problems. */
interface Part {
  readonly name: string;
  readonly parsed: Parsed<EnvironmentFile>;
}

export function loadEnvironments(files: readonly SourceFile[]): Environments {
  const isAlerts = ({ name }: SourceFile) => stemOf(name) === "alerts";
  const parts = files.filter((file) => !isAlerts(file)).map(parsePart);
  const [alertsFile, ...moreAlerts] = files.filter(isAlerts).map((file) => parseFile(file, alertsSchema));
  const own = parts.flatMap(({ name, parsed }) => (parsed.output === null ? [] : [normaliseEnvironment(parsed.output, name)]));
  const defaults = Object.keys(defaultEnvironments).map(defaultEnvironment);
  return {
    environments: byName([...defaults, ...own]),
    alerts: alertsFile?.output ?? alertsSchema.parse(defaultAlerts),
    names: [...new Set([...defaults, ...parts].map(({ name }) => name))],
    problems: [
      ...parts.flatMap(({ parsed }) => parsed.problems),
      ...parts.flatMap((part, index) => nameProblems(part, parts.slice(0, index))),
      ...(alertsFile?.problems ?? []),
      ...moreAlerts.map(({ name }) => fileProblem(name, `stands beside ${alertsFile?.name ?? ""}`, "expected one of the two")),
    ],
    written: new Map(parts.map(({ name, parsed }) => [name, { name: parsed.name, written: parsed.written, base: [] }])),
    writtenAlerts: alertsFile === undefined ? null : { ...alertsFile, base: Array.isArray(alertsFile.value) ? [] : ["alerts"] },
  };
}

/** Without a prototype: looking up a name that a user gave finds an environment or nothing. */
function byName(environments: readonly Environment[]): Record<string, Environment> {
  const named = Object.create(null) as Record<string, Environment>;
  for (const environment of environments) named[environment.name] = environment;
  return named;
}

function parsePart(file: SourceFile): Part {
  const stem = stemOf(file.name);
  const parsed = parseFile(file, environmentSchema, (value) => overDefaults(value, stem));
  return { name: nameIn(parsed.value) ?? stem, parsed };
}

/** An environment that bears the name of one of Weir's own changes that one, key by key. */
function overDefaults(value: unknown, stem: string): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return { ...defaultOf(nameIn(value) ?? stem), ...value };
}

function defaultEnvironment(name: string): Environment {
  return normaliseEnvironment(environmentSchema.parse(defaultOf(name)), name);
}

function defaultOf(name: string): z.input<typeof environmentSchema> {
  return (Object.hasOwn(defaultEnvironments, name) ? defaultEnvironments[name] : undefined) ?? {};
}

function nameIn(value: unknown): string | null {
  const name: unknown = typeof value === "object" && value !== null && "environment" in value ? value.environment : null;
  return typeof name === "string" ? name : null;
}

function nameProblems({ name, parsed }: Part, before: readonly Part[]): readonly Problem[] {
  const named = nameIn(parsed.value) !== null;
  if (!named && !/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) {
    return [fileProblem(parsed.name, "has a name that no environment can have", "expected an `environment` key in it")];
  }
  const first = before.find((part) => part.name === name);
  if (first === undefined) return [];
  const place = placeOf(parsed.name, parsed.written, ["environment"], false);
  return [
    problem(
      place,
      named ? ["environment"] : [],
      `\`${name}\` is in ${first.parsed.name} already`,
      "expected one file an environment",
    ),
  ];
}

function fileProblem(file: string, wrong: string, expected: string): Problem {
  return problem({ file, line: 1, column: 1 }, [], wrong, expected);
}

/** `environments/staging.yaml` is `staging`. */
function stemOf(name: string): string {
  return name.replace(/^.*\//s, "").replace(/\.ya?ml$/, "");
}
