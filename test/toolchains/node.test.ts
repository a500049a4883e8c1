/** Node apps: which Node, which package manager, which scripts, from files that people really have. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WeirError } from "../../ci/errors.ts";
import { node } from "../../ci/toolchains/node.ts";
import type { Package } from "../../ci/toolchains/toolchain.ts";
import { configOf, filesOf, said } from "./files.ts";

type Texts = Readonly<Record<string, string>>;

function detect(manifest: unknown, more: Texts = {}, config = configOf()): Package {
  const found = node.detect(filesOf({ "package.json": JSON.stringify(manifest), ...more }), ".", config);
  if (found === null) throw new Error("nothing was detected");
  return found;
}

const npmLock = { "package-lock.json": "{}" };
const berryLock = "# yarn lockfile\n\n__metadata:\n  version: 8\n";
const classicLock = "# yarn lockfile v1\n\n\nleft-pad@^1.0.0:\n";

describe("a folder", () => {
  it("without a package.json is none of Node's", () => {
    expect(node.detect(filesOf({ "index.js": "" }), ".", configOf())).toBeNull();
  });

  it("below the app's root is read with its own files", () => {
    const texts = {
      "web/package.json": `{"scripts":{"test":"x"}}`,
      "web/.nvmrc": "20",
      ".nvmrc": "18",
      "web/yarn.lock": classicLock,
    };
    const found = node.detect(filesOf(texts), "web", configOf());
    expect(found).toMatchObject({ path: "web", version: "20", versionFrom: ".nvmrc" });
    expect(said(found!.commands.install)).toEqual([["yarn", "install", "--frozen-lockfile"]]);
  });

  it.each([
    ["an array", "[]"],
    ["null", "null"],
    ["a number", "1"],
    ["a text", `"x"`],
  ])("whose package.json is %s is refused", (_what, text) => {
    const files = filesOf({ "package.json": text });
    expect(() => node.detect(files, ".", configOf())).toThrow(
      expect.objectContaining({
        code: "app.manifest",
        message: "package.json is not an object",
        remedy: "mend package.json",
        exitCode: 2,
      }),
    );
  });

  it.each([`{"scripts":`, "", "{'a': 1}", "{ // comment\n}", `{"a":1,}`])(
    "whose package.json is the broken %j is refused",
    (text) => {
      const files = filesOf({ "web/package.json": text });
      expect(() => node.detect(files, "web", configOf())).toThrow(/^web\/package\.json is not JSON: /);
    },
  );

  it("whose package.json holds control characters does not get them into the message", () => {
    const files = filesOf({ "package.json": "\u001b[2J\u202e" });
    // eslint-disable-next-line no-control-regex -- they are what must not be there
    expect(() => node.detect(files, ".", configOf())).toThrow(/^[^\u0000-\u001f\u202e]*$/);
  });

  it("whose package.json begins with a byte order mark is read, as npm reads it", () => {
    const files = filesOf({ "package.json": `\uFEFF{"engines":{"node":"20"}}` });
    expect(node.detect(files, ".", configOf())?.version).toBe("20");
  });
});

describe("the package manager", () => {
  const install = (manifest: unknown, more: Texts = {}) => said(detect(manifest, more).commands.install);

  it("is npm with its lockfile kept to", () => {
    expect(install({}, npmLock)).toEqual([["npm", "ci"]]);
    expect(detect({}, npmLock)).toMatchObject({ setup: [], caches: [{ name: "npm", path: "/root/.npm" }] });
  });

  it("is npm without a lockfile, which is said", () => {
    const found = detect({});
    expect(said(found.commands.install)).toEqual([["npm", "install"]]);
    expect(found.commands.install).toMatchObject({ from: "package.json (no lockfile)" });
  });

  it("is npm with a shrinkwrap, which npm itself prefers to the lockfile beside it", () => {
    const found = detect({}, { "npm-shrinkwrap.json": "{}", ...npmLock });
    expect(found.commands.install).toMatchObject({ from: "npm-shrinkwrap.json" });
    expect(found.dependencyFiles).toContain("npm-shrinkwrap.json");
  });

  it("is pnpm by its lockfile", () => {
    const found = detect({}, { "pnpm-lock.yaml": "lockfileVersion: '9.0'\n" });
    expect(said(found.commands.install)).toEqual([["pnpm", "install", "--frozen-lockfile"]]);
    expect(found.setup).toEqual([["npm", "install", "--global", "pnpm@10"]]);
    expect(found.caches).toEqual([{ name: "pnpm", path: "/weir/pnpm" }]);
  });

  it.each([
    ["lockfileVersion: 5.4", "pnpm@7"],
    ["lockfileVersion: '6.0'", "pnpm@8"],
    ["lockfileVersion: 6.1", "pnpm@8"],
    ["lockfileVersion: '9.0'", "pnpm@10"],
    ["", "pnpm@10"],
  ])("is the pnpm that reads the lockfile: %s", (lockfile, wanted) => {
    expect(detect({}, { "pnpm-lock.yaml": `${lockfile}\n\nsettings:\n` }).setup).toEqual([
      ["npm", "install", "--global", wanted],
    ]);
  });

  it("is the pnpm that packageManager pins, without the hash", () => {
    const found = detect(
      { packageManager: "pnpm@9.1.0+sha512.0123456789abcdef" },
      { "pnpm-lock.yaml": "lockfileVersion: '6.0'" },
    );
    expect(found.setup).toEqual([["npm", "install", "--global", "pnpm@9.1.0"]]);
  });

  it("is pnpm without a lockfile where packageManager says so", () => {
    expect(install({ packageManager: "pnpm@9.1.0" })).toEqual([["pnpm", "install", "--no-frozen-lockfile"]]);
  });

  it("is yarn 1 by its lockfile, from the image itself", () => {
    const found = detect({}, { "yarn.lock": classicLock });
    expect(said(found.commands.install)).toEqual([["yarn", "install", "--frozen-lockfile"]]);
    expect(found.setup).toEqual([]);
    expect(found.env).toMatchObject({ YARN_CACHE_FOLDER: "/weir/yarn" });
  });

  it("is a later yarn by its lockfile, from its package", () => {
    const found = detect({}, { "yarn.lock": berryLock });
    expect(said(found.commands.install)).toEqual([["yarn", "install", "--immutable"]]);
    expect(found.setup).toEqual([["npm", "install", "--global", "--force", "@yarnpkg/cli-dist@4"]]);
    expect(found.env).toMatchObject({ YARN_ENABLE_GLOBAL_CACHE: "false", YARN_ENABLE_TELEMETRY: "0" });
  });

  it("is the yarn that packageManager pins", () => {
    const found = detect({ packageManager: "yarn@3.6.1+sha224.abc" }, { "yarn.lock": berryLock });
    expect(found.setup).toEqual([["npm", "install", "--global", "--force", "@yarnpkg/cli-dist@3.6.1"]]);
    expect(install({ packageManager: "yarn@1.22.22+sha1.abc" }, { "yarn.lock": classicLock })).toEqual([
      ["yarn", "install", "--frozen-lockfile"],
    ]);
    expect(detect({ packageManager: "yarn@1" }).setup).toEqual([]);
  });

  it("is a later yarn that is told that it may write a lockfile, which it refuses on CI", () => {
    expect(install({ packageManager: "yarn@4.5.0" })).toEqual([["yarn", "install", "--no-immutable"]]);
    expect(install({ packageManager: "yarn@1.22.22" })).toEqual([["yarn", "install"]]);
  });

  it("is the one that packageManager names, whatever lockfiles lie around", () => {
    expect(install({ packageManager: "npm@10.8.1" }, { ...npmLock, "yarn.lock": classicLock, "pnpm-lock.yaml": "" })).toEqual([
      ["npm", "ci"],
    ]);
  });

  it.each([5, null, [[]], {}, true, "", "  ", "@", "+", "pnpm@", "bun@1.1.0"])(
    "is one of the three for packageManager %j",
    (packageManager) => {
      expect(["npm", "pnpm"]).toContain((install({ packageManager }) as string[][])[0]?.[0]);
    },
  );

  it("keeps to a lockfile that is too large to be read", () => {
    const files = filesOf({ "package.json": "{}", "package-lock.json": "", "yarn.lock": "" });
    const unread = { ...files, read: (path: string) => (/lock/.test(path) ? null : files.read(path)) };
    const found = node.detect({ ...unread, list: () => ["package-lock.json", "package.json"] }, ".", configOf());
    expect(said(found!.commands.install)).toEqual([["npm", "ci"]]);
    const yarn = node.detect({ ...unread, list: () => [".yarnrc.yml", "yarn.lock"] }, ".", configOf());
    expect(said(yarn!.commands.install)).toEqual([["yarn", "install", "--immutable"]]);
  });

  it("runs the scripts too", () => {
    const manifest = { scripts: { test: "vitest", lint: "eslint ." } };
    expect(said(detect(manifest, { "pnpm-lock.yaml": "" }).commands.unit)).toEqual([["pnpm", "run", "test"]]);
    expect(said(detect(manifest, { "yarn.lock": classicLock }).commands.lint)).toEqual([["yarn", "run", "lint"]]);
    expect(said(detect(manifest, npmLock).commands.unit)).toEqual([["npm", "run", "test"]]);
  });
});

describe("the files of the dependency layer", () => {
  const layer = (manifest: unknown, more: Texts = npmLock) => detect(manifest, more).dependencyFiles;

  it("are the manifests, the lockfile and the package managers' settings", () => {
    expect(layer({})).toEqual([
      ...["package.json", "**/package.json", ".npmrc", ".yarnrc", ".yarnrc.yml", ".pnpmfile.cjs", "pnpm-workspace.yaml"],
      ...[".yarn/releases", ".yarn/plugins", "patches", "package-lock.json"],
    ]);
  });

  it.each(["preinstall", "install", "postinstall", "prepare"])("are all files where the app has the script %s", (name) => {
    expect(layer({ scripts: { [name]: "node setup.js" } })).toEqual(["**"]);
  });

  it.each(["file:./vendor/x.tgz", "file:../x", "link:./x", "portal:./x", "./x", "/x", "patch:left-pad@1.0.0#./p.patch"])(
    "are all files where a dependency is %s",
    (wanted) => {
      expect(layer({ dependencies: { x: wanted } })).toEqual(["**"]);
      expect(layer({ devDependencies: { x: wanted } })).toEqual(["**"]);
    },
  );

  it.each(["^1.0.0", "workspace:*", "npm:y@1", "github:a/b", "https://example.org/x.tgz", "latest"])(
    "are the manifests where a dependency is %s",
    (wanted) => {
      expect(layer({ dependencies: { x: wanted } })).not.toContain("**");
    },
  );

  it("are all files where a package of the monorepo has an installation script", () => {
    const inner = { "packages/a/package.json": `{"scripts":{"prepare":"tsc"}}` };
    expect(layer({ workspaces: ["packages/*"] }, inner)).toEqual(["**"]);
    expect(layer({ workspaces: { packages: ["packages/*"] } }, inner)).toEqual(["**"]);
    expect(layer({}, { ...inner, "pnpm-workspace.yaml": "packages: [packages/*]" })).toEqual(["**"]);
  });

  it("are the manifests where no package has one, or none belongs to the app", () => {
    const harmless = { "packages/a/package.json": `{"scripts":{"build":"tsc"}}`, "packages/b/package.json": "broken" };
    expect(layer({ workspaces: ["packages/*"] }, harmless)).not.toContain("**");
    const foreign = { "node_modules/x/package.json": `{"scripts":{"install":"node-gyp"}}` };
    expect(layer({ workspaces: ["packages/*"] }, foreign)).not.toContain("**");
    expect(layer({}, { "fixtures/a/package.json": `{"scripts":{"prepare":"tsc"}}` })).not.toContain("**");
  });

  it("leave out what never enters a container", () => {
    expect(detect({}).exclude).toEqual(["**/node_modules", "coverage", "reports"]);
  });

  it("are found in a monorepo of thousands of packages", () => {
    const many = Object.fromEntries(Array.from({ length: 3000 }, (_, at) => [`p/${String(at)}/package.json`, "{}"]));
    expect(layer({ workspaces: ["p/*"] }, many)).not.toContain("**");
  });
});

