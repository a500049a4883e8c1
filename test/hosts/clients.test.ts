/**
 * The hosts' own clients on the wrappers that Weir writes: real programs at exact versions, fetched when they are missing.
 * Weir itself is a stand-in here, so that nothing needs an engine; test/engine/hosts.test.ts runs the whole.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { githubWrapper } from "../../ci/hosts/github.ts";
import { given } from "./examples.ts";
import { standIn, temporary } from "./stand-in.ts";
import { act, actionlint, cache, fetchMs, gitlabCiLocal, groovy, root, withRsync, zizmor } from "./tools.ts";

const deadline = 2 * 60_000;
const timeout = fetchMs + deadline;

let folder: string;

beforeEach(() => {
  folder = temporary();
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const run = (file: string, args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}) =>
  execa(file, args, { cwd, env, all: true, reject: false, timeout: deadline, killSignal: "SIGKILL", stdin: "ignore" });

/** Each form that the GitHub wrapper has. */
const forms = [
  ["as it is for most", given()],
  ["for an app in a folder, with tags", given({ source: "services/shop", tags: true })],
] as const;

describe.each(forms)("the GitHub wrapper, %s", (_, input) => {
  beforeEach(() => {
    mkdirSync(join(folder, ".git"));
    mkdirSync(join(folder, ".github/workflows"), { recursive: true });
    writeFileSync(join(folder, ".github/workflows/weir.yml"), githubWrapper(input));
  });

  it("passes actionlint without findings", { timeout }, async () => {
    const { exitCode, all } = await run(await actionlint(), [".github/workflows/weir.yml"], folder);
    expect([all, exitCode]).toEqual(["", 0]);
  });

  it("passes zizmor at its strictest without findings", { timeout }, async () => {
    const args = ["--offline", "--persona=auditor", "--format=json", ".github/workflows/weir.yml"];
    const { exitCode, stdout } = await run(await zizmor(), args, folder);
    expect([JSON.parse(stdout), exitCode]).toEqual([[], 0]);
  });

  it("would not pass either with a defect planted", { timeout }, async () => {
    const planted = githubWrapper(input).replace(`run: '"$RUNNER_TEMP`, `run: 'echo \${{ github.head_ref }}; "$RUNNER_TEMP`);
    writeFileSync(join(folder, ".github/workflows/weir.yml"), planted);
    const lint = await run(await actionlint(), [".github/workflows/weir.yml"], folder);
    expect([lint.exitCode, lint.stdout]).toEqual([1, expect.stringContaining("potentially untrusted")]);
    const audit = await run(await zizmor(), ["--offline", "--format=json", ".github/workflows/weir.yml"], folder);
    expect(audit.stdout).toContain("template-injection");
    expect(audit.exitCode).not.toBe(0);
  });
});

describe("act, in host mode", () => {
  const onHost = ["--platform", "ubuntu-24.04=-self-hosted"];
  /** It takes actions from their repositories; here others stand in for those that need GitHub's own services. */
  function actionsFrom(text: string): readonly string[] {
    const stub = join(folder, "action");
    mkdirSync(stub);
    writeFileSync(
      join(stub, "action.yml"),
      "name: stands in\nruns:\n  using: composite\n  steps:\n    - run: echo stands in\n      shell: bash\n",
    );
    const used = [...text.matchAll(/uses: (actions\/(?!checkout)[a-z-]+@[0-9a-f]{40})/g)].map(([, action]) => action);
    return [...new Set(used)].flatMap((action) => ["--local-repository", `${String(action)}=${stub}`]);
  }
  const home = () => ({
    HOME: join(folder, "home"),
    XDG_CACHE_HOME: join(folder, "home", "cache"),
    GOCACHE: join(cache, "go-build"),
  });

  it.each(["push", "pull_request", "merge_group", "schedule", "workflow_dispatch"])(
    "runs the GitHub wrapper on %s to its end",
    { timeout },
    async (event) => {
      const { app, calls, client, envOf } = standIn("github", folder);
      const text = readFileSync(join(app, ".github/workflows/weir.yml"), "utf8");
      const { all, exitCode } = await run(await act(), [event, ...onHost, ...actionsFrom(text)], app, home());
      expect(all).toContain("Job succeeded");
      expect(exitCode).toBe(0);
      expect(calls()).toEqual(["verify --host github --source .", "run --source .", "gate --source ."]);
      expect(envOf("run")).toMatchObject({ GITHUB_ACTIONS: "true", GITHUB_EVENT_NAME: event, WEIR_SOURCE: "." });
      expect("GITHUB_TOKEN" in envOf("gate")).toBe(true);
      expect(client()).toBe("stands in for the client\n");
    },
  );

  it("judges a run that failed, and fails", { timeout }, async () => {
    const { app, calls, fail } = standIn("github", folder);
    fail("run");
    const text = readFileSync(join(app, ".github/workflows/weir.yml"), "utf8");
    const { all, exitCode } = await run(await act(), ["push", ...onHost, ...actionsFrom(text)], app, home());
    expect(all).toContain("Job failed");
    expect(exitCode).not.toBe(0);
    expect(calls()).toEqual(["verify --host github --source .", "run --source .", "gate --source ."]);
  });
});

