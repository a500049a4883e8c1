/** Real layouts of each ecosystem's workspaces, as the package graph that the plan gets. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import type { WeirInput } from "../../ci/config/schema.ts";
import { readPackageGraph } from "../../ci/toolchains/workspaces.ts";
import { foldersFitting, plainFolder } from "../../ci/toolchains/workspaces-reading.ts";
import { readWorld } from "../../ci/world.ts";
import { configOf, filesOf } from "./files.ts";

/** `folder → what it needs`, or why nobody can tell. */
async function graph(texts: Readonly<Record<string, string | object>>, weir: WeirInput = {}): Promise<unknown> {
  const files = Object.fromEntries(
    Object.entries(texts).map(([path, text]) => [path, typeof text === "string" ? text : JSON.stringify(text)]),
  );
  const found = await readPackageGraph(filesOf(files), configOf(weir));
  return found.known ? Object.fromEntries(found.packages.map(({ path, needs }) => [path, needs])) : found.reason;
}

describe("npm, yarn and pnpm", () => {
  const members = {
    "libs/money/package.json": { name: "@shop/money" },
    "libs/http/package.json": { name: "@shop/http", peerDependencies: { "@shop/money": "*" } },
    "services/api/package.json": { name: "api", dependencies: { "@shop/http": "workspace:^", express: "5" } },
    "services/web/package.json": { name: "web", devDependencies: { api: "1" }, optionalDependencies: { "@shop/money": "1" } },
    "libs/notes/README.md": "no package",
    "node_modules/left/package.json": { name: "left" },
  };
  const expected = {
    ".": [],
    "libs/http": ["libs/money"],
    "libs/money": [],
    "services/api": ["libs/http"],
    "services/web": ["libs/money", "services/api"],
  };

  it("are read from package.json's workspaces, as a list or as a map", async () => {
    const workspaces = ["libs/*", "./services/**/", "nothing/*"];
    expect(await graph({ ...members, "package.json": { name: "root", workspaces } })).toEqual(expected);
    expect(await graph({ ...members, "package.json": { workspaces: { packages: workspaces, nohoist: [] } } })).toEqual(expected);
  });

  it("are read from pnpm-workspace.yaml", async () => {
    const yaml = "packages:\n  - 'libs/*'\n  - services/*\n  - '!**/web'\ncatalog:\n  react: 19\n";
    const { "services/web": _, ...rest } = expected;
    expect(await graph({ ...members, "package.json": {}, "pnpm-workspace.yaml": yaml })).toEqual(rest);
  });

  it("know a need by folder, and one under another name", async () => {
    const found = await graph({
      "package.json": { workspaces: ["a", "b", "c", "d"] },
      "a/package.json": { name: "a", dependencies: { x: "file:../b", y: "npm:d@^1", z: "link:../elsewhere" } },
      "b/package.json": { name: "b", dependencies: { x: "../c", y: "workspace:d@*" } },
      "c/package.json": { name: "c", dependencies: { local: "portal:./inside" } },
      "d/package.json": { name: "d", dependencies: { e: "workspace:../a" } },
    });
    expect(found).toEqual({ ".": [], a: [".", "b", "d"], b: ["c", "d"], c: [], d: ["a"] });
  });

  it("take a manifest that is no JSON for a package that needs every other", async () => {
    const found = await graph({ "package.json": { workspaces: ["*"] }, "a/package.json": "{", "b/package.json": {} });
    expect(found).toEqual({ ".": [], a: [".", "b"], b: [] });
  });

  it("can't be told from a pnpm-workspace.yaml that is no YAML", async () => {
    expect(await graph({ "package.json": {}, "pnpm-workspace.yaml": "packages: [" })).toBe("pnpm-workspace.yaml can't be read");
    const bomb = `a: &a [x]\nb: &b [${"*a,".repeat(50)}]\nc: [${"*b,".repeat(50)}]\npackages: [${"*b,".repeat(50)}]`;
    expect(await graph({ "package.json": {}, "pnpm-workspace.yaml": bomb })).toBe("pnpm-workspace.yaml can't be read");
  });
});

