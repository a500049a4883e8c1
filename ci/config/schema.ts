/**
 * weir.yaml as zod schemas: the one source of what is accepted, of the defaults, of the editors' JSON Schema, and of
 * the types that the pipeline uses. `Config` and `Environment` are what is left once every default is filled in.
 */
import * as z from "zod/mini";
import type { BranchKind } from "../policy/branches.ts";
import { catalogue, type StageName } from "../stages/catalogue.ts";
import { events } from "../trigger/trigger.ts";
import * as f from "./fields.ts";

export type { Alert, AlertsFile, Environment, EnvironmentFile, Resource } from "./environment-schema.ts";

export const toolchains = ["node", "python", "go", "java", "rust"] as const;
export const stageNames: readonly StageName[] = catalogue.map((stage) => stage.name);

const toolchain = z.enum(toolchains);
const stageName = z.enum(stageNames as [StageName, ...StageName[]]);
const list = <S extends z.ZodMiniType>(item: S) => z.array(item, "a list");
const map = <S extends z.core.$ZodShape>(shape: S) => z.strictObject(shape, "a map");

const smoke = map({
  path: f.required("What is requested of the started app.", f.urlPath),
  status: f.key("The status code that it must answer with.", f.whole(100, 599), 200),
  contains: f.maybe("Text that the answer must contain.", f.sentence),
});

const app = map({
  path: f.key("The app's folder.", f.relativePath, "."),
  port: f.maybe("The port that the app listens on; null: from its Dockerfile's EXPOSE.", f.whole(1, 65_535)),
  health: f.key("The path that answers 200 once the app is ready.", f.urlPath, "/healthz"),
  toolchain: f.maybe("The language; null: found out from the app's files.", toolchain),
  version: f.maybe("The language's version; null: the one that the app's own files ask for.", f.version),
  env: f.key("Variables of the app when it runs.", f.variables, {}),
  dockerfile: f.maybe("The Dockerfile; null: `Dockerfile` where there is one, else Weir makes the image.", f.relativePath),
  smoke: f.key("Requests that a started app must answer; none: its health path.", list(smoke), []),
  startDeadline: f.key("How long the app may take until it is ready.", f.duration, "30s"),
});

const packageEntry = map({
  path: f.required("The package's folder.", f.relativePath),
  toolchain: f.maybe("Its language; null: found out from its files.", toolchain),
  version: f.maybe("Its language's version; null: the one that its own files ask for.", f.version),
});

const branch = map({
  patterns: f.optional(
    "Globs over the short branch (or tag) name.",
    list(f.glob).check(f.atLeast(1, { error: "at least one pattern" })),
  ),
  ref: f.optional("Whether the kind is of branches or of tags.", z.enum(["branch", "tag"])),
  mergesInto: f.optional("The kinds that such a branch may be merged into.", list(f.slug)),
  environment: f.optional("The environment that it leads to; null for none.", z.nullable(f.slug)),
  disabled: f.key("Takes the kind out of the table.", f.flag, false),
});

const ruleId = f.plainName;

const rule = map({
  id: f.required("The rule's name, shown wherever it decides; one of Weir's own ids replaces that rule.", ruleId),
  stage: f.required("The stage that it is about.", stageName),
  kinds: f.maybe(
    "The branch kinds that it holds for; null: every kind.",
    list(f.slug).check(f.atLeast(1, { error: "at least one kind" })),
  ),
  events: f.maybe(
    "The events that it holds for; null: every event.",
    list(z.enum(events)).check(f.atLeast(1, { error: "at least one event" })),
  ),
  action: f.required(
    "run: the stage runs. skip: it does not. require: it runs and must find something to do.",
    z.enum(["run", "skip", "require"]),
  ),
  reason: f.maybe("Why, in one line; shown with the plan.", f.sentence),
});

const waiver = map({
  rule: f.required("The id of the rule that is waived.", ruleId),
  reason: f.required("Why, in one line; recorded with each run that it touches.", f.sentence),
  until: f.required("The last day on which it holds (UTC).", f.day),
});

const policy = map({
  rules: f.key("Rules added to Weir's own.", list(rule), []),
  waive: f.key("Rules that do not hold until a date.", list(waiver), []),
  paths: f.key(
    "By stage: globs of the files that concern it. Where no changed file fits, the stage is skipped.",
    z.partialRecord(stageName, list(f.glob).check(f.atLeast(1, { error: "at least one pattern" })), "a map of stage names"),
    {},
  ),
});

const reviewTarget = map({
  approvals: f.optional("Approvals that a change needs there.", f.whole(0, 20)),
  dismissStale: f.optional("Whether an approval of an older commit counts no more there.", f.flag),
  countSelf: f.optional("Whether the approval of who wrote the change counts there.", f.flag),
  codeOwners: f.optional("Whether the owners of the changed files must approve there.", f.flag),
});

