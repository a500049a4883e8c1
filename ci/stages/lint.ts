import { appContainer } from "./containers.ts";
import { runAppCommands } from "./run-commands.ts";
import type { Stage } from "./stage.ts";

/** Runs the app's linter. */
export const lint: Stage = (context) => runAppCommands(context, "lint", appContainer(context));