describe("Node's version", () => {
  const version = (manifest: unknown, more: Texts = {}) => {
    const { version: found, versionFrom, image } = detect(manifest, more);
    expect(image).toBe(`node:${found}-bookworm-slim`);
    return [found, versionFrom];
  };

  it("is the long-term release where nothing asks for one", () => {
    expect(version({})).toEqual(["22", "default"]);
  });

  it("is asked for by weir.yaml before all else", () => {
    const found = detect(
      { engines: { node: "18" }, volta: { node: "18.0.0" } },
      { ".nvmrc": "18" },
      configOf({ app: { version: "24" } }),
    );
    expect([found.version, found.versionFrom]).toEqual(["24", "weir.yaml app.version"]);
  });

  it("is asked for by .nvmrc, .node-version, volta and engines, in this order", () => {
    const manifest = { engines: { node: "^18" }, volta: { node: "20.11.0" } };
    expect(version(manifest, { ".nvmrc": "v24.1.0\n", ".node-version": "22.1.0" })).toEqual(["24.1.0", ".nvmrc"]);
    expect(version(manifest, { ".node-version": "22.1.0\r\n" })).toEqual(["22.1.0", ".node-version"]);
    expect(version(manifest)).toEqual(["20.11.0", "package.json volta.node"]);
    expect(version({ engines: { node: "^18" } })).toEqual(["18", "package.json engines.node"]);
  });

  it.each([
    ["22", "22"],
    ["v22", "22"],
    ["22.3", "22.3"],
    ["  v22.3.0  \n", "22.3.0"],
    ["\uFEFF22", "22"],
    ["# the team's\n22 # long-term\n", "22"],
    ["lts/*", "22"],
    ["lts/iron", "20"],
    ["lts/Jod", "22"],
    ["lts/krypton", "24"],
  ])(".nvmrc %j is %s", (text, wanted) => {
    expect(version({}, { ".nvmrc": text })).toEqual([wanted, ".nvmrc"]);
  });

  it.each(["", "\n", "node", "stable", "lts/unheard-of", "lts/constructor", "22.x", "22; rm -rf /", "22/../x", "9999"])(
    ".nvmrc %j names no release, so the next is asked",
    (text) => {
      expect(version({ engines: { node: ">=20 <21" } }, { ".nvmrc": text })).toEqual(["20", "package.json engines.node"]);
    },
  );

  it.each([
    [">=20", "22"],
    ["*", "22"],
    ["", "22"],
    ["^20 || ^18", "20"],
    ["18 - 19", "18"],
    [">=24", "24"],
    ["^20.19.0 || ^22.13.0 || >=24", "22"],
    ["20.x", "20"],
    ["22.3.0", "22.3.0"],
    ["~22.3", "22.3.0"],
    ["^16", "16"],
    [">=14.17 <15", "14"],
    [">=25", "25"],
    ["<19", "18"],
  ])("engines %j is %s", (range, wanted) => {
    expect(version({ engines: { node: range } })).toEqual([wanted, "package.json engines.node"]);
  });

  it.each(["banana", "<18", "<0", ">=99999999999999999999", "x".repeat(1000)])(
    "engines %j names none, which is said",
    (range) => {
      expect(version({ engines: { node: range } })).toEqual([
        "22",
        `default, package.json engines.node is ${range.slice(0, 40)}`,
      ]);
    },
  );

  it.each([
    { volta: { node: 22 } },
    { volta: null },
    { volta: "22" },
    { volta: { node: null } },
    { engines: null },
    { engines: ["node >= 0.4"] },
    { engines: "20" },
    { engines: { node: 20 } },
  ])("is the default where package.json has %j", (manifest) => {
    expect(version(manifest)).toEqual(["22", "default"]);
  });
});

