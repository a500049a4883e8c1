/** What run.sh left, read back. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { readExecution } from "../../ci/engine/outcome.ts";

function read(files: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), "weir-outcome-"));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return readExecution(folder);
}

describe("an execution", () => {
  it("has its exit code, its name, its time, and its commands' seconds added up", () => {
    expect(
      read({ exit: "3\n", execution: "0a1b\n", started: "1795000000\n", seconds: "100.25 100.75\n100.80 102.05\n" }),
    ).toEqual({
      exitCode: 3,
      timedOut: false,
      id: "0a1b",
      startedAt: 1_795_000_000_000,
      ranMs: 1750,
    });
  });

  it("that took too long says so", () => {
    expect(read({ exit: "143\n", "timed-out": "" })).toMatchObject({ exitCode: 143, timedOut: true });
  });

  it("of nothing has no exit code, and so has not passed", () => {
    expect(read({})).toEqual({ exitCode: null, timedOut: false, id: "", startedAt: 0, ranMs: 0 });
    expect(read({ exit: "" }).exitCode).toBeNull();
  });
});
