import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { jsonSchemaFor } from "../../ci/config/json-schema.ts";
import { appWith, problemsIn } from "./app.ts";

const page = readFileSync(new URL("../../docs/configuration.md", import.meta.url), "utf8");

/** An example starts with the comment `# <file>` where it is not one of weir.yaml. */
const examples = [...page.matchAll(/^```yaml\n(.*?)^```/gms)].map(([, text = ""]) => text);

describe("docs/configuration.md", () => {
  it.each(examples)("has examples that load: %#", (text) => {
    const file = text.startsWith("alerts:") ? "environments/alerts.yaml" : (/^# (\S+\.yaml)\n/.exec(text)?.[1] ?? "weir.yaml");
    expect(problemsIn(appWith({ [file]: text }))).toEqual([]);
  });

  it("has examples", () => {
    expect(examples.length).toBeGreaterThan(7);
  });

  it.each(["weir", "environment", "alerts"] as const)("names every key of %s", (file) => {
    const keys = [...JSON.stringify(jsonSchemaFor(file)).matchAll(/"([a-zA-Z0-9]+)":\{"(?:default|description)"/g)].map(
      ([, key = ""]) => key,
    );
    expect(keys.length).toBeGreaterThan(3);
    expect(keys.filter((key) => !new RegExp(`\\b${key}\\b`).test(page))).toEqual([]);
  });

  it("shows problems as they are printed", () => {
    const problems = problemsIn(
      appWith({
        "weir.yaml": "\napp:\n  prot: 80\n\n\nstages:\n\n  unit:\n    commands: npm test\n",
        "environments/staging.yaml": "\n\n\nreplicas: many\n",
      }),
    );
    for (const problem of problems) expect(page).toContain(problem);
  });
});