describe("the scripts", () => {
  it.each([
    ["build", "build", ["build"]],
    ["lint", "lint", ["lint"]],
    ["types", "typecheck", ["type-check", "types", "check-types", "check:types"]],
    ["format", "format:check", ["format-check", "check-format", "check:format", "prettier:check"]],
    ["unit", "test:unit", ["unit", "test:coverage", "coverage", "test"]],
    ["integration", "test:integration", ["integration"]],
    ["e2e", "test:e2e", ["e2e"]],
    ["performance", "test:performance", ["performance"]],
  ] as const)("of %s go by %s before all other names", (stage, first, others) => {
    const all = Object.fromEntries([first, ...others].map((name) => [name, "x"]));
    expect(detect({ scripts: all }).commands[stage]).toMatchObject({
      commands: [["npm", "run", first]],
      from: `package.json scripts.${first}`,
    });
    for (const name of others) expect(said(detect({ scripts: { [name]: "x" } }).commands[stage])).toEqual([["npm", "run", name]]);
  });

  it("that are missing are named", () => {
    const { commands } = detect({ scripts: { format: "prettier --write ." } });
    expect(said(commands.lint)).toBe(`package.json has no script "lint"`);
    expect(said(commands.integration)).toBe(`package.json has no script "test:integration" or "integration"`);
    expect(said(commands.format)).toMatch(/^package\.json has no script "format:check" or /);
  });

  it("that npm init writes are no tests", () => {
    const placeholder = `echo "Error: no test specified" && exit 1`;
    expect(said(detect({ scripts: { test: placeholder } }).commands.unit)).toMatch(/^package\.json has no script "test:unit"/);
    expect(said(detect({ scripts: { "test:unit": placeholder, test: "vitest run" } }).commands.unit)).toEqual([
      ["npm", "run", "test"],
    ]);
  });

  it.each([5, null, "", "  \n", [[]], {}])("that are %j are as good as missing", (script) => {
    expect(detect({ scripts: { build: script } }).commands.build.kind).toBe("absent");
  });

  it.each([null, [[]], "build", 7])("of a manifest whose scripts are %j are missing", (scripts) => {
    expect(detect({ scripts }).commands.build.kind).toBe("absent");
  });

  it("leave reports where test runners are told to write", () => {
    const scripts = { "test:unit": "x", "test:integration": "x", lint: "x" };
    const { unit, integration, lint } = detect({ scripts }).commands;
    expect(unit).toMatchObject({
      reports: expect.arrayContaining([
        { kind: "junit", path: "reports/junit-unit.xml" },
        { kind: "junit", path: "junit.xml" },
        { kind: "lcov", path: "coverage/lcov.info" },
        { kind: "cobertura", path: "coverage/cobertura-coverage.xml" },
      ]),
    });
    expect(integration).toMatchObject({ reports: expect.not.arrayContaining([{ kind: "lcov", path: "coverage/lcov.info" }]) });
    expect(lint).toMatchObject({ reports: [] });
  });

  it("run on CI's terms", () => {
    expect(detect({}).env).toMatchObject({ CI: "true", npm_config_update_notifier: "false" });
  });
});