describe("gitlab-ci-local, with its shell executor", () => {
  async function pipeline(app: string) {
    const rsync = await withRsync();
    // It sets GITLAB_CI to false, so that scripts can tell it from GitLab; Weir takes it for GitLab all the same.
    const args = ["--force-shell-executor", "--variable", "GITLAB_CI=true"];
    return run(await gitlabCiLocal(), args, app, { ...rsync, HOME: folder });
  }

  it("runs the GitLab wrapper to a green pipeline, and keeps what it left", { timeout }, async () => {
    const { app, calls, envOf } = standIn("gitlab", folder);
    const { all, exitCode } = await pipeline(app);
    expect(all).toMatch(/PASS.*weir/);
    expect(exitCode).toBe(0);
    expect(all).toContain("json schema validated");
    expect(calls()).toEqual(["verify --host gitlab --source .", "run --source .", "gate --source ."]);
    expect(envOf("run")).toMatchObject({ GITLAB_CI: "true", CI_COMMIT_BRANCH: "feature/x", GIT_DEPTH: "0" });
    const kept = join(app, ".gitlab-ci-local/artifacts/weir/.weir/runs/one");
    expect(["run.json", "junit.xml"].map((name) => existsSync(join(kept, name)))).toEqual([true, true]);
  });

  it.each(["verify", "run", "gate"])("runs it to a red pipeline where %s fails", { timeout }, async (command) => {
    const { app, calls, fail } = standIn("gitlab", folder);
    fail(command);
    const { all, exitCode } = await pipeline(app);
    expect(all).toMatch(/FAIL.*weir/);
    expect(exitCode).not.toBe(0);
    expect(calls().map((call) => call.split(" ")[0])).toEqual(command === "verify" ? ["verify"] : ["verify", "run", "gate"]);
  });

  it("takes the form for containers by GitLab's own schema", { timeout }, async () => {
    const { app } = standIn("gitlab", folder, { runner: "container", tags: true });
    const { all, exitCode } = await run(await gitlabCiLocal(), ["--list"], app, { ...(await withRsync()), HOME: folder });
    expect(all).toContain("json schema validated");
    expect([all.includes("weir"), exitCode]).toEqual([true, 0]);
  });
});

describe("the Groovy of Jenkins", () => {
  async function jenkins(app: string, checkedOut: object) {
    const facts = join(folder, "checked-out.json");
    writeFileSync(facts, JSON.stringify(checkedOut));
    const script = join(root, "test/hosts/jenkins/run.groovy");
    const args = ["-cp", await groovy(), "groovy.ui.GroovyMain", script, join(app, "Jenkinsfile"), app, facts];
    return run("java", args, folder);
  }
  const steps = (all: string, name: string) =>
    all
      .split("\n")
      .filter((line) => line.startsWith(`STEP ${name} `))
      .map((line): unknown => JSON.parse(line.slice(name.length + 6)));

  it("runs the Jenkinsfile, with values of any kind in the environment only", { timeout }, async () => {
    const { app, calls, envOf } = standIn("jenkins", folder);
    const hostile = "feature/$(touch pwned)'\"`x`${env}";
    const { all, exitCode } = await jenkins(app, { GIT_COMMIT: "1".repeat(40), GIT_BRANCH: hostile, GIT_URL: "https://x" });
    expect([exitCode, calls()]).toEqual([0, ["verify --host jenkins --source .", "run --source .", "gate --source ."]]);
    expect(envOf("run")).toMatchObject({
      GIT_COMMIT: "1".repeat(40),
      GIT_BRANCH: hostile,
      WEIR_JENKINS_CAUSES: "jenkins.branch.BranchEventCause,hudson.model.Cause$UserIdCause",
    });
    expect(existsSync(join(app, "pwned"))).toBe(false);
    expect(steps(all, "timeout")).toEqual([{ time: 90, unit: "MINUTES" }]);
    expect(steps(all, "checkout")).toMatchObject([
      {
        extensions: [{ $class: "CloneOption", shallow: false }],
        userRemoteConfigs: [{ refspec: expect.stringContaining(" +refs/heads/*:refs/remotes/origin/*"), credentialsId: "robot" }],
      },
    ]);
    expect(steps(all, "junit")).toMatchObject([{ testResults: ".weir/runs/*/junit.xml" }]);
    expect(steps(all, "archiveArtifacts")).toMatchObject([{ artifacts: ".weir/runs/**" }]);
    expect(steps(all, "properties")).toMatchObject([
      [{}, "disableConcurrentBuilds", { pipelineTriggers: [{ cron: "H 3 * * *" }] }],
    ]);
  });

  it("keeps what a run that failed left, and fails", { timeout }, async () => {
    const { app, fail } = standIn("jenkins", folder);
    fail("run");
    const { all, exitCode } = await jenkins(app, {});
    expect([exitCode, steps(all, "junit").length, steps(all, "archiveArtifacts").length]).toEqual([1, 1, 1]);
    expect(all).toContain("FAILED script returned exit code 1");
  });

  it("says where a Jenkinsfile is no Groovy", { timeout }, async () => {
    const { app } = standIn("jenkins", folder);
    writeFileSync(join(app, "Jenkinsfile"), "node {\n  stage('x') {\n");
    const { all, exitCode } = await jenkins(app, {});
    expect(exitCode).not.toBe(0);
    expect(all).toContain("Jenkinsfile: 3: unexpected token");
  });
});
