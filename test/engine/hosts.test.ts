/**
 * The whole way of a CI host: `weir init` in an app's repository, and the host's own client runs what was written, with the
 * Weir of this clone's last commit and a real engine.
 */
import { appendFileSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { execa } from "execa";
import type { RunRecord } from "../../ci/report/report.ts";
import { gitlabCiLocal, withRsync } from "../hosts/tools.ts";
import { cloneApp, commitAll, git, removeFolders, root, weir } from "./user.ts";

afterAll(removeFolders);

const deadlineMs = 9 * 60_000;

describe("GitLab, by gitlab-ci-local with its shell executor", () => {
  it("runs an app's pipeline to a green end, and keeps its record", { timeout: 2 * deadlineMs }, async () => {
    const app = await cloneApp("greeter", { branch: "feature/x" });
    await git(app, "remote", "add", "origin", "https://git.example.org/team/greeter.git");
    const { stdout: commit } = await git(root, "rev-parse", "HEAD");
    const from = ["--weir-repository", `file://${root}`, "--weir-commit", commit];
    const written = await weir(["init", "--host", "gitlab", "--runner", "shell", "--source", app, ...from]);
    expect(written.exitCode, written.all).toBe(0);
    await commitAll(app);
    // The client's own folder, which its users have git ignore.
    appendFileSync(join(app, ".git", "info", "exclude"), ".gitlab-ci-local/\n");

    const { all, exitCode } = await execa(
      await gitlabCiLocal(),
      // It sets GITLAB_CI to false, so that scripts can tell it from GitLab; Weir takes it for GitLab all the same.
      ["--force-shell-executor", "--variable", "GITLAB_CI=true"],
      { cwd: app, env: await withRsync(), all: true, reject: false, timeout: deadlineMs, killSignal: "SIGKILL", stdin: "ignore" },
    );
    expect(all).toMatch(/PASS.*weir/);
    expect(exitCode).toBe(0);

    const runs = join(app, ".gitlab-ci-local/artifacts/weir/.weir/runs");
    expect(existsSync(runs)).toBe(true);
    const [id = ""] = readdirSync(runs);
    const record = JSON.parse(readFileSync(join(runs, id, "run.json"), "utf8")) as RunRecord;
    expect([record.outcome, record.plan.trigger.host, record.plan.trigger.event, record.plan.trigger.branch]).toEqual([
      "passed",
      "gitlab",
      "push",
      "feature/x",
    ]);
    expect(record.plan.trigger.shallow).toBe(false);
  });
});
