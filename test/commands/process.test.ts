/** The command line as a process: its exit codes, its streams, and what it does when nobody reads. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { ExitCode } from "../../ci/errors.ts";

const root = join(import.meta.dirname, "../..");
let home: string;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), "weir-process-"));
  writeFileSync(join(home, "weir.yaml"), "nmae: shop\n");
  return () => {
    rmSync(home, { recursive: true, force: true });
  };
});

/** `closes`: nobody reads what it prints. */
async function weir(argv: readonly string[], { closes = false } = {}) {
  const child = spawn(process.execPath, ["--import", "tsx", "ci/cli.ts", ...argv], {
    cwd: root,
    env: { PATH: process.env["PATH"], HOME: home, WEIR_ENGINE_HOME: join(home, "engine") },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 30_000,
    killSignal: "SIGKILL",
  });
  const said = { stdout: "", stderr: "" };
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (said.stderr += chunk));
  if (closes) child.stdout.destroy();
  else child.stdout.setEncoding("utf8").on("data", (chunk: string) => (said.stdout += chunk));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, ...said };
}

describe("weir", { timeout: 60_000 }, () => {
  it("gives what was asked for on standard output alone, and ends with 0", async () => {
    const { code, stdout, stderr } = await weir(["config", "schema"]);
    expect([code, stderr]).toEqual([ExitCode.passed, ""]);
    expect(JSON.parse(stdout)).toHaveProperty("properties.app");
  });

  it("tells a mistake on standard error alone, and ends with 2", async () => {
    const { code, stdout, stderr } = await weir(["rnu"]);
    expect([code, stdout]).toEqual([ExitCode.usage, ""]);
    expect(stderr).toContain("(Did you mean run?)");
  });

  it("tells a configuration's problems with their place, and ends with 2", async () => {
    const { code, stdout, stderr } = await weir(["config", "check", "--source", home]);
    expect([code, stdout]).toEqual([ExitCode.usage, ""]);
    expect(stderr).toMatch(/^weir\.yaml:1:1: nmae: .*`name`\?\n$/);
  });

  it("tells a folder that is not there, and ends with 2", async () => {
    const { code, stderr } = await weir(["plan", "--source", join(home, "none")]);
    expect([code, stderr]).toEqual([ExitCode.usage, expect.stringContaining("[source.missing]")]);
  });

  it("is content where nobody reads all that it prints", async () => {
    const { code, stderr } = await weir(["config", "schema"], { closes: true });
    expect([code, stderr]).toEqual([ExitCode.passed, ""]);
  });

  it("knows that no engine runs in a folder that is not there, and makes none", async () => {
    expect(await weir(["engine", "down"])).toEqual({ code: ExitCode.passed, stdout: "no embedded engine runs\n", stderr: "" });
    expect(await weir(["engine", "logs"])).toMatchObject({
      code: ExitCode.passed,
      stdout: "there is no log: the embedded engine has not run\n",
    });
    const { stdout } = await weir(["engine", "status", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ version: "0.19.10", running: null, answers: false });
  });
});
