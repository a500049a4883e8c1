/** The only place that reads configuration from disk: which files there are, and their text. */
import { isUtf8 } from "node:buffer";
import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
} from "node:fs";
import { join, sep } from "node:path";
import { type Problem, problem } from "./problem.ts";

/** A file by its name relative to the app's folder, with its text or what is wrong with it. */
export type SourceFile =
  | { readonly kind: "text"; readonly name: string; readonly text: string }
  | { readonly kind: "problem"; readonly name: string; readonly problem: Problem };

const environmentsFolder = "environments";
const largest = 1_000_000;
const mostEnvironmentFiles = 100;

/** The real path of the app's folder, or what is wrong with it. */
export function openFolder(folder: string): string | Problem {
  try {
    const root = realpathSync(folder);
    if (!statSync(root).isDirectory()) return whole(folder, "is not a folder", "expected the folder of an app");
    accessSync(root, constants.X_OK);
    return root;
  } catch (error) {
    return whole(folder, cannot("opened", error), "expected the folder of an app");
  }
}

/** `weir.yaml` or `weir.yml`; null where there is neither. */
export function readWeirFile(root: string): SourceFile | null {
  const [first, second] = ["weir.yaml", "weir.yml"].filter((name) => isThere(root, name));
  if (first === undefined) return null;
  if (second === undefined) return read(root, first);
  return failed(second, `stands beside ${first}`, "expected one of the two");
}

/** The YAML files in `environments` in the order of their names, alerts.yaml among them. */
export function readEnvironmentFiles(root: string): readonly SourceFile[] {
  if (!isThere(root, environmentsFolder)) return [];
  try {
    const names = readdirSync(join(root, environmentsFolder)).filter((name) => /^[^.].*\.ya?ml$/s.test(name));
    if (names.length > mostEnvironmentFiles) {
      return [failed(environmentsFolder, `holds ${names.length} YAML files`, `expected at most ${mostEnvironmentFiles}`)];
    }
    const files = names.sort().map((name) => read(root, `${environmentsFolder}/${name}`));
    const total = files.reduce((sum, file) => sum + (file.kind === "text" ? file.text.length : 0), 0);
    if (total <= largest) return files;
    return [failed(environmentsFolder, `holds ${total} characters in its YAML files`, `expected at most ${largest}`)];
  } catch (error) {
    return [failed(environmentsFolder, cannot("listed", error), "expected a folder that can be read")];
  }
}

/** What can't be read, or leads nowhere, is there too: it is reported, not passed over. */
function isThere(root: string, name: string): boolean {
  try {
    return lstatSync(join(root, name), { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}

function read(root: string, name: string): SourceFile {
  try {
    const path = realpathSync(join(root, name));
    if (!path.startsWith(root.endsWith(sep) ? root : root + sep)) {
      return failed(name, "is a symlink out of the app's folder", "expected a file inside it");
    }
    // Not to wait for the other end, should it be a pipe.
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      return readOpen(name, descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    return failed(name, cannot("read", error), "expected a file that can be read");
  }
}

function readOpen(name: string, descriptor: number): SourceFile {
  const stat = fstatSync(descriptor);
  if (stat.isDirectory()) return failed(name, "is a folder", "expected a file");
  if (!stat.isFile()) return failed(name, "is a pipe or a device", "expected a file");
  if (stat.size > largest) return failed(name, `is ${stat.size} bytes long`, `expected at most ${largest}`);
  const bytes = readFileSync(descriptor);
  const text = bytes.toString("utf8");
  if (isUtf8(bytes)) return { kind: "text", name, text: text.replace(/^\ufeff/, "") };
  const before = text.slice(0, text.indexOf("\ufffd")).split("\n");
  const place = { file: name, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  return { kind: "problem", name, problem: problem(place, [], "is not UTF-8 text", "expected UTF-8") };
}

function failed(name: string, wrong: string, expected: string): SourceFile {
  return { kind: "problem", name, problem: whole(name, wrong, expected) };
}

/** A problem with a file as a whole. */
function whole(file: string, wrong: string, expected: string): Problem {
  return problem({ file, line: 1, column: 1 }, [], wrong, expected);
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "it does not exist",
  EACCES: "permission denied",
  EPERM: "permission denied",
  ENOTDIR: "it is not a folder",
  ELOOP: "its symlinks lead in a circle",
  ENAMETOOLONG: "its name is too long",
};

function cannot(done: string, error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
  return `can't be ${done}: ${reasons[code] ?? code}`;
}
