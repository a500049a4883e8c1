/** Where the embedded engine can't run, it says why, and what to do about it. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { leastFreeBytes, readMachine, refusalOf, type Machine } from "../../ci/engine/native/preflight.ts";
import { ExitCode } from "../../ci/errors.ts";

const able: Machine = {
  platform: "linux",
  arch: "x64",
  uid: 0,
  fileSystems: "nodev\tsysfs\nnodev\ttmpfs\n\text4\nnodev\toverlay\n",
  goVersion: "1.24.0",
  missingPrograms: [],
  freeBytes: leastFreeBytes,
};
const otherEngines = "install Docker or Podman, or name an engine in _EXPERIMENTAL_DAGGER_RUNNER_HOST";

describe("a machine", () => {
  it.each<[string, Partial<Machine>]>([
    ["has all that is needed", {}],
    ["has a later Go", { goVersion: "1.26.3" }],
    ["has a Go of its own making", { goVersion: "devel go1.27-0123abc" }],
    ["has a release candidate of Go", { goVersion: "1.25rc1" }],
    ["has a Go with experiments", { goVersion: "1.25.1 X:nocoverageredesign" }],
    ["knows overlay as the last file system", { fileSystems: "nodev\toverlay" }],
  ])("that %s is not refused", (_what, more) => {
    expect(refusalOf({ ...able, ...more })).toBeNull();
  });

  it.each<[Partial<Machine>, string, string, string]>([
    [{ platform: "darwin" }, "engine.not-linux", "it needs Linux, and this is darwin", otherEngines],
    [{ platform: "win32", uid: -1 }, "engine.not-linux", "it needs Linux, and this is win32", otherEngines],
    [{ arch: "arm64" }, "engine.architecture", "it is built for x64, and this is arm64", otherEngines],
    [
      { uid: 1000 },
      "engine.not-root",
      "it needs root to make containers",
      "run as root (sudo -E scripts/weir …), or install Docker or Podman",
    ],
    [{ fileSystems: "" }, "engine.no-overlay", "the kernel has no overlay file system", "modprobe overlay"],
    [
      { fileSystems: "nodev\toverlayfs\nnodev\tmyoverlay\n" },
      "engine.no-overlay",
      "the kernel has no overlay file system",
      "modprobe overlay",
    ],
    [
      { missingPrograms: ["flock"] },
      "engine.missing-programs",
      "flock missing (it needs Debian or Ubuntu)",
      "apt-get install -y util-linux",
    ],
    [
      { missingPrograms: ["unshare", "setpriv", "dpkg"] },
      "engine.missing-programs",
      "unshare, setpriv, dpkg missing (it needs Debian or Ubuntu)",
      "apt-get install -y util-linux dpkg",
    ],
    [{ goVersion: null }, "engine.no-go", "Go is missing", "install Go 1.24.0 or later: https://go.dev/doc/install"],
    [{ goVersion: "1.19.8" }, "engine.old-go", "Go 1.19.8 is too old", "install Go 1.24.0 or later: https://go.dev/doc/install"],
    [
      { goVersion: "1.23.12" },
      "engine.old-go",
      "Go 1.23.12 is too old",
      "install Go 1.24.0 or later: https://go.dev/doc/install",
    ],
    [{ goVersion: "weird" }, "engine.old-go", "Go weird is too old", "install Go 1.24.0 or later: https://go.dev/doc/install"],
    [
      { freeBytes: 9_999_999_999 },
      "engine.disk-full",
      "10.0 GB are free, and it needs 10 GB",
      "free some disk, or set WEIR_ENGINE_HOME to a folder on a larger one",
    ],
    [
      { freeBytes: 0 },
      "engine.disk-full",
      "0.0 GB are free, and it needs 10 GB",
      "free some disk, or set WEIR_ENGINE_HOME to a folder on a larger one",
    ],
  ])("with %j is refused", (more, code, message, remedy) => {
    const refusal = refusalOf({ ...able, ...more });
    expect(refusal).toMatchObject({
      code,
      message: `the embedded engine can't run here: ${message}`,
      remedy,
      exitCode: ExitCode.infrastructure,
    });
  });

  it("that lacks several things is told the most basic one first", () => {
    const lacking: Partial<Machine>[] = [
      { platform: "darwin" },
      { arch: "arm64" },
      { uid: 1 },
      { fileSystems: "" },
      { missingPrograms: ["dpkg"] },
      { goVersion: null },
      { freeBytes: 0 },
    ];
    const codes = lacking.map((_, at) => refusalOf(Object.assign({}, able, ...lacking.slice(at)) as Machine)?.code);
    expect(codes).toEqual(
      ["not-linux", "architecture", "not-root", "no-overlay", "missing-programs", "no-go", "disk-full"].map(
        (code) => `engine.${code}`,
      ),
    );
  });
});

describe("looking at this machine", () => {
  it("makes no folder, and finds out what is free where there is none yet", async () => {
    const parent = mkdtempSync(join(tmpdir(), "weir-preflight-"));
    onTestFinished(() => {
      rmSync(parent, { recursive: true });
    });
    const home = join(parent, "a", "b", "engine");
    const machine = await readMachine(home);
    expect(existsSync(join(parent, "a"))).toBe(false);
    expect(machine).toMatchObject({ platform: process.platform, arch: process.arch, uid: process.getuid?.() ?? -1 });
    expect(machine.freeBytes).toBeGreaterThan(0);
    expect(Array.isArray(machine.missingPrograms)).toBe(true);
  });

  it("fails nowhere, where no folder can be made included", async () => {
    for (const home of ["/proc/none/engine", "/dev/null/engine", "/none/at/all"])
      expect((await readMachine(home)).platform).toBe(process.platform);
  });
});
