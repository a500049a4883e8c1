import { cpSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { loadConfig } from "../../ci/config/load.ts";
import { appWith, loadFrom } from "./app.ts";

const documented = fileURLToPath(new URL("../../environments", import.meta.url));

it("the files that document the defaults say what the code says", () => {
  const folder = appWith({});
  cpSync(documented, join(folder, "environments"), { recursive: true });
  const written = loadConfig(folder);
  if (written.kind !== "loaded") throw new Error("the documented files have problems");
  const { environments, alerts } = loadFrom({});
  expect(written.environments).toEqual(environments);
  expect(written.alerts).toEqual(alerts);
  expect(written.locations.locate(["environments", "production", "strategy"])?.file).toBe("environments/production.yaml");
});
