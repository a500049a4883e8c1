/** What an app has in for each stage: the plan's view of its toolchain, and the images that its stages run on. */
import type { Config } from "../config/schema.ts";
import { toolsImage } from "../engine/exec.ts";
import type { Availability } from "../plan/decide.ts";
import type { Plan } from "../plan/plan.ts";
import type { StageName } from "../stages/catalogue.ts";
import { loadImage } from "../stages/performance.ts";
import { commandOf } from "./commands.ts";
import { baseImages } from "./dockerfile.ts";
import type { FileReader, Package } from "./toolchain.ts";

export interface App {
  readonly package: Package;
  /** The Dockerfile's path in the app's folder; null where it has none. */
  readonly dockerfile: string | null;
  /** The images that its Dockerfile begins from. */
  readonly baseImages: readonly string[];
}

export function appOf(files: FileReader, config: Config, detected: Package): App {
  const dockerfile = config.app.dockerfile ?? (files.read("Dockerfile") === null ? null : "Dockerfile");
  return { package: detected, dockerfile, baseImages: dockerfile === null ? [] : baseImages(files.read(dockerfile) ?? "") };
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

/** Every image that the plan's stages name, for the embedded engine to make what it lacks. */
export function imagesOf(plan: Plan, app: App, config: Config): readonly string[] {
  const runs = new Set(plan.stages.filter(({ decision }) => decision === "run").map(({ name }) => name));
  if (runs.size === 0) return [];
  const own = app.package;
  const services = Object.entries(config.services).filter(([name]) =>
    [...runs].some((stage) => config.stages[stage].services.includes(name)),
  );
  const base = app.dockerfile === null ? [own.runtime?.base ?? "scratch"] : app.baseImages;
  const load = runs.has("performance") && commandOf("performance", own, config)?.kind !== "command" ? [loadImage] : [];
  return [toolsImage, own.image, ...(runs.has("image") ? base : []), ...services.map(([, { image }]) => image), ...load].filter(
    (image) => image !== "scratch",
  );
}
