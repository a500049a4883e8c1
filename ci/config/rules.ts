/** What no single key can tell: rules across the keys of a configuration that is otherwise well-formed. */
import { gitflow } from "../policy/branches.ts";
import type { StageName } from "../stages/catalogue.ts";
import { type Alert, alertKeyNames } from "./environment-schema.ts";
import { nearest, type Path, suggest } from "./problem.ts";
import type { Config, WeirFile } from "./schema.ts";

export interface RuleInput {
  /** As the user wrote it, defaults in: problems are about these keys. */
  readonly file: WeirFile;
  readonly config: Config;
  /** The names of all environments, those with problems of their own included. */
  readonly environments: readonly string[];
  readonly alerts: readonly Alert[];
  /** The day in UTC, such as `2026-11-24`. */
  readonly today: string;
}

/** A rule that does not hold; `path` is in weir.yaml, or starts with `alerts`. */
export interface Broken {
  readonly path: Path;
  readonly wrong: string;
  readonly expected: string;
  /** The key itself is meant, not its value. */
  readonly onKey?: boolean;
}

type Rule = (input: RuleInput) => readonly Broken[];

/** What is wrong by all the rules. */
export function checkRules(input: RuleInput): readonly Broken[] {
  return Object.values<Rule>(rules).flatMap((rule) => rule(input));
}

/** By name, so that tests and people can speak of each. */
export const rules = {
  stageServicesExist: ({ file }) =>
    entries(file.stages).flatMap(([stage, { services }]) =>
      unknown(services ?? [], Object.keys(file.services), "a service of this file", ["stages", stage, "services"]),
    ),

  serviceVariablesAreApart: ({ file }) => {
    const provided = entries(file.services).flatMap(([service, { provides }]) =>
      Object.keys(provides).map((name) => ({ value: name, path: ["services", service, "provides", name] })),
    );
    return repeated(provided, "expected each variable from one service");
  },

  stagesTakeCommands: ({ file }) =>
    entries(file.stages)
      .filter(([stage, { commands, reports }]) => commandless.has(stage) && (commands ?? reports) !== null)
      .map(([stage, { commands }]) => ({
        path: ["stages", stage, commands === null ? "reports" : "commands"],
        wrong: `has no effect: ${stage} runs no commands of the app`,
        expected: "expected it in another stage",
      })),

  branchPatternsAreApart: ({ file, config }) =>
    entries(file.branches).flatMap(([kind, { patterns, disabled }]) =>
      (disabled ? [] : (patterns ?? [])).flatMap((pattern, index) => {
        const other = ownerOf(config, kind, pattern);
        if (other === null) return [];
        const path = ["branches", kind, "patterns", index];
        return [
          { path, wrong: `is \`${pattern}\`, which is also of kind ${other}`, expected: "expected a pattern in one kind only" },
        ];
      }),
    ),

  newBranchKindsHavePatterns: ({ file }) =>
    entries(file.branches)
      .filter(([kind, { patterns }]) => patterns === undefined && !tableKinds.includes(kind))
      .map(([kind, { disabled }]) => ({
        path: ["branches", kind],
        wrong: disabled ? "disables a kind that does not exist" : "is a new kind of branch without patterns",
        expected: suggest(kind, tableKinds),
      })),

  mergeTargetsExist: ({ file, config }) =>
    entries(file.branches).flatMap(([kind, { mergesInto }]) =>
      unknown(mergesInto ?? [], kindsOf(config), "a kind of branch", ["branches", kind, "mergesInto"]),
    ),

  branchEnvironmentsExist: ({ file, environments }) =>
    entries(file.branches)
      .filter(([, { environment }]) => typeof environment === "string" && !environments.includes(environment))
      .map(([kind, { environment }]) => ({
        path: ["branches", kind, "environment"],
        wrong: `\`${String(environment)}\` is not an environment`,
        expected: suggest(String(environment), environments),
      })),

  policyRulesAreApart: ({ file }) =>
    repeated(
      file.policy.rules.map(({ id }, index) => ({ value: id, path: ["policy", "rules", index, "id"] })),
      "expected an id of its own for each rule",
    ),

  policyKindsExist: ({ file, config }) =>
    file.policy.rules.flatMap(({ kinds }, index) =>
      unknown(kinds ?? [], kindsOf(config), "a kind of branch", ["policy", "rules", index, "kinds"]),
    ),

  waiversAreApart: ({ file }) =>
    repeated(
      file.policy.waive.map(({ rule }, index) => ({ value: rule, path: ["policy", "waive", index, "rule"] })),
      "expected one waiver a rule",
    ),

  waiversHold: ({ file, today }) =>
    file.policy.waive.flatMap(({ until }, index) => {
      if (until >= today) return [];
      const path = ["policy", "waive", index, "until"];
      return [{ path, wrong: `the waiver ended on ${until}`, expected: `expected ${today} or a later date, or no waiver` }];
    }),

  packagesAreApart: ({ file }) =>
    repeated(
      file.packages.map(({ path }, index) => ({ value: plainPath(path), path: ["packages", index, "path"] })),
      "expected each folder once",
    ),

  alertsAreApart: ({ alerts }) =>
    repeated(
      alerts.map(({ name }, index) => ({ value: name, path: ["alerts", index] })),
      "expected a name of its own for each alert",
    ),

  alertLabelsAreMeant: ({ alerts }) =>
    alerts.flatMap(({ labels }, index) =>
      Object.keys(labels).flatMap((label) => {
        const path = ["alerts", index, label];
        const near = nearest(label, alertKeyNames);
        if (near !== null)
          return [{ path, wrong: "is not a key of an alert", expected: `did you mean \`${near}\`?`, onKey: true }];
        if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(label)) return [];
        return [{ path, wrong: "is not a name for a label", expected: "expected letters, digits and _", onKey: true }];
      }),
    ),
} as const satisfies Record<string, Rule>;

