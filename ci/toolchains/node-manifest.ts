/** package.json as its package managers read it: a value of another kind than theirs counts as absent. */
import { visible } from "../config/problem.ts";
import { usageError } from "../errors.ts";

export interface Manifest {
  readonly scripts: Readonly<Partial<Record<string, string>>>;
  readonly packageManager: string | null;
  readonly main: string | null;
  readonly engines: string | null;
  readonly volta: string | null;
  readonly hasWorkspaces: boolean;
  /** True where a dependency lies in a folder or archive of the repository. */
  readonly hasLocalDependencies: boolean;
}

/** @throws WeirError `app.manifest` */
export function parseManifest(text: string, file: string): Manifest {
  const parsed = parseJson(text, file);
  if (!isMap(parsed)) throw usageError("app.manifest", `${file} is not an object`, `mend ${file}`);
  const { scripts, engines, volta } = parsed;
  return {
    scripts: texts(scripts),
    packageManager: word(parsed["packageManager"]),
    main: word(parsed["main"]),
    engines: isMap(engines) && typeof engines["node"] === "string" ? engines["node"] : null,
    volta: isMap(volta) ? word(volta["node"]) : null,
    hasWorkspaces: isMap(parsed["workspaces"]) || Array.isArray(parsed["workspaces"]),
    hasLocalDependencies: ["dependencies", "devDependencies", "optionalDependencies", "resolutions", "overrides"].some((key) =>
      Object.values(texts(parsed[key])).some((wanted) => localDependency.test(wanted ?? "")),
    ),
  };
}

const localDependency = /^(file:|link:|portal:|patch:|\.{0,2}\/)/;

function parseJson(text: string, file: string): unknown {
  try {
    // Windows editors begin a file with a byte order mark, and npm overlooks it.
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw usageError("app.manifest", `${file} is not JSON: ${visible((error as Error).message)}`, `mend ${file}`, error);
  }
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function word(value: unknown): string | null {
  return typeof value === "string" && value.trim() !== "" ? value.trim() : null;
}

function texts(value: unknown): Manifest["scripts"] {
  const entries = isMap(value) ? Object.entries(value) : [];
  return Object.fromEntries(entries.flatMap(([name, text]) => (typeof text === "string" ? [[name, text]] : [])));
}
