import { existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { keepPlainFiles } from "../../ci/report/plain-files.ts";
import { createRunFolder } from "../../ci/report/run-folder.ts";

const base = mkdtempSync(join(tmpdir(), "weir-plain-"));
afterAll(() => {
  rmSync(base, { recursive: true });
});

it("a stage's results are files and folders alone: what a link points at is neither read nor removed", () => {
  const secret = join(base, "secret");
  writeFileSync(secret, "secret");
  const folder = join(base, "results");
  mkdirSync(join(folder, "reports"), { recursive: true });
  writeFileSync(join(folder, "exit"), "0");
  symlinkSync(secret, join(folder, "log"));
  symlinkSync(base, join(folder, "keep"));
  symlinkSync("nowhere", join(folder, "reports", "1"));
  keepPlainFiles(folder);
  expect(readFileSync(join(folder, "exit"), "utf8")).toBe("0");
  for (const name of ["log", "keep", "reports/1"])
    expect(lstatSync(join(folder, name), { throwIfNoEntry: false })).toBeUndefined();
  expect(readFileSync(secret, "utf8")).toBe("secret");
  keepPlainFiles(join(base, "missing"));
});

it.each([".weir", ".weir/runs", ".weir/state/history.json"])("a run does not write through the link %s", (name) => {
  const source = mkdtempSync(join(base, "source-"));
  const outside = mkdtempSync(join(base, "outside-"));
  mkdirSync(join(source, name, ".."), { recursive: true });
  symlinkSync(outside, join(source, name));
  expect(() => createRunFolder(source, new Date())).toThrow(`${name} in the app's folder is a link`);
  expect(existsSync(join(outside, "runs"))).toBe(false);
});

it("a folder that can't be made is named", () => {
  const source = mkdtempSync(join(base, "source-"));
  writeFileSync(join(source, ".weir"), "");
  expect(() => createRunFolder(source, new Date())).toThrow(/^the run's folder .* can't be made: /);
});