const tableKinds = gitflow.map(({ kind }) => kind);
/** Suggesting takes time: not for more names than are ever shown. */
const mostMisses = 100;
/** Weir itself does what these stages do. */
const commandless: ReadonlySet<string> = new Set<StageName>(["coverage", "image", "smoke", "push", "deploy"]);

function entries<T>(map: Readonly<Partial<Record<string, T>>>): [string, T][] {
  return Object.entries(map) as [string, T][];
}

function kindsOf(config: Config): readonly string[] {
  return config.branches.map(({ kind }) => kind);
}

/** Another kind with the very same pattern over the same sort of ref. */
function ownerOf({ branches }: Config, kind: string, pattern: string): string | null {
  const ref = branches.find((row) => row.kind === kind)?.ref;
  return branches.find((row) => row.kind !== kind && row.ref === ref && row.patterns.includes(pattern))?.kind ?? null;
}

function unknown(names: readonly string[], known: readonly string[], what: string, path: Path): readonly Broken[] {
  const isKnown = new Set(known);
  const misses = [...names.entries()].filter(([, name]) => !isKnown.has(name)).slice(0, mostMisses);
  return misses.map(([index, name]) => {
    return { path: [...path, index], wrong: `\`${name}\` is not ${what}`, expected: suggest(name, known) };
  });
}

function repeated(items: readonly { value: string; path: Path }[], expected: string): readonly Broken[] {
  const seen = new Set<string>();
  return items.flatMap(({ value, path }) => {
    if (seen.has(value)) return [{ path, wrong: `\`${value}\` is there already`, expected }];
    seen.add(value);
    return [];
  });
}

/** `./a//b/` and `a/b` are one folder. */
function plainPath(path: string): string {
  return (
    path
      .split("/")
      .filter((part) => part !== "" && part !== ".")
      .join("/") || "."
  );
}
