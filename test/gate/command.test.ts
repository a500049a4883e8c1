import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { commit, env, folder, git, write } from "../trigger/clone.ts";

const cli = fileURLToPath(new URL("../../ci/cli.ts", import.meta.url));

it("says by its exit code and in JSON that nothing is proved, and why nobody was told", () => {
  const at = folder();
  git(at, "init", "-q", "-b", "development");
  write(at, "package.json", JSON.stringify({ name: "shop", version: "1.0.0", scripts: { test: "node --test" } }));
  commit(at, "src/a.js");
  const args = ["--import", "tsx", cli, "gate", "--source", at, "--json", "--report"];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    env,
    encoding: "utf8",
    timeout: 9000,
    cwd: join(cli, "../.."),
  });
  expect(status).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    version: 1,
    verdict: "fail",
    exitCode: 1,
    lines: expect.arrayContaining([expect.objectContaining({ check: "record", code: "gate.no-record" })]),
  });
  expect(stderr).toContain("weir: the verdict was not reported to the host: no host is here that takes a status");
});
