import { appContainer } from "./containers.ts";
import { runAppCommands } from "./run-commands.ts";
import type { Stage } from "./stage.ts";

/** Compiles the app; later stages find what it made. */
export const build: Stage = (context) => runAppCommands(context, "build", appContainer(context));
