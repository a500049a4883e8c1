/** What judges takes values and returns values: nothing on the way from it reads the world. */
import { readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Every module that a file loads, directly or not; what names types only is not loaded. */
function loadedBy(file: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(file)) return found;
  found.add(file);
  const text = readFileSync(file, "utf8");
  for (const [, words = "", specifier = ""] of text.matchAll(/^(?:import|export) (?!type )([^;]*?from )?"([^"]+)";/gms)) {
    if (words.startsWith("function") || words.startsWith("const")) continue;
    if (specifier.startsWith(".")) loadedBy(join(dirname(file), specifier), found);
    else found.add(specifier);
  }
  return found;
}

const touching = (name: string) =>
  name.startsWith("node:") || builtinModules.includes(name)
    ? !/^(node:)?(path|url|util)$/.test(name)
    : /octokit|gitbeaker|dagger|execa/.test(name);

it.each([
  "gate/judge.ts",
  "gate/same-plan.ts",
  "gate/record.ts",
  "reviews/review.ts",
  "reviews/requirement.ts",
  "reviews/owners.ts",
])("ci/%s reads and acts on nothing", (name) => {
  const loaded = loadedBy(join(root, "ci", name));
  expect(loaded.size).toBeGreaterThan(1);
  expect([...loaded].filter(touching)).toEqual([]);
});

it("would see what reads", () => {
  expect([...loadedBy(join(root, "ci/reviews/trailers.ts"))].filter(touching)).toContain("node:fs/promises");
});

it("leaves the hosts' clients unloaded until a host is asked", () => {
  expect([...loadedBy(join(root, "ci/commands/gate.ts"))].filter((name) => /octokit|gitbeaker/.test(name))).toEqual([]);
});
