/** scripts/test, in a folder of its own whose checks and tests only pretend. */
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const repository = join(import.meta.dirname, "../..");

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "weir-test-"));
  cpSync(join(repository, "scripts/lib"), join(root, "scripts/lib"), { recursive: true });
  cpSync(join(repository, "scripts/test"), join(root, "scripts/test"));
  const lockfile = JSON.stringify({ lockfileVersion: 3, packages: { "": {} } });
  write("package-lock.json", lockfile);
  write("node_modules/.package-lock.json", lockfile);
  for (const tool of ["prettier", "eslint", "tsc"]) program(`node_modules/.bin/${tool}`, "exit 0");
  program("scripts/weir", `echo "weir $*"`);
  fakeVitest(`report '{ "fullName": "one", "status": "passed" }, { "fullName": "two", "status": "skipped" }'`);
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function program(path: string, body: string): void {
  write(path, `#!/usr/bin/env bash\n${body}\n`);
  chmodSync(join(root, path), 0o755);
}

/** `report TESTS` writes Vitest's JSON report to where it was asked for; `$project` is unit or engine. */
function fakeVitest(body: string): void {
  program(
    "node_modules/.bin/vitest",
    `for argument; do
       case $argument in --outputFile.json=*) file=\${argument#*=} ;; unit | engine) project=$argument ;; list) exec echo listed ;; esac
     done
     echo "vitest of $project: \${!#}"
     report() { echo '{ "testResults": [{ "name": "'"$PWD/$project"'.test.ts", "status": "passed", "message": "", "assertionResults": ['"$1"'] }] }' >"$file"; }
     ${body}`,
  );
}

async function run(args: string[] = [], env: Record<string, string> = {}) {
  const { exitCode, stdout } = await execa("bash", [join(root, "scripts/test"), ...args], {
    cwd: tmpdir(),
    env: { CI: "", ...env },
    reject: false,
    stdin: "ignore",
  });
  const lines = stdout.split("\n");
  return { exitCode, stdout, last: lines.at(-1), failed: lines.filter((line) => line.startsWith("failed: ")) };
}

describe("scripts/test", { timeout: 60_000 }, () => {
  it("runs every part under a heading with its time, and counts all of it in the last line", async () => {
    const { exitCode, stdout, last } = await run();
    expect(stdout.match(/^== [a-z ]+$/gm)).toEqual(
      ["install", "tools", "format check", "lint", "type check", "unit tests", "engine up", "engine tests"].map(
        (name) => `== ${name}`,
      ),
    );
    expect(stdout.match(/^== .+: passed in \d+\.\d s$/gm)).toHaveLength(8);
    expect(stdout).toContain("weir engine up");
    expect(stdout).toContain("skipped: engine tests: engine.test.ts: two");
    expect({ exitCode, last }).toEqual({ exitCode: 0, last: "5 passed, 0 failed, 2 skipped" });
  });

  it("goes on after a failure and gathers all of them", async () => {
    program("node_modules/.bin/prettier", "exit 1");
    program("node_modules/.bin/tsc", "exit 2");
    expect(await run()).toMatchObject({
      exitCode: 1,
      failed: ["failed: format check (exit code 1)", "failed: type check (exit code 2)"],
      last: "3 passed, 2 failed, 2 skipped",
    });
  });

  it("counts a Vitest that crashed, and one that hangs", async () => {
    fakeVitest(`[ "$project" = unit ] && kill -SEGV $$; sleep 60`);
    const { exitCode, failed, last } = await run([], { WEIR_TEST_SECONDS: "10" });
    expect({ exitCode, last }).toEqual({ exitCode: 1, last: "3 passed, 2 failed, 0 skipped" });
    expect(failed).toEqual([
      "failed: unit tests: it ended without a report (exit code 139)",
      "failed: engine tests: it ended without a report (it took too long and was ended)",
    ]);
  });

  it("does not try engine tests where no engine came up", async () => {
    program("scripts/weir", "exit 4");
    const { exitCode, failed, stdout } = await run();
    expect({ exitCode, failed }).toEqual({
      exitCode: 1,
      failed: ["failed: engine up, so no engine test could run (exit code 4)"],
    });
    expect(stdout).not.toContain("vitest of engine");
  });

  it("leaves the engine tests out when asked, and says so", async () => {
    const { exitCode, stdout, last } = await run(["--unit"]);
    expect(stdout).toContain("Left out by --unit: the tests that need an engine");
    expect({ exitCode, last }).toEqual({ exitCode: 0, last: "4 passed, 0 failed, 1 skipped" });
  });

  it("hands a pattern to Vitest, and leaves the other checks out", async () => {
    const { exitCode, stdout, last } = await run(["--unit", "policy"]);
    expect(stdout).toContain("vitest of unit: policy");
    expect({ exitCode, last }).toEqual({ exitCode: 0, last: "1 passed, 0 failed, 1 skipped" });
  });

  it("fails where nothing ran", async () => {
    program("node_modules/.bin/vitest", "exit 0");
    expect(await run(["no-such-test"])).toMatchObject({ exitCode: 1, last: "0 passed, 0 failed, 0 skipped" });
  });

  it("stops where the packages can't be installed, and counts that", async () => {
    write("package-lock.json", "not JSON");
    expect(await run()).toMatchObject({
      exitCode: 1,
      failed: ["failed: install (exit code 4)"],
      last: "0 passed, 1 failed, 0 skipped",
    });
  });

  it("takes the engine down again in CI", async () => {
    expect((await run([], { CI: "true" })).stdout).toContain("weir engine down");
  });

  it("refuses what it does not know", async () => {
    expect((await run(["--fast"])).exitCode).toBe(2);
  });
});
