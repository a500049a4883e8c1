import { appContainer } from "./containers.ts";
import { runAppCommands } from "./run-commands.ts";
import type { Stage } from "./stage.ts";

/** Checks the app's types. */
export const types: Stage = (context) => runAppCommands(context, "types", appContainer(context));
