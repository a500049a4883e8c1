/** `weir config check` and `weir config schema`. */
import { resolve } from "node:path";
import { jsonSchemaFor, type schemaFiles } from "../config/json-schema.ts";
import { ExitCode } from "../errors.ts";
import { configOf } from "../world.ts";
import { print } from "./output.ts";

export function configCheck({ source = "." }: { readonly source?: string }): ExitCode {
  const { config, environments } = configOf(resolve(source));
  print(`${config.name}: the configuration is valid (environments: ${Object.keys(environments).join(", ")})`);
  return ExitCode.passed;
}

export function configSchema({ file = "weir" }: { readonly file?: keyof typeof schemaFiles }): ExitCode {
  print(JSON.stringify(jsonSchemaFor(file), null, 2));
  return ExitCode.passed;
}