describe("the runtime image", () => {
  const runtime = (manifest: unknown, more: Texts = npmLock) => detect(manifest, more).runtime;

  it("starts a plain node command without npm between, so that SIGTERM reaches it", () => {
    expect(runtime({ scripts: { start: "node dist/main.js --port=8080" } })).toEqual({
      base: "node:22-bookworm-slim",
      prepare: [["npm", "prune", "--omit=dev"]],
      files: [{ from: ".", to: "/app" }],
      workdir: "/app",
      entrypoint: ["node", "dist/main.js", "--port=8080"],
      env: { NODE_ENV: "production" },
      user: "1000:1000",
    });
  });

  it.each([
    "node a.js && node b.js",
    "PORT=1 node a.js",
    "node $FILE",
    "node *.js",
    `node "a b.js"`,
    "tsx a.ts",
    "node",
    "node a.js | tee log",
    "node a.js; x",
    "node ~/a.js",
  ])("leaves %j to npm, whose shell it needs", (start) => {
    expect(runtime({ scripts: { start } })?.entrypoint).toEqual(["npm", "start"]);
  });

  it("starts main where there is no script", () => {
    expect(runtime({ main: "server.js" })?.entrypoint).toEqual(["node", "server.js"]);
  });

  it.each([
    {},
    { main: "" },
    { main: 5 },
    { main: null },
    { scripts: { start: "" } },
    { scripts: { start: 5 } },
    { scripts: { start: null } },
  ])("is none where nothing starts the app: %j", (manifest) => {
    expect(runtime(manifest)).toBeNull();
  });

  it("prefers main to a start script that is empty", () => {
    expect(runtime({ scripts: { start: " " }, main: "a.js" })?.entrypoint).toEqual(["node", "a.js"]);
  });

  it("takes the development packages out with npm, which alone can", () => {
    expect(runtime({ main: "a.js" }, { "pnpm-lock.yaml": "" })?.prepare).toEqual([]);
    expect(runtime({ main: "a.js" }, { "yarn.lock": classicLock })?.prepare).toEqual([]);
  });

  it("is of the app's own Node", () => {
    expect(runtime({ main: "a.js", engines: { node: "20" } })?.base).toBe("node:20-bookworm-slim");
  });
});

