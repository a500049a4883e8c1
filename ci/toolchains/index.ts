/** The toolchains, in the order in which a folder is held against them. */
import type { Config } from "../config/schema.ts";
import { usageError } from "../errors.ts";
import { go } from "./go.ts";
import { node } from "./node.ts";
import type { FileReader, Package, Toolchain } from "./toolchain.ts";

export const toolchains: readonly Toolchain[] = [go, node];

/**
 * The app's package: by the toolchain that weir.yaml names, else by the first that knows the folder.
 * @throws WeirError `app.unknown` where none does, `app.several` where more than one does and weir.yaml does not choose.
 */
export function detectApp(files: FileReader, config: Config): Package {
  const wanted = config.app.toolchain;
  const candidates = wanted === null ? toolchains : toolchains.filter((each) => each.name === wanted);
  const found = candidates.map((each) => each.detect(files, ".", config)).filter((each) => each !== null);
  const [first, second] = found;
  if (first === undefined) {
    const what = wanted === null ? "no package.json and no go.mod" : `nothing of toolchain ${wanted}`;
    throw usageError(
      "app.unknown",
      `the app's folder has ${what}`,
      "name the app's folder with --source, or its folder and toolchain in weir.yaml (app.path, app.toolchain)",
    );
  }
  if (second !== undefined) {
    throw usageError(
      "app.several",
      `the app's folder is both ${first.toolchain} and ${second.toolchain}`,
      "choose one in weir.yaml: app: { toolchain: … }",
    );
  }
  return first;
}