describe("Go", () => {
  it("is read from go.work, with requirements and replacements", async () => {
    const found = await graph({
      "go.work":
        'go 1.24\n\nuse (\n\t./api // the service\n\t"./lib/money"\n)\nuse ./tools\nreplace example.org/old => ./lib/money\n',
      "api/go.mod":
        "module example.org/api\n\ngo 1.24\n\nrequire example.org/money v0.0.0\nrequire (\n\tgithub.com/a/b v1.0.0 // indirect\n)\n",
      "lib/money/go.mod": "module example.org/money\n",
      "tools/go.mod": "module example.org/tools\nrequire example.org/old v1.0.0\nreplace example.org/api v1.0.0 => ../api\n",
    });
    expect(found).toEqual({
      ".": ["api", "lib/money", "tools"],
      api: ["lib/money"],
      "lib/money": [],
      tools: ["api", "lib/money"],
    });
  });

  it("is read from the folders that go.mod replaces modules by, and theirs", async () => {
    const found = await graph({
      "go.mod":
        "module example.org/app\nreplace (\n\texample.org/a => ./a\n\texample.org/far v1 => github.com/x/far v2\n)\nreplace example.org/out => ../out\n",
      "a/go.mod": "module example.org/a\nreplace example.org/b => ./b\n",
      "a/b/go.mod": "module example.org/b\n",
    });
    expect(found).toEqual({ ".": ["a"], a: ["a/b"], "a/b": [] });
  });

  it("is one package where nothing is replaced", async () => {
    expect(await graph({ "go.mod": "module example.org/app\n", "cmd/x/main.go": "package main" })).toEqual({ ".": [] });
  });
});

describe("Cargo", () => {
  it("is read from the workspace, with what is inherited, renamed, reached by path or for one target", async () => {
    const found = await graph({
      "Cargo.toml":
        '[workspace]\nmembers = ["crates/*"]\nexclude = ["crates/old"]\n[workspace.dependencies]\nmoney = { path = "crates/money" }\nother = { package = "http", version = "1" }\n',
      "crates/money/Cargo.toml": '[package]\nname = "money"\n',
      "crates/http/Cargo.toml": '[package]\nname = "http"\n[dev-dependencies]\ncash = { package = "money", path = "../money" }\n',
      "crates/api/Cargo.toml":
        '[package]\nname = "api"\n[dependencies]\nmoney.workspace = true\nserde = "1"\n[target.\'cfg(unix)\'.build-dependencies]\nother = { workspace = true }\n[dependencies.hidden]\npath = "../../tools/hidden"\n',
      "crates/old/Cargo.toml": '[package]\nname = "old"\n',
      "tools/hidden/Cargo.toml": '[package]\nname = "hidden"\n',
    });
    expect(found).toEqual({
      ".": ["crates/api", "crates/http", "crates/money", "tools/hidden"],
      "crates/api": ["crates/http", "crates/money", "tools/hidden"],
      "crates/http": ["crates/money"],
      "crates/money": [],
      "tools/hidden": [],
    });
  });

  it("counts the root's own package, and can't be told from a manifest that is no TOML", async () => {
    const root = '[package]\nname = "app"\n[dependencies]\nlib = { path = "lib" }\n';
    expect(await graph({ "Cargo.toml": root, "lib/Cargo.toml": '[package]\nname = "lib"\n' })).toEqual({ ".": ["lib"], lib: [] });
    expect(await graph({ "Cargo.toml": root, "lib/Cargo.toml": "[package" })).toEqual({ ".": ["lib"], lib: ["."] });
    expect(await graph({ "Cargo.toml": "[workspace" })).toBe("Cargo.toml can't be read");
  });
});

describe("Maven", () => {
  const module = (name: string, rest: string) => `<project><artifactId>${name}</artifactId>${rest}</project>`;
  const on = (name: string) =>
    `<dependencies><dependency><groupId>\${project.groupId}</groupId><artifactId>${name}</artifactId></dependency></dependencies>`;

  it("is read from the modules, nested ones and those of profiles, with parents and plugins", async () => {
    const parent = "<parent><artifactId>root</artifactId></parent>";
    const found = await graph({
      "pom.xml": module(
        "root",
        "<modules><module>lib</module><module>group/pom.xml</module></modules><profiles><profile><modules><module>extra</module></modules></profile></profiles>",
      ),
      "lib/pom.xml": `<?xml version="1.0"?><!-- c -->${module("lib", parent)}`,
      "group/pom.xml": module("group", `${parent}<modules><module>../api</module></modules>`),
      "api/pom.xml": module("api", `<parent><artifactId>group</artifactId></parent>${on("lib")}`),
      "extra/pom.xml": module("extra", "<build><plugins><plugin><artifactId>api</artifactId></plugin></plugins></build>"),
    });
    expect(found).toEqual({ ".": [], api: ["group", "lib"], extra: ["api"], group: ["."], lib: ["."] });
  });

  it("takes a need that is named by a property for a need of every other", async () => {
    const root = module("root", "<modules><module>a</module><module>b</module></modules>");
    expect(await graph({ "pom.xml": root, "a/pom.xml": module("a", on("${lib}")), "b/pom.xml": module("b", "") })).toEqual({
      ".": [],
      a: [".", "b"],
      b: [],
    });
  });

  it("can't be told from a pom that is no XML", async () => {
    const root = module("root", "<modules><module>a</module></modules>");
    expect(await graph({ "pom.xml": root, "a/pom.xml": "<project>" })).toBe("a/pom.xml can't be read");
  });
});

