/** npm, pnpm or yarn: which one an app is installed with, and how. */
import type { Manifest } from "./node-manifest.ts";
import type { Argv, CacheMount, FileReader } from "./toolchain.ts";

export interface Manager {
  readonly name: "npm" | "pnpm" | "yarn";
  readonly lockfile: string | null;
  readonly install: Argv;
  readonly setup: readonly Argv[];
  readonly cache: CacheMount;
  readonly env: Readonly<Record<string, string>>;
}

/** By package.json's packageManager (`pnpm@9.1.0+sha512.…`), else by the lockfile that is there. */
export function managerOf(files: FileReader, path: string, { packageManager }: Manifest): Manager {
  const [name = "", pinned = ""] = packageManager?.split("+")[0]?.split("@") ?? [];
  // By its name in the folder: a lockfile may be larger than what is read.
  const names = files.list(path);
  const has = (file: string) => names.includes(file);
  const text = (file: string) => files.read(path === "." ? file : `${path}/${file}`);
  if (name === "pnpm" || (name === "" && has("pnpm-lock.yaml")))
    return pnpm(pinned, has("pnpm-lock.yaml"), text("pnpm-lock.yaml") ?? "");
  if (name === "yarn" || (name === "" && has("yarn.lock"))) {
    const isModern = text("yarn.lock")?.includes("__metadata:") ?? has(".yarnrc.yml");
    return yarn(pinned, has("yarn.lock"), pinned === "" ? !isModern : /^1(\.|$)/.test(pinned));
  }
  // npm itself prefers the shrinkwrap where both are there.
  return npm(["npm-shrinkwrap.json", "package-lock.json"].find(has) ?? null);
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

function pnpm(pinned: string, locked: boolean, lockfile: string): Manager {
  return {
    name: "pnpm",
    lockfile: locked ? "pnpm-lock.yaml" : null,
    install: ["pnpm", "install", locked ? "--frozen-lockfile" : "--no-frozen-lockfile"],
    setup: [["npm", "install", "--global", `pnpm@${pinned || pnpmFor(lockfile)}`]],
    cache: { name: "pnpm", path: "/weir/pnpm" },
    // The store lies on another file system than the app, so packages are copied; and pnpm must not fetch itself again.
    env: {
      npm_config_store_dir: "/weir/pnpm",
      npm_config_package_import_method: "copy",
      npm_config_manage_package_manager_versions: "false",
    },
  };
}

/** pnpm refuses the lockfiles of other generations (ERR_PNPM_LOCKFILE_BREAKING_CHANGE). */
function pnpmFor(lockfile: string): string {
  const generation = /^lockfileVersion: '?(\d+)/m.exec(lockfile)?.[1];
  return generation === "5" ? "7" : generation === "6" ? "8" : "10";
}

/** yarn 1 comes with the image; later ones (their lockfile begins with __metadata) from their package. */
function yarn(pinned: string, locked: boolean, classic: boolean): Manager {
  return {
    name: "yarn",
    lockfile: locked ? "yarn.lock" : null,
    install: ["yarn", "install", ...yarnFlags(locked, classic)],
    setup: classic ? [] : [["npm", "install", "--global", "--force", `@yarnpkg/cli-dist@${pinned || "4"}`]],
    cache: { name: "yarn", path: "/weir/yarn" },
    env: classic
      ? { YARN_CACHE_FOLDER: "/weir/yarn" }
      : { YARN_CACHE_FOLDER: "/weir/yarn", YARN_ENABLE_GLOBAL_CACHE: "false", YARN_ENABLE_TELEMETRY: "0" },
  };
}

/** Where CI is set, later yarns forbid to write a lockfile unless they are told (YN0028). */
function yarnFlags(locked: boolean, classic: boolean): readonly string[] {
  if (classic) return locked ? ["--frozen-lockfile"] : [];
  return [locked ? "--immutable" : "--no-immutable"];
}
