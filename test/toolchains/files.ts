/** Files in memory as a toolchain reads them, and configurations without a file. */
import { normalise } from "../../ci/config/normalise.ts";
import { weirSchema, type Config, type WeirInput } from "../../ci/config/schema.ts";
import type { FileReader, StageCommand } from "../../ci/toolchains/toolchain.ts";

/** `path` → text; folders are those that the paths go through. */
export function filesOf(texts: Readonly<Record<string, string>>): FileReader {
  const paths = Object.keys(texts);
  return {
    read: (path) => (Object.hasOwn(texts, path) ? (texts[path] ?? null) : null),
    list(folder) {
      const start = folder === "." ? "" : `${folder}/`;
      const below = paths.filter((path) => path.startsWith(start)).map((path) => path.slice(start.length).split("/"));
      return [...new Set(below.map(([name = "", ...rest]) => (rest.length > 0 ? `${name}/` : name)))].sort();
    },
  };
}

/** An app's configuration with weir.yaml as given, in a folder named shop. */
export function configOf(weir: WeirInput = {}): Config {
  return normalise(weirSchema.parse(weir), "shop");
}

/** A stage's commands, or why there are none. */
export function said(command: StageCommand | null): unknown {
  return command?.kind === "command" ? command.commands : (command?.reason ?? null);
}