describe("packages that weir.yaml declares", () => {
  it("take the place of what is found; what has no manifest needs every other", async () => {
    const found = await graph(
      {
        "package.json": { workspaces: ["libs/*"] },
        "libs/a/package.json": { name: "a" },
        "services/api/package.json": { name: "api", dependencies: { a: "1" } },
        "services/worker/worker.py": "",
      },
      {
        app: { path: "services/api" },
        packages: [{ path: "./services/api/" }, { path: "services//worker" }, { path: "libs/a" }],
      },
    );
    expect(found).toEqual({
      "libs/a": [],
      "services/api": ["libs/a"],
      "services/worker": ["libs/a", "services/api"],
    });
  });
});

describe("the app's own package", () => {
  it("is there where no workspace names it", async () => {
    expect(await graph({ "services/api/go.mod": "module api\n" }, { app: { path: "services/api" } })).toEqual({
      "services/api": [],
    });
    const files = {
      "package.json": { workspaces: ["libs/*"] },
      "libs/a/package.json": { name: "a" },
      "web/package.json": { dependencies: { a: "1" } },
    };
    expect(await graph(files, { app: { path: "web" } })).toEqual({ ".": [], "libs/a": [], web: ["libs/a"] });
  });

  it("makes one package of a folder of two ecosystems", async () => {
    const files = {
      "package.json": { workspaces: ["core", "app"] },
      "Cargo.toml": '[workspace]\nmembers = ["core", "sys"]\n',
      "core/package.json": { name: "core" },
      "core/Cargo.toml": '[package]\nname = "core"\n[dependencies]\nsys = { path = "../sys" }\n',
      "sys/Cargo.toml": '[package]\nname = "sys"\n',
      "app/package.json": { name: "app", dependencies: { core: "*" } },
    };
    expect(await graph(files)).toEqual({ ".": [], app: ["core"], core: ["sys"], sys: [] });
  });
});

describe("globs", () => {
  const files = filesOf(
    Object.fromEntries(
      ["a/x", "a/.hidden/x", "a/b/x", "a/b/c/x", "node_modules/d/x", "e/node_modules/f/x", "e/x"].map((path) => [path, ""]),
    ),
  );

  it.each<[readonly string[], readonly string[]]>([
    [["*"], ["a", "e"]],
    [["**"], [".", "a", "a/b", "a/b/c", "e"]],
    [
      ["a/**", "!a/b"],
      ["a", "a/b/c"],
    ],
    [
      ["a/*/c", "nothing"],
      ["a/b/c", "nothing"],
    ],
    [["{a,e}"], ["a", "e"]],
    [["../*", "/etc/*"], []],
  ])("%j lead to %j", (globs, folders) => {
    expect(foldersFitting(files, globs)).toEqual(folders);
  });

  it("give up where they lead through too many folders", async () => {
    const endless = {
      read: (path: string) => (path === "package.json" ? '{"workspaces":["**"]}' : null),
      list: () => ["a/", "b/"],
    };
    expect(foldersFitting(endless, ["**"])).toBeNull();
    expect(foldersFitting(files, ["*a".repeat(9)])).toBeNull();
    expect(foldersFitting(files, ["a/".repeat(200)])).toBeNull();
    expect(await readPackageGraph(endless, configOf())).toEqual({
      known: false,
      reason: "the workspace's globs are too many, too long, or lead through more than 5000 folders",
    });
  });

  it("mean folders however they are written", () => {
    expect(["./a//b/", "a/b", "a/./b/", ".", "./", "", "a/../b"].map(plainFolder)).toEqual([
      "a/b",
      "a/b",
      "a/b",
      ".",
      ".",
      ".",
      "b",
    ]);
  });
});

describe("the world", () => {
  async function packagesOf(links: Readonly<Record<string, string>>) {
    const root = realpathSync(mkdtempSync(join(tmpdir(), "weir-packages-")));
    try {
      const texts = {
        "weir.yaml": "app: { path: services/api }\n",
        "package.json": '{"workspaces":["services/*"]}',
        "real/api/package.json": "{}",
        "services/api2/package.json": "{}",
      };
      for (const [path, text] of Object.entries(texts)) {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), text);
      }
      for (const [path, target] of Object.entries(links)) symlinkSync(target, join(root, path));
      return (await readWorld({ source: root, env: { WEIR_HOST: "local" } })).packages;
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  }

  it("does not say which package the app is where its folder is a link", async () => {
    expect(await packagesOf({ "services/api": "../real/api" })).toMatchObject({ app: null });
    expect(await packagesOf({ "services/api": "./api2" })).toMatchObject({ app: null });
  });
});
