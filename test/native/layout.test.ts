/** Where the embedded engine keeps everything. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { contentKey, hostCertificates, layoutOf, recipeFolder } from "../../ci/engine/native/layout.ts";
import { ExitCode } from "../../ci/errors.ts";

describe("the engine's folder", () => {
  it("is the user's cache folder's, unless the user names another", () => {
    expect(layoutOf({}).home).toBe(join(homedir(), ".cache", "weir", "engine"));
    expect(layoutOf({ XDG_CACHE_HOME: "/cache" }).home).toBe("/cache/weir/engine");
    expect(layoutOf({ XDG_CACHE_HOME: "/cache", WEIR_ENGINE_HOME: "/srv/weir" }).home).toBe("/srv/weir");
  });

  it("holds all else", () => {
    const { home, ...others } = layoutOf({ WEIR_ENGINE_HOME: "/srv/weir" });
    for (const path of Object.values(others)) expect(path).toMatch(new RegExp(`^${home}/`));
    expect(new Set(Object.values(others)).size).toBe(Object.keys(others).length);
  });

  it("may be as long as a unix socket's path allows, and no longer", () => {
    const longest = `/${"x".repeat(107 - "/run/engine.sock".length - 1)}`;
    expect(layoutOf({ WEIR_ENGINE_HOME: longest }).socket).toHaveLength(107);
    expect(() => layoutOf({ WEIR_ENGINE_HOME: `${longest}x` })).toThrow(
      expect.objectContaining({
        code: "engine.home-too-long",
        exitCode: ExitCode.infrastructure,
        message: `the engine's folder ${longest}x is too long for a unix socket's path`,
        remedy: "set WEIR_ENGINE_HOME to a shorter folder",
      }),
    );
    // In bytes, as the kernel counts.
    expect(() => layoutOf({ WEIR_ENGINE_HOME: `/${"ü".repeat(60)}` })).toThrow(
      expect.objectContaining({ code: "engine.home-too-long" }),
    );
  });
});

describe("the recipe's folder", () => {
  it("is found from the sources", () => {
    expect(recipeFolder()).toBe(join(import.meta.dirname, "../../scripts/engine"));
  });
});

describe("the name of content", () => {
  it("changes with any part, and with where one ends and the next begins", () => {
    const keys = [contentKey("a", "b"), contentKey("ab"), contentKey("a", "b", ""), contentKey("b", "a")];
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys[0]).toMatch(/^[0-9a-f]{16}$/);
    expect(contentKey(Buffer.from("a"), "b")).toBe(keys[0]);
  });
});

describe("the host's own certificates", () => {
  it("are the .crt files of its folder, sorted; none where there is no folder", () => {
    const folder = mkdtempSync(join(tmpdir(), "weir-certificates-"));
    onTestFinished(() => {
      rmSync(folder, { recursive: true });
    });
    for (const name of ["b.crt", "a.crt", "c.pem", "README"]) writeFileSync(join(folder, name), name);
    expect([...hostCertificates(folder)].map(([name, pem]) => [name, pem.toString()])).toEqual([
      ["a.crt", "a.crt"],
      ["b.crt", "b.crt"],
    ]);
    expect(hostCertificates(join(folder, "none")).size).toBe(0);
  });

  it("lie in folders of it too", () => {
    const folder = mkdtempSync(join(tmpdir(), "weir-certificates-"));
    onTestFinished(() => {
      rmSync(folder, { recursive: true });
    });
    mkdirSync(join(folder, "company"));
    writeFileSync(join(folder, "company", "root.crt"), "root");
    expect([...hostCertificates(folder).values()].map(String)).toEqual(["root"]);
  });

  it("are files, whatever a folder or a broken link is called", () => {
    const folder = mkdtempSync(join(tmpdir(), "weir-certificates-"));
    onTestFinished(() => {
      rmSync(folder, { recursive: true });
    });
    mkdirSync(join(folder, "company.crt"));
    symlinkSync("nowhere", join(folder, "old.crt"));
    writeFileSync(join(folder, "a.crt"), "a");
    expect([...hostCertificates(folder).keys()]).toEqual(["a.crt"]);
  });
});
