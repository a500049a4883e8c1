/** Node: npm, pnpm and yarn. The app's own scripts say what a stage runs; Weir knows only their usual names. */
import semver from "semver";
import type { Config } from "../config/schema.ts";
import { usageError } from "../errors.ts";
import { absent, command } from "./commands.ts";
import type { Argv, CacheMount, FileReader, Package, ReportFile, RuntimeImage, StageCommand, Toolchain } from "./toolchain.ts";

interface Manifest {
  readonly scripts?: Readonly<Record<string, string>>;
  readonly engines?: { readonly node?: string };
  readonly volta?: { readonly node?: string };
  readonly packageManager?: string;
  readonly main?: string;
  readonly workspaces?: unknown;
}

/** Majors that are used, most wanted first: the active long-term release, then what is newer, then what is older. */
const majors = ["22", "24", "20", "18"] as const;

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

/** Root scripts that npm runs while it installs: they may read any file, so no layer of manifests alone will do. */
const installScripts = ["preinstall", "install", "postinstall", "prepare"] as const;

interface Manager {
  readonly name: "npm" | "pnpm" | "yarn";
  readonly lockfile: string | null;
  readonly install: Argv;
  readonly setup: readonly Argv[];
  readonly cache: CacheMount;
  readonly env: Readonly<Record<string, string>>;
}

export const node: Toolchain = {
  name: "node",
  detect(files, path, config) {
    const text = files.read(inside(path, "package.json"));
    if (text === null) return null;
    const manifest = parseManifest(text, inside(path, "package.json"));
    const manager = managerOf(files, path, manifest);
    const { version, from } = versionOf(files, path, manifest, config);
    const runsOwnScripts = installScripts.some((name) => manifest.scripts?.[name] !== undefined);
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
      dependencyFiles: runsOwnScripts
        ? ["**"]
        : [
            "package.json",
            "**/package.json",
            ".npmrc",
            ".yarnrc.yml",
            ".yarn/releases",
            "pnpm-workspace.yaml",
            ...(manager.lockfile === null ? [] : [manager.lockfile]),
          ],
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

function parseManifest(text: string, file: string): Manifest {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) return parsed;
  } catch (error) {
    throw usageError("app.manifest", `${file} is not JSON: ${(error as Error).message}`, `mend ${file}`, error);
  }
  throw usageError("app.manifest", `${file} is not an object`, `mend ${file}`);
}

function scriptFor(stage: keyof typeof scripts, manifest: Manifest, manager: Manager): StageCommand {
  const name = scripts[stage].find((candidate) => {
    const script = manifest.scripts?.[candidate];
    return typeof script === "string" && script.trim() !== "" && !placeholder.test(script);
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

function managerOf(files: FileReader, path: string, manifest: Manifest): Manager {
  const [name = "", pinned = ""] = (manifest.packageManager ?? "").split("+")[0]?.split("@") ?? [];
  const has = (lockfile: string) => files.read(inside(path, lockfile)) !== null;
  if (name === "pnpm" || (name === "" && has("pnpm-lock.yaml"))) return pnpm(pinned, has("pnpm-lock.yaml"));
  if (name === "yarn" || (name === "" && has("yarn.lock"))) return yarn(pinned, files.read(inside(path, "yarn.lock")));
  return npm(["package-lock.json", "npm-shrinkwrap.json"].find(has) ?? null);
}

function npm(lockfile: string | null): Manager {
  return {
    name: "npm",
    lockfile,
    install: ["npm", lockfile === null ? "install" : "ci"],
    setup: [],
    cache: { name: "npm", path: "/root/.npm" },
    env: {},
  };
}

function pnpm(pinned: string, locked: boolean): Manager {
  return {
    name: "pnpm",
    lockfile: locked ? "pnpm-lock.yaml" : null,
    install: ["pnpm", "install", locked ? "--frozen-lockfile" : "--no-frozen-lockfile"],
    setup: [["npm", "install", "--global", `pnpm@${pinned || "10"}`]],
    cache: { name: "pnpm", path: "/weir/pnpm" },
    // The store lies on another file system than the app, so packages are copied; and pnpm must not fetch itself again.
    env: {
      npm_config_store_dir: "/weir/pnpm",
      npm_config_package_import_method: "copy",
      npm_config_manage_package_manager_versions: "false",
    },
  };
}

/** yarn 1 comes with the image; later ones (their lockfile begins with __metadata) from their package. */
function yarn(pinned: string, lockfile: string | null): Manager {
  const classic = pinned === "" ? lockfile === null || !lockfile.includes("__metadata:") : pinned.startsWith("1.");
  const frozen = lockfile !== null;
  return {
    name: "yarn",
    lockfile: frozen ? "yarn.lock" : null,
    install: ["yarn", "install", ...(frozen ? [classic ? "--frozen-lockfile" : "--immutable"] : [])],
    setup: classic ? [] : [["npm", "install", "--global", "--force", `@yarnpkg/cli-dist@${pinned || "4"}`]],
    cache: { name: "yarn", path: "/weir/yarn" },
    env: classic
      ? { YARN_CACHE_FOLDER: "/weir/yarn" }
      : { YARN_CACHE_FOLDER: "/weir/yarn", YARN_ENABLE_GLOBAL_CACHE: "false", YARN_ENABLE_TELEMETRY: "0" },
  };
}

/** What the app asks for, nearest first: weir.yaml, .nvmrc, .node-version, volta, engines; else the long-term release. */
function versionOf(files: FileReader, path: string, manifest: Manifest, config: Config): { version: string; from: string } {
  if (config.app.version !== null) return { version: config.app.version, from: "weir.yaml app.version" };
  for (const file of [".nvmrc", ".node-version"]) {
    const exact = exactVersion(files.read(inside(path, file)));
    if (exact !== null) return { version: exact, from: file };
  }
  const volta = exactVersion(manifest.volta?.node ?? null);
  if (volta !== null) return { version: volta, from: "package.json volta.node" };
  const range = manifest.engines?.node;
  const fitting = typeof range === "string" ? majors.find((major) => satisfiesMajor(range, major)) : undefined;
  return fitting === undefined
    ? { version: majors[0], from: "default" }
    : { version: fitting, from: "package.json engines.node" };
}

/** `v22.3.0` → `22.3.0`; aliases such as `lts/*` are no version. */
function exactVersion(text: string | null): string | null {
  return /^v?(\d+(?:\.\d+){0,2})$/.exec(text?.trim() ?? "")?.[1] ?? null;
}

/** True where some release of the major satisfies the range, and so its newest does unless the range caps it. */
function satisfiesMajor(range: string, major: string): boolean {
  return semver.validRange(range) !== null && semver.intersects(range, `^${major}.0.0`);
}

function runtimeOf(manifest: Manifest, manager: Manager, version: string): RuntimeImage | null {
  const start = manifest.scripts?.["start"]?.trim();
  // Without npm or a shell between them, SIGTERM reaches the server; a start that needs a shell keeps npm.
  const direct = start !== undefined && /^node(?: [\w@./:=-]+)+$/.test(start) ? start.split(" ") : null;
  const entrypoint =
    direct ?? (start !== undefined ? ["npm", "start"] : manifest.main !== undefined ? ["node", manifest.main] : null);
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
