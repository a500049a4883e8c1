import { appContainer, providedVariables, servicesOf, withServices, withVariables } from "./containers.ts";
import { runAppCommands } from "./run-commands.ts";
import { appService } from "./started-app.ts";
import type { Stage } from "./stage.ts";

/** Runs the end-to-end tests against the image, started with its services; they find it at APP_URL. */
export const e2e: Stage = async (context) => {
  const app = await appService(context, "e2e");
  // The services are the very ones that the app has: equal services are one.
  const provided = withVariables(appContainer(context), providedVariables(context.config, "e2e"));
  const bound = withServices(provided, [...servicesOf(context, "e2e"), app]);
  return runAppCommands(context, "e2e", bound.withEnvVariable("APP_URL", app.url));
};
