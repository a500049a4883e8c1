import { pushedImage } from "./push.ts";
import { smokeTest } from "./smoke.ts";
import { withVariables } from "./containers.ts";
import type { Stage } from "./stage.ts";

/**
 * Brings the release to its environment. What is deployed is what was pushed, pulled by its digest: started with its
 * services, smoke-tested, its log kept. The same release in the same environment is the same result, so a second run
 * has nothing to do.
 */
export const deploy: Stage = async (context) => {
  const reference = pushedImage(context);
  if (reference === null) return { status: "failed", reason: "nothing was pushed, so there is no release to deploy" };
  const release = withVariables(context.client.container().from(reference), { WEIR_ENVIRONMENT: context.environment ?? "none" });
  const outcome = await smokeTest(context, "deploy", release);
  return {
    ...outcome,
    reason: outcome.reason ?? `${context.environment ?? "no environment"}: ${reference}`,
    outputs: { release: reference },
  };
};
