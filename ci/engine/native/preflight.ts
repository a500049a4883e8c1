/** Can the native engine work on this machine? Every reason why not, each with what mends it. */
import { readFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { execa } from "execa";
import semver from "semver";
import { infrastructureError, type WeirError } from "../../errors.ts";

/** What the check looks at; injected, so that each refusal is tested on any machine. */
export interface Machine {
  readonly platform: string;
  readonly arch: string;
  readonly uid: number;
  readonly fileSystems: string;
  readonly goVersion: string | null;
  readonly missingPrograms: readonly string[];
  readonly freeBytes: number;
}

const programs = {
  unshare: "util-linux",
  setpriv: "util-linux",
  flock: "util-linux",
  "apt-get": "apt",
  dpkg: "dpkg",
  chroot: "coreutils",
} as const;
const leastGo = "1.24.0";
/** The seed, the engine, one app's images and their build caches come to about 5 GB. */
export const leastFreeBytes = 10_000_000_000;

const refuse = (code: string, message: string, remedy: string) =>
  infrastructureError(`engine.${code}`, `the embedded engine can't run here: ${message}`, remedy);

/** The first reason why not, most basic first; null where it can run. */
export function refusalOf(machine: Machine): WeirError | null {
  if (machine.platform !== "linux")
    return refuse(
      "not-linux",
      `it needs Linux, and this is ${machine.platform}`,
      "install Docker or Podman, or name an engine in _EXPERIMENTAL_DAGGER_RUNNER_HOST",
    );
  if (machine.arch !== "x64")
    return refuse(
      "architecture",
      `it is built for x64, and this is ${machine.arch}`,
      "install Docker or Podman, or name an engine in _EXPERIMENTAL_DAGGER_RUNNER_HOST",
    );
  if (machine.uid !== 0)
    return refuse(
      "not-root",
      "it needs root to make containers",
      "run as root (sudo -E scripts/weir …), or install Docker or Podman",
    );
  if (!/\boverlay$/m.test(machine.fileSystems))
    return refuse("no-overlay", "the kernel has no overlay file system", "modprobe overlay");
  if (machine.missingPrograms.length > 0) {
    const packages = [...new Set(machine.missingPrograms.map((name) => (programs as Record<string, string>)[name] ?? name))];
    return refuse(
      "missing-programs",
      `${machine.missingPrograms.join(", ")} missing (it needs Debian or Ubuntu)`,
      `apt-get install -y ${packages.join(" ")}`,
    );
  }
  if (machine.goVersion === null)
    return refuse("no-go", "Go is missing", `install Go ${leastGo} or later: https://go.dev/doc/install`);
  if (semver.lt(semver.coerce(machine.goVersion) ?? "0.0.0", leastGo))
    return refuse("old-go", `Go ${machine.goVersion} is too old`, `install Go ${leastGo} or later: https://go.dev/doc/install`);
  if (machine.freeBytes < leastFreeBytes) {
    return refuse(
      "disk-full",
      `${(machine.freeBytes / 1e9).toFixed(1)} GB are free, and it needs ${String(leastFreeBytes / 1e9)} GB`,
      "free some disk, or set WEIR_ENGINE_HOME to a folder on a larger one",
    );
  }
  return null;
}

/** Reads this machine for `home`, the folder that the engine would fill. */
export async function readMachine(home: string): Promise<Machine> {
  const isLinux = process.platform === "linux";
  const found = await Promise.all(
    Object.keys(programs).map(async (name) =>
      (await execa("sh", ["-c", 'command -v "$1"', "sh", name], { reject: false, timeout: 5000 })).exitCode === 0 ? null : name,
    ),
  );
  const go = await execa("go", ["env", "GOVERSION"], { reject: false, timeout: 10_000, env: { GOTOOLCHAIN: "local" } });
  return {
    platform: process.platform,
    arch: process.arch,
    uid: process.getuid?.() ?? -1,
    fileSystems: isLinux ? readFileSync("/proc/filesystems", "utf8") : "",
    goVersion: go.exitCode === 0 ? go.stdout.replace(/^go/, "").trim() : null,
    missingPrograms: found.filter((name) => name !== null),
    freeBytes: isLinux ? await freeBytesAt(home) : Number.POSITIVE_INFINITY,
  };
}

/** What is free where the folder would be made. Looking leaves nothing behind, and fails nowhere: root may be missing yet. */
async function freeBytesAt(folder: string): Promise<number> {
  const disk = await statfs(folder).catch(() => null);
  if (disk !== null) return disk.bavail * disk.bsize;
  const parent = dirname(folder);
  return parent === folder ? 0 : freeBytesAt(parent);
}
