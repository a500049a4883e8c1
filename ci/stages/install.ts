import { toolchainContainer, withDependencyFiles } from "./containers.ts";
import { runAppCommands } from "./run-commands.ts";
import type { Stage } from "./stage.ts";

/** Installs the dependencies from the lockfile, in a layer that only the lockfile decides. */
export const install: Stage = (context) =>
  runAppCommands(context, "install", withDependencyFiles(toolchainContainer(context), context));