describe("whatever package.json holds", () => {
  const known = [
    "scripts",
    "engines",
    "volta",
    "packageManager",
    "main",
    "workspaces",
    "node",
    "start",
    "test",
    "build",
    "prepare",
    "dependencies",
    "overrides",
    "__proto__",
  ];
  const key = fc.oneof(fc.constantFrom(...known), fc.string());
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("pnpm@9+x", "yarn@4", ">=20", "node a.js", "lts/*", "1.2.3"),
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      text,
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(key, tie("value"), { maxKeys: 6 }),
    ),
  }));
  const manifest = fc.dictionary(key, value, { maxKeys: 8 });
  const orFailure = (texts: Texts) => {
    try {
      return node.detect(filesOf(texts), ".", configOf());
    } catch (error) {
      if (error instanceof WeirError) return error;
      throw error;
    }
  };

  it("it is detected, or refused as the user's to mend", () => {
    const locks = fc.subarray([
      "package-lock.json",
      "pnpm-lock.yaml",
      "yarn.lock",
      ".nvmrc",
      ".node-version",
      "pnpm-workspace.yaml",
    ]);
    fc.assert(
      fc.property(manifest, locks, text, (written, names, content) => {
        const texts = { "package.json": JSON.stringify(written), ...Object.fromEntries(names.map((name) => [name, content])) };
        const found = orFailure(texts);
        if (found === null || found instanceof WeirError) throw new Error("a map was refused");
        for (const command of Object.values(found.commands)) {
          if (command.kind === "absent") expect(command.reason).not.toBe("");
          else for (const argv of command.commands) for (const word of argv) expect(typeof word).toBe("string");
        }
        for (const word of found.runtime?.entrypoint ?? []) expect(typeof word).toBe("string");
        expect(found.image).toMatch(/^node:[0-9.]+-bookworm-slim$/);
      }),
      { numRuns: 400 },
    );
  });

  it("any text is answered", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.json()), (content) => {
        orFailure({ "package.json": content });
      }),
      { numRuns: 400 },
    );
  });
});
