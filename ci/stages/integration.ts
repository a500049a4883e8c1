import { appContainer, providedVariables, servicesOf, withServices, withVariables } from "./containers.ts";
import { runAppCommands } from "./run-commands.ts";
import type { Stage } from "./stage.ts";

/** Runs the integration tests with the app's real services beside them. */
export const integration: Stage = (context) => {
  const container = withVariables(appContainer(context, "build"), providedVariables(context.config, "integration"));
  return runAppCommands(context, "integration", withServices(container, servicesOf(context, "integration")));
};
