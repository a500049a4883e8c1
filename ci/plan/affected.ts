/** Which stages a change concerns, by the path filters of weir.yaml (`policy.paths`). */
import picomatch from "picomatch";
import type { ChangedFiles } from "../trigger/trigger.ts";

/** A change to one of these concerns every stage: it changes what all of them run or how. */
const concernAll = [
  "weir.yaml",
  "environments/**",
  ...[
    "package-lock.json",
    "npm-shrinkwrap.json",
    "pnpm-lock.yaml",
    "yarn.lock",
    "go.mod",
    "go.sum",
    "go.work",
    "go.work.sum",
  ].map(anywhere),
  ...["Cargo.lock", "poetry.lock", "uv.lock", "pdm.lock", "Pipfile.lock", "requirements*.txt", "pom.xml", "gradle.lockfile"].map(
    anywhere,
  ),
];

function anywhere(name: string): string {
  return `**/${name}`;
}

const matching = { dot: true, nonegate: true, windows: false } as const;

/** Whether a change concerns a stage with these path filters. What nobody can tell concerns it. */
export function concerns(filters: readonly string[], changed: ChangedFiles): boolean {
  if (!changed.known) return true;
  const fits = picomatch([...filters, ...concernAll], matching);
  return changed.files.some((file) => fits(file));
}
