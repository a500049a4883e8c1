import { appContainer, withServices } from "./containers.ts";
import { runAppCommands } from "./run-commands.ts";
import { appService } from "./started-app.ts";
import type { Stage } from "./stage.ts";

/** Runs the end-to-end tests against the image, started with its services; they find it at APP_URL. */
export const e2e: Stage = async (context) => {
  const app = await appService(context, "e2e");
  return runAppCommands(context, "e2e", withServices(appContainer(context), [app]).withEnvVariable("APP_URL", app.url));
};
