/** The images that a run needs before it starts. */
import type { Config } from "../config/schema.ts";
import { toolsImage } from "../engine/exec.ts";
import type { Plan } from "../plan/plan.ts";
import { loadImage } from "../stages/performance.ts";
import type { App } from "./availability.ts";
import { commandOf } from "./commands.ts";
import { baseImages } from "./dockerfile.ts";

/** Every image that the plan's stages name, for the embedded engine to make what it lacks. */
export function imagesOf(plan: Plan, app: App, config: Config): readonly string[] {
  const runs = new Set(plan.stages.filter(({ decision }) => decision === "run").map(({ name }) => name));
  if (runs.size === 0) return [];
  const own = app.package;
  const services = Object.entries(config.services).filter(([name]) =>
    [...runs].some((stage) => config.stages[stage].services.includes(name)),
  );
  const base = app.dockerfile === null ? [own.runtime?.base ?? "scratch"] : baseImages(app.dockerfileText);
  const load = runs.has("performance") && commandOf("performance", own, config)?.kind !== "command" ? [loadImage] : [];
  return [toolsImage, own.image, ...(runs.has("image") ? base : []), ...services.map(([, { image }]) => image), ...load].filter(
    (image) => image !== "scratch",
  );
}
