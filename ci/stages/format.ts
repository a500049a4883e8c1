import { appContainer } from "./containers.ts";
import { runAppCommands } from "./run-commands.ts";
import type { Stage } from "./stage.ts";

/** Checks the app's formatting. */
export const format: Stage = (context) => runAppCommands(context, "format", appContainer(context));
