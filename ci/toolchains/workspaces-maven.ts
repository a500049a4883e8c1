/** Maven: the modules of pom.xml, and theirs. */
import type { Element } from "../report/xml.ts";
import type { FileReader } from "./toolchain.ts";
import { folderFrom, inFolder, isOutside, none, plainFolder, type Ecosystem } from "./workspaces-reading.ts";

export const maven: Ecosystem = {
  name: "maven",
  async members(files) {
    if (files.read("pom.xml") === null) return none;
    const found = new Set(["."]);
    for (const folder of found) {
      const pom = await pomIn(files, folder);
      if (pom === "broken") return { ok: false, reason: `${inFolder(folder, "pom.xml")} can't be read` };
      const modules = pom === null ? [] : textsOf(pom.root, "module", pom.decode);
      // A module is a folder, or the path of a pom of another name.
      for (const module of modules.map((each) => folderFrom(folder, each.replace(/(^|\/)[^/]*\.xml$/, "") || ".")))
        if (!isOutside(module)) found.add(module);
    }
    return found.size > 1 ? { ok: true, folders: [...found] } : none;
  },
  async describe(files, path) {
    const pom = await pomIn(files, path);
    if (pom === null) return null;
    if (pom === "broken") return { path, name: path, names: [], needs: null };
    const own = pom.root.children.find(({ name }) => name === "artifactId");
    const name = own === undefined ? path : pom.decode(own.raw).trim();
    // Whatever the group, and whether it is a dependency, a parent or a plugin: one too many affects more, not less.
    const wanted = textsOf(pom.root, "artifactId", pom.decode).filter((each) => each !== name);
    const needs = wanted.some((each) => each.includes("${")) ? null : { names: wanted.map((each) => `maven:${each}`), paths: [] };
    return { path: plainFolder(path), name, names: [`maven:${name}`], needs };
  },
};

interface Pom {
  readonly root: Element;
  readonly decode: (raw: string) => string;
}

async function pomIn(files: FileReader, folder: string): Promise<Pom | "broken" | null> {
  const text = files.read(inFolder(folder, "pom.xml"));
  if (text === null) return null;
  // Only for those who have one: a plan is to be quick.
  const { decode, parseXml } = await import("../report/xml.ts");
  const parsed = parseXml(text, ["module", "artifactId"]);
  return parsed.ok ? { root: parsed.root, decode } : "broken";
}

function textsOf(element: Element, name: string, decode: Pom["decode"]): readonly string[] {
  return element.children.flatMap((child) => (child.name === name ? [decode(child.raw).trim()] : textsOf(child, name, decode)));
}