const review = map({
  approvals: f.key("Approvals that a change needs; 0: none.", f.whole(0, 20), 1),
  dismissStale: f.key("Whether an approval of an older commit counts no more.", f.flag, true),
  countSelf: f.key("Whether the approval of who wrote the change counts.", f.flag, false),
  codeOwners: f.key("Whether the owners of the changed files must approve, by CODEOWNERS.", f.flag, false),
  events: f.key(
    "The events on which reviews are asked for.",
    list(z.enum(events)).check(f.atLeast(1, { error: "at least one event" })),
    ["pull-request"],
  ),
  targets: f.key(
    "By kind of the branch that the change is for: what differs there.",
    z.record(f.slug, reviewTarget, "a map of branch kinds"),
    {},
  ),
  signers: f.maybe(
    "The allowed signers file of reviews that commits bear, read as it was before the change; null: git's own setting.",
    f.relativePath,
  ),
});

const service = map({
  image: f.required("The image that the service runs.", f.image),
  port: f.required("The port that it listens on.", f.whole(1, 65_535)),
  env: f.key("Variables of the service itself.", f.variables, {}),
  args: f.maybe("Arguments in place of the image's own.", f.argv),
  provides: f.key("Variables given to the app and its tests; the service's host name is its name here.", f.variables, {}),
  stages: f.key("The stages that it is started for.", list(stageName), ["integration", "smoke", "e2e", "performance", "deploy"]),
});

const report = map({
  kind: f.required("The report's format.", z.enum(["junit", "lcov", "cobertura", "go-cover", "sarif"])),
  path: f.required("Where the commands write it.", f.relativePath),
});

export const stageSchema = map({
  commands: f.maybe(
    "What the stage runs, one after the other; null: what the toolchain finds.",
    z
      .array(f.argv, 'a list of commands, each a list of its words, such as [["npm", "test"]]')
      .check(f.atLeast(1, { error: "at least one command" })),
  ),
  env: f.key("Variables of the stage's commands.", f.variables, {}),
  timeout: f.key("How long the stage may take.", f.duration, "15m"),
  services: f.maybe("The services that it needs; null: those whose `stages` name it.", list(f.slug)),
  reports: f.maybe("The reports that its commands write; null: what the toolchain knows.", list(report)),
  skip: f.maybe("Why the stage is never run.", f.sentence),
});

export const weirSchema = map({
  name: f.maybe("The app's name; null: its folder's name.", f.slug),
  app: f.key("The app and how it runs.", app, {}),
  packages: f.key("The packages, where the repository holds several; none: found out.", list(packageEntry), []),
  branches: f.key("Branch kinds, laid over the GitFlow table.", z.record(f.slug, branch, "a map of branch kinds"), {}),
  policy: f.key("What runs when.", policy, {}),
  review: f.key("The reviews that the gate asks for.", review, {}),
  services: f.key("What the app needs around it.", z.record(f.slug, service, "a map of services"), {}),
  stages: f.key(
    "By stage: what differs from the toolchain's own way.",
    z.partialRecord(stageName, stageSchema, "a map of stages"),
    {},
  ),
  coverage: f.key("The bar for test coverage.", map({ minimum: f.key("Covered lines, in percent.", f.percent(), 80) }), {}),
  performance: f.key(
    "The load of the performance stage, and its limits.",
    map({
      path: f.maybe("The path under load; null: the app's health path.", f.urlPath),
      rate: f.key("Requests a second.", f.whole(1, 100_000), 50),
      duration: f.key("How long.", f.duration, "10s"),
      p95: f.key("The latency that 95% of the requests must stay under.", f.duration, "500ms"),
      errors: f.key("The failed requests that are tolerated, in percent.", f.percent(), 1),
    }),
    {},
  ),
  registry: f.key(
    "Where images are pushed to.",
    map({
      address: f.maybe("host:port/prefix; null: the engine's own loopback registry.", f.registryAddress),
    }),
    {},
  ),
  certificates: f.key(
    "auto: the host's extra CA certificates are given to the containers. none: they are not.",
    z.enum(["auto", "none"]),
    "auto",
  ),
  engine: f.key(
    "How Weir uses its engine.",
    map({ concurrency: f.maybe("Stages at a time; null: twice the cores.", f.whole(1, 1024)) }),
    {},
  ),
});

type Frozen<T> = T extends object ? { readonly [K in keyof T]: Frozen<T[K]> } : T;

/** weir.yaml as a user may write it, and as zod leaves it: defaults in, nothing resolved across keys yet. */
export type WeirInput = z.input<typeof weirSchema>;
export type WeirFile = Frozen<z.output<typeof weirSchema>>;

export type AppConfig = WeirFile["app"];
export type PackageConfig = WeirFile["packages"][number];
export type PolicyConfig = WeirFile["policy"];
export type PolicyRule = PolicyConfig["rules"][number];
export type Waiver = PolicyConfig["waive"][number];
export type ServiceConfig = WeirFile["services"][string];
/** `services` is resolved: the services to start for the stage, by name. */
export type StageConfig = Omit<Frozen<z.output<typeof stageSchema>>, "services"> & { readonly services: readonly string[] };

/** What the pipeline uses: every default filled in. Durations are milliseconds. */
export interface Config extends Omit<WeirFile, "name" | "branches" | "stages" | "performance"> {
  readonly name: string;
  /** The GitFlow table with the user's changes; kinds that are disabled are gone. */
  readonly branches: readonly BranchKind[];
  /** Every stage of the catalogue has an entry. */
  readonly stages: Readonly<Record<StageName, StageConfig>>;
  readonly performance: Omit<WeirFile["performance"], "path"> & { readonly path: string };
}
