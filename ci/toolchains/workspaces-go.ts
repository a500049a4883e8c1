/** Go: the modules of go.work, or those that go.mod replaces by folders. */
import type { FileReader } from "./toolchain.ts";
import { folderFrom, inFolder, isOutside, none, plainFolder, type Ecosystem } from "./workspaces-reading.ts";

export const go: Ecosystem = {
  name: "go",
  members(files) {
    const work = files.read("go.work");
    if (work !== null) return { ok: true, folders: linesOf(work, "use").map((line) => plainFolder(word(line))) };
    if (files.read("go.mod") === null) return none;
    const found = new Set(["."]);
    for (const folder of found)
      for (const { path } of replacedIn(files.read(inFolder(folder, "go.mod")) ?? "", folder))
        if (!isOutside(path)) found.add(path);
    // Alone, a module is no workspace.
    return found.size > 1 ? { ok: true, folders: [...found] } : none;
  },
  describe(files, path) {
    const text = files.read(inFolder(path, "go.mod"));
    if (text === null) return null;
    const module = linesOf(text, "module").map(word)[0] ?? path;
    const required = linesOf(text, "require").map(word);
    const replaced = replacedIn(text, path).map((each) => each.path);
    return {
      path,
      name: module,
      names: [`go:${module}`],
      needs: { names: required.map((each) => `go:${each}`), paths: [...replaced, ...replacedForAll(files, required)] },
    };
  },
};

/** What go.work replaces holds for each module that requires it. */
function replacedForAll(files: FileReader, required: readonly string[]): readonly string[] {
  return replacedIn(files.read("go.work") ?? "", ".")
    .filter(({ module }) => required.includes(module))
    .map(({ path }) => path);
}

function replacedIn(text: string, folder: string): readonly { readonly module: string; readonly path: string }[] {
  return linesOf(text, "replace").flatMap((line) => {
    const [from = "", to = ""] = line.split("=>").map((side) => word(side.trim()));
    return /^\.{1,2}(\/|$)/.test(to) ? [{ module: from, path: folderFrom(folder, to) }] : [];
  });
}

/** What stands after a verb, on its line or in its block. */
function linesOf(text: string, verb: string): readonly string[] {
  const found: string[] = [];
  let block: string | null = null;
  for (const written of text.split("\n")) {
    const line = written.replace(/\/\/.*$/, "").trim();
    const opened = /^(\w+)\s*\($/.exec(line)?.[1];
    if (opened !== undefined) block = opened;
    else if (line === ")") block = null;
    else if (line !== "" && block === verb) found.push(line);
    else if (block === null && line.startsWith(`${verb} `)) found.push(line.slice(verb.length).trim());
  }
  return found;
}

/** The first word, without its quotes. */
function word(line: string): string {
  return (/^(["`])(.*?)\1/.exec(line)?.[2] ?? line.split(/\s+/)[0] ?? "").trim();
}
