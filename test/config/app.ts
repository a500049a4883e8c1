/** A folder with the given files, gone after the test; and what loading it says. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { loadConfig, type LoadedConfig } from "../../ci/config/load.ts";
import { formatProblem } from "../../ci/config/problem.ts";

export const today = new Date("2026-11-24T12:00:00Z");

export function appWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), "weir-config-"));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** The problems of the app in a folder, as they are printed. */
export function problemsIn(folder: string): readonly string[] {
  const loaded = loadConfig(folder, { today });
  return loaded.kind === "loaded" ? [] : loaded.problems.map(formatProblem);
}

export function problemsOf(weirYaml: string, more: Readonly<Record<string, string | Uint8Array>> = {}): readonly string[] {
  return problemsIn(appWith({ "weir.yaml": weirYaml, ...more }));
}

/** The configuration of files that are well. */
export function loadFrom(files: Readonly<Record<string, string>>): LoadedConfig {
  const folder = appWith(files);
  const loaded = loadConfig(folder, { today });
  if (loaded.kind === "loaded") return loaded;
  throw new Error(loaded.problems.map(formatProblem).join("\n"));
}
