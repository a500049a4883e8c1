/** What zod leaves → what the pipeline uses: what one key's default takes from another key is filled in here. */
import { type BranchKind, gitflow } from "../policy/branches.ts";
import type { StageName } from "../stages/catalogue.ts";
import type { Environment, EnvironmentFile } from "./environment-schema.ts";
import { type Config, type ServiceConfig, type StageConfig, stageNames, stageSchema, type WeirFile } from "./schema.ts";

export function normalise(file: WeirFile, folder: string): Config {
  const { app, performance } = file;
  return {
    ...file,
    name: file.name ?? nameOfFolder(folder),
    app: { ...app, smoke: app.smoke.length > 0 ? app.smoke : [{ path: app.health, status: 200, contains: null }] },
    branches: branchTable(file.branches),
    stages: stageTable(file),
    performance: { ...performance, path: performance.path ?? app.health },
  };
}

/** A folder's name as a slug: `My App_2` is `my-app-2`. */
export function nameOfFolder(folder: string): string {
  const words = folder
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-");
  return (
    words
      .slice(0, 63)
      .replace(/^[^a-z]+/, "")
      .replace(/-+$/, "") || "app"
  );
}

/** The GitFlow table with the user's kinds laid over it, key by key. */
function branchTable(changes: WeirFile["branches"]): readonly BranchKind[] {
  const isDisabled = (kind: string) => Object.hasOwn(changes, kind) && changes[kind]?.disabled === true;
  const names = new Set([...gitflow.map(({ kind }) => kind), ...Object.keys(changes)]);
  return [...names]
    .filter((kind) => !isDisabled(kind))
    .map((kind) => {
      const table = gitflow.find((row) => row.kind === kind);
      const change = Object.hasOwn(changes, kind) ? changes[kind] : undefined;
      return {
        kind,
        patterns: change?.patterns ?? table?.patterns ?? [],
        ref: change?.ref ?? table?.ref ?? "branch",
        mergesInto: change?.mergesInto ?? table?.mergesInto.filter((target) => !isDisabled(target)) ?? [],
        environment: change?.environment === undefined ? (table?.environment ?? null) : change.environment,
      };
    });
}

function stageTable(file: WeirFile): Config["stages"] {
  const entries = stageNames.map((name): [StageName, StageConfig] => {
    const stage = file.stages[name] ?? stageSchema.parse({});
    return [name, { ...stage, services: stage.services ?? servicesFor(name, file.services) }];
  });
  return Object.fromEntries(entries) as Record<StageName, StageConfig>;
}

function servicesFor(stage: StageName, services: Readonly<Record<string, ServiceConfig>>): readonly string[] {
  return Object.keys(services).filter((name) => services[name]?.stages.includes(stage));
}

export function normaliseEnvironment({ environment, ...rest }: EnvironmentFile, fileName: string): Environment {
  return { name: environment ?? fileName, ...rest };
}
