import { cpSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, describe, expect, it } from "vitest";
import { removeFolders, runApp, stageOf, temporaryFolder, textOf } from "./user.ts";

afterAll(removeFolders);

const minute = 60_000;

/** A module's sources as its client fetches them, checked against Go's checksums; a copy, since the cache is read-only. */
async function goModule(module: string): Promise<string> {
  const { stdout } = await execa("go", ["mod", "download", "-json", module], { cwd: temporaryFolder(), timeout: 3 * minute });
  const folder = join(temporaryFolder(), "module");
  cpSync((JSON.parse(stdout) as { Dir: string }).Dir, folder, { recursive: true });
  await execa("chmod", ["-R", "u+w", folder], { timeout: minute });
  return folder;
}

async function npmPackage(name: string): Promise<string> {
  const folder = temporaryFolder();
  const { stdout } = await execa("npm", ["pack", "--silent", name], { cwd: folder, timeout: 3 * minute });
  await execa("tar", ["-xzf", stdout.trim()], { cwd: folder, timeout: minute });
  return join(folder, "package");
}

describe("code that was written elsewhere, unchanged", () => {
  it.each(["github.com/google/uuid@v1.6.0", "github.com/gorilla/mux@v1.8.1"])(
    "Go module %s: its own tests pass",
    async (module) => {
      const { record, ended } = await runApp(await goModule(module), "--only", "unit,coverage");
      expect(stageOf(record, "unit")).toMatchObject({ status: "passed", tests: { failed: 0 } });
      expect(stageOf(record, "unit").tests?.passed).toBeGreaterThan(20);
      expect(stageOf(record, "coverage").coverage?.percent).toBeGreaterThan(50);
      expect([0, 1]).toContain(ended.exitCode);
    },
  );

  it.each([
    ["xtend@4.0.2", /# pass +\d+/],
    ["color-name@1.1.3", /> node test\.js/],
  ])("npm package %s: its own tests pass", async (name, sign) => {
    const { record, ended, folder } = await runApp(await npmPackage(name), "--only", "unit");
    expect(stageOf(record, "unit")).toMatchObject({ status: "passed", exitCode: 0 });
    expect(textOf(folder, stageOf(record, "unit").log)).toMatch(sign);
    expect(ended.exitCode).toBe(0);
  });
});
