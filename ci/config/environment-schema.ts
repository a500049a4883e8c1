/** environments/<name>.yaml and environments/alerts.yaml as zod schemas. schema.ts re-exports the types. */
import * as z from "zod/mini";
import * as f from "./fields.ts";

/** A part of an environment: a plain name (`dev-db`) or a map; both become the same thing. */
const resource = z.pipe(
  z.union(
    [
      f.plainName,
      z.strictObject(
        {
          name: f.required("The part's name.", f.plainName),
          url: f.maybe("Where it is reached; never with a password in it.", f.url),
        },
        "a map",
      ),
    ],
    "a plain name such as dev-db, or a map with name and url",
  ),
  z.transform((part) => (typeof part === "string" ? { name: part, url: null } : part)),
);

export const environmentSchema = z.strictObject(
  {
    environment: f.maybe("The environment's name; null: the file's name.", f.slug),
    database: f.maybe("The environment's database.", resource),
    api: f.maybe("The environment's API.", resource),
    monitoring: f.maybe("Where the environment is watched.", resource),
    coverage: f.key(
      "The bar for test coverage on the way to this environment.",
      z.strictObject({ minimum: f.maybe("Covered lines, in percent; null: weir.yaml's.", f.percent()) }, "a map"),
      {},
    ),
    replicas: f.key("How many copies of the app run.", f.whole(1, 1000), 1),
    strategy: f.maybe("How a release replaces the one before; null: all at once.", z.enum(["blue-green", "canary", "rolling"])),
  },
  "a map",
);

const alertKeys = {
  name: f.maybe("The alert's name; null: its condition.", f.sentence),
  condition: f.required("A metric, a comparison and a limit with its unit: `error_rate > 1%`.", f.sentence),
  duration: f.key("How long the condition must hold.", f.duration, "5m"),
  severity: f.key("How bad it is, such as critical or warning.", f.plainName, "critical"),
  description: f.maybe("What it means and what to do, in one line.", f.sentence),
};

export const alertKeyNames: readonly string[] = Object.keys(alertKeys);

/** What an alerting system is told beside the alert is each team's own: any further key is a label. */
const alert = z.pipe(
  z.catchall(z.object(alertKeys, "a map"), f.sentence),
  z.transform(({ name, condition, duration, severity, description, ...labels }) => {
    return { name: name ?? condition, condition, duration, severity, description, labels };
  }),
);

/** A list of alerts, bare or under `alerts`; both become the same thing. */
export const alertsSchema = z.pipe(
  z.union(
    [z.array(alert, "a list"), z.strictObject({ alerts: f.required("The alerts.", z.array(alert, "a list")) }, "a map")],
    "a list of alerts, or a map with alerts",
  ),
  z.transform((file) => (Array.isArray(file) ? file : file.alerts)),
);

type Frozen<T> = T extends object ? { readonly [K in keyof T]: Frozen<T[K]> } : T;

export type EnvironmentInput = z.input<typeof environmentSchema>;
export type AlertsInput = z.input<typeof alertsSchema>;
export type EnvironmentFile = Frozen<z.output<typeof environmentSchema>>;
export type AlertsFile = Frozen<z.output<typeof alertsSchema>>;

/** A named part of an environment, and where it is reached where that is known. */
export type Resource = NonNullable<EnvironmentFile["database"]>;

/** An environment with every default filled in. */
export interface Environment extends Omit<EnvironmentFile, "environment"> {
  readonly name: string;
}

/** A condition, still as text, that must not hold for longer than `duration` (milliseconds). */
export type Alert = AlertsFile[number];
