/** What an app has in for each stage: the plan's view of its toolchain. */
import type { Config } from "../config/schema.ts";
import type { Availability } from "../plan/decide.ts";
import type { StageName } from "../stages/catalogue.ts";
import { commandOf } from "./commands.ts";
import type { FileReader, Package } from "./toolchain.ts";

export interface App {
  readonly package: Package;
  /** The Dockerfile's path in the app's folder; null where it has none. */
  readonly dockerfile: string | null;
  /** What stands in it; empty where it has none. Only a run parses it: a plan has no use for that. */
  readonly dockerfileText: string;
}

export function appOf(files: FileReader, config: Config, detected: Package): App {
  const dockerfile = config.app.dockerfile ?? (files.read("Dockerfile") === null ? null : "Dockerfile");
  return { package: detected, dockerfile, dockerfileText: dockerfile === null ? "" : (files.read(dockerfile) ?? "") };
}

/** For each stage whether the app has something for it to run; a stage that is not named has. */
export function availabilityOf(app: App, config: Config): Partial<Readonly<Record<StageName, Availability>>> {
  const found: Partial<Record<StageName, Availability>> = {};
  for (const stage of ["install", "build", "lint", "types", "format", "unit", "integration", "e2e"] as const) {
    const command = commandOf(stage, app.package, config);
    if (command?.kind === "absent") found[stage] = { available: false, reason: command.reason };
  }
  if (app.dockerfile === null && app.package.runtime === null) {
    const reason = "there is no Dockerfile, and nothing that Weir sees starts the app";
    for (const stage of ["image", "smoke", "e2e", "performance", "push", "deploy"] as const)
      found[stage] = { available: false, reason };
  }
  return found;
}
