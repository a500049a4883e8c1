/** Node: npm, pnpm and yarn. The app's own scripts say what a stage runs; Weir knows only their usual names. */
import { absent, command } from "./commands.ts";
import { managerOf, type Manager } from "./node-manager.ts";
import { parseManifest, type Manifest } from "./node-manifest.ts";
import { nodeVersion } from "./node-version.ts";
import type { FileReader, Package, ReportFile, RuntimeImage, StageCommand, Toolchain } from "./toolchain.ts";

/** Scripts by stage, the more telling name first. */
const scripts = {
  build: ["build"],
  lint: ["lint"],
  types: ["typecheck", "type-check", "types", "check-types", "check:types"],
  format: ["format:check", "format-check", "check-format", "check:format", "prettier:check"],
  unit: ["test:unit", "unit", "test:coverage", "coverage", "test"],
  integration: ["test:integration", "integration"],
  e2e: ["test:e2e", "e2e"],
  performance: ["test:performance", "performance"],
} as const;

/** npm init writes this as `test`; it fails, and it is no test. */
const placeholder = /no test specified/;

/** Scripts that npm runs while it installs: they may read any file, so no layer of manifests alone will do. */
const installScripts = ["preinstall", "install", "postinstall", "prepare"] as const;

/** Folders of a monorepo that are looked into for packages. */
const mostFolders = 2000;

export const node: Toolchain = {
  name: "node",
  detect(files, path, config) {
    const text = files.read(inside(path, "package.json"));
    if (text === null) return null;
    const manifest = parseManifest(text, inside(path, "package.json"));
    const manager = managerOf(files, path, manifest);
    const { version, from } = nodeVersion(files, path, manifest, config);
    return {
      path,
      toolchain: "node",
      version,
      versionFrom: from,
      image: `node:${version}-bookworm-slim`,
      env: {
        CI: "true",
        npm_config_update_notifier: "false",
        npm_config_fund: "false",
        npm_config_audit: "false",
        ...manager.env,
      },
      caches: [manager.cache],
      dependencyFiles: dependencyFilesOf(files, path, manifest, manager),
      exclude: ["**/node_modules", "coverage", "reports"],
      setup: manager.setup,
      commands: {
        install: command(manager.lockfile ?? "package.json (no lockfile)", [manager.install]),
        build: scriptFor("build", manifest, manager),
        lint: scriptFor("lint", manifest, manager),
        types: scriptFor("types", manifest, manager),
        format: scriptFor("format", manifest, manager),
        unit: scriptFor("unit", manifest, manager),
        integration: scriptFor("integration", manifest, manager),
        e2e: scriptFor("e2e", manifest, manager),
        performance: scriptFor("performance", manifest, manager),
      },
      runtime: runtimeOf(manifest, manager, version),
    } satisfies Package;
  },
};

const inside = (path: string, name: string) => (path === "." ? name : `${path}/${name}`);

/** Everything where an installation may look at anything; else what package managers read. */
function dependencyFilesOf(files: FileReader, path: string, manifest: Manifest, manager: Manager): readonly string[] {
  const isMonorepo = manifest.hasWorkspaces || files.read(inside(path, "pnpm-workspace.yaml")) !== null;
  const manifests = [manifest, ...(isMonorepo ? manifestsBelow(files, path) : [])];
  const readsAnything = (each: Manifest) =>
    each.hasLocalDependencies || installScripts.some((name) => each.scripts[name] !== undefined);
  if (manifests.some(readsAnything)) return ["**"];
  const settings = [".npmrc", ".yarnrc", ".yarnrc.yml", ".pnpmfile.cjs", "pnpm-workspace.yaml"];
  const folders = [".yarn/releases", ".yarn/plugins", "patches"];
  return ["package.json", "**/package.json", ...settings, ...folders, ...(manager.lockfile === null ? [] : [manager.lockfile])];
}

/** The manifests of a monorepo's packages, wherever they lie; one that is broken is the package manager's to tell. */
function manifestsBelow(files: FileReader, root: string): readonly Manifest[] {
  const found: Manifest[] = [];
  const folders = [root];
  for (const folder of folders) {
    const below = files.list(folder).filter((name) => name.endsWith("/") && name !== "node_modules/" && !name.startsWith("."));
    for (const name of below.slice(0, mostFolders - folders.length)) {
      const path = inside(folder, name.slice(0, -1));
      folders.push(path);
      const text = files.read(inside(path, "package.json"));
      if (text !== null) found.push(...manifestIn(text, path));
    }
  }
  return found;
}

function manifestIn(text: string, path: string): readonly Manifest[] {
  try {
    return [parseManifest(text, path)];
  } catch {
    return [];
  }
}

function scriptFor(stage: keyof typeof scripts, manifest: Manifest, manager: Manager): StageCommand {
  const name = scripts[stage].find((candidate) => {
    const script = manifest.scripts[candidate]?.trim() ?? "";
    return script !== "" && !placeholder.test(script);
  });
  if (name === undefined)
    return absent(`package.json has no script ${scripts[stage].map((candidate) => `"${candidate}"`).join(" or ")}`);
  return command(`package.json scripts.${name}`, [[manager.name, "run", name]], { reports: reportsOf(stage) });
}

/** Where test runners are usually told to write; a stage takes those that are there. */
function reportsOf(stage: string): readonly ReportFile[] {
  const junit = [`reports/junit-${stage}.xml`, "reports/junit.xml", `junit-${stage}.xml`, "junit.xml", "test-results/junit.xml"];
  const tests = junit.map((path): ReportFile => ({ kind: "junit", path }));
  if (stage === "unit")
    return [
      ...tests,
      { kind: "lcov", path: "coverage/lcov.info" },
      { kind: "cobertura", path: "coverage/cobertura-coverage.xml" },
    ];
  return ["integration", "e2e", "performance"].includes(stage) ? tests : [];
}

function runtimeOf(manifest: Manifest, manager: Manager, version: string): RuntimeImage | null {
  const start = manifest.scripts["start"]?.trim() ?? "";
  // Without npm or a shell between them, SIGTERM reaches the server; a start that needs a shell keeps npm.
  const direct = /^node(?: [\w@./:=-]+)+$/.test(start) ? start.split(" ") : null;
  const entrypoint = direct ?? (start !== "" ? ["npm", "start"] : manifest.main !== null ? ["node", manifest.main] : null);
  if (entrypoint === null) return null;
  return {
    base: `node:${version}-bookworm-slim`,
    prepare: manager.name === "npm" ? [["npm", "prune", "--omit=dev"]] : [],
    files: [{ from: ".", to: "/app" }],
    workdir: "/app",
    entrypoint,
    env: { NODE_ENV: "production" },
    user: "1000:1000",
  };
}
