import { withVariables } from "./containers.ts";
import { pushedImage } from "./push.ts";
import { smokeTest } from "./smoke.ts";
import type { Stage, StageContext } from "./stage.ts";

/**
 * Brings the release to its environment. What is deployed is what was pushed, pulled by its digest: started with its
 * services, smoke-tested, its log kept. The same release in the same environment is the same result, so a second run
 * has nothing to do. Where the plan promotes, nothing was built here: the release is the one that main pushed.
 */
export const deploy: Stage = async (context) => {
  const reference = context.promotes ? await promotedImage(context) : pushedImage(context);
  if (reference === null) return { status: "failed", reason: nothingToDeploy(context) };
  const release = withVariables(context.client.container().from(reference), { WEIR_ENVIRONMENT: context.environment ?? "none" });
  const outcome = await smokeTest(context, "deploy", release);
  return {
    ...outcome,
    reason: outcome.reason ?? `${context.environment ?? "no environment"}: ${reference}`,
    outputs: { release: reference },
  };
};

/** What main pushed for this very commit, by digest; null where the registry has no such image. */
async function promotedImage({ client, registry, tag }: StageContext): Promise<string | null> {
  if (registry === null) return null;
  try {
    const reference = await client.container().from(`${registry}:${tag}`).imageRef();
    return reference.replace(/:[^:@/]+@/, "@");
  } catch {
    return null;
  }
}

function nothingToDeploy({ promotes, registry, tag }: StageContext): string {
  if (!promotes) return "nothing was pushed, so there is no release to deploy";
  return `main has pushed no image of this commit (${registry ?? "no registry"}:${tag}), so there is no release that was proven; run main's pipeline on it first`;
}
