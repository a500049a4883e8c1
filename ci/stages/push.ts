import { imageOf } from "./started-app.ts";
import type { Stage, StageContext } from "./stage.ts";

/** Pushes the image. From here on the release is its digest; the tag is a name for people. */
export const push: Stage = async (context) => {
  if (context.registry === null) {
    return {
      status: "failed",
      reason: "no registry to push to: this engine has none of its own, and weir.yaml names none (registry.address)",
    };
  }
  const reference = await imageOf(context).publish(`${context.registry}:${context.tag}`);
  return {
    status: "passed",
    reason: reference,
    outputs: { image: reference },
    execution: { id: digestOf(reference), startedAt: 0, ranMs: 0 },
  };
};

/** `host/name:tag@sha256:…` → `sha256:…`. */
const digestOf = (reference: string): string => reference.slice(reference.lastIndexOf("@") + 1);

/** The release's reference by digest alone, as `push` left it; null where nothing was pushed. */
export function pushedImage({ results }: StageContext): string | null {
  const reference = results.get("push")?.outputs?.["image"];
  return reference === undefined ? null : reference.replace(/:[^:@/]+@/, "@");
}
