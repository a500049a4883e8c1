/**
 * The module's own work on a real engine and a real app. A module runs in a container that only Dagger's runtime makes, so
 * here its functions are called over a session of Weir's, with what src/index.ts would give them.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { connection, dag } from "@dagger.io/dagger";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { chooseEngine, type EngineChoice } from "../../ci/engine/choose.ts";
import { hostBundle } from "../../ci/engine/host-certificates.ts";
import { ensureImages } from "../../ci/engine/native/images.ts";
import { silent } from "../../ci/engine/progress.ts";
import { openSession, type Session } from "../../ci/engine/session.ts";
import * as weir from "../../ci/module.ts";
import type { Plan } from "../../ci/plan/plan.ts";
import type { RunRecord } from "../../ci/report/report.ts";
import { imagesOf } from "../../ci/toolchains/images.ts";
import type { SimulateOptions } from "../../ci/trigger/simulate.ts";
import { version } from "../../ci/version.ts";
import { planOf, readWorld } from "../../ci/world.ts";
import { invokeModule, scanModule, type Scanned, type Sent } from "../module/sdk.ts";
import { cloneApp, commitAll, git, removeFolders, stageOf, temporaryFolder } from "./user.ts";

let engine: EngineChoice;
let session: Session;
beforeAll(async () => {
  engine = await chooseEngine(silent);
  session = await openSession(engine, version);
});
afterAll(async () => {
  await session.close();
  removeFolders();
});

const asTest = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];

interface Said {
  readonly simulate?: SimulateOptions;
  readonly registry?: string | null;
}

/** What the constructor of src/index.ts makes of `dagger call --source FOLDER …`. */
function callOn(folder: string, { simulate = {}, registry = null }: Said = {}): weir.Call {
  const host = session.client.host();
  const bundle = hostBundle();
  const workdir = temporaryFolder();
  return {
    client: session.client,
    source: host.directory(folder, { exclude: ["**/node_modules", "**/.venv", "**/.weir"], noCache: true }),
    simulate,
    registry,
    certificates: bundle === null ? null : host.file(bundle),
    workdir,
    lift: (path, options) => host.directory(join(workdir, path), options),
    stream: { write: () => true },
  };
}

/** The embedded engine pulls nothing: what it lacks is made before, as the command line does. */
async function withImages(folder: string): Promise<string> {
  const world = await readWorld({ source: folder, env: process.env });
  const images = imagesOf(planOf(world, {}, new Date()), world.app, world.loaded.config);
  if (engine.native !== null) await ensureImages(images, engine.native, session.client, silent);
  return folder;
}

const planOn = async (call: weir.Call) => JSON.parse(await weir.planText(call, {})) as Plan;
const decisionOn = (plan: Plan, stage: string) => plan.stages.find(({ name }) => name === stage)?.decision;
/** The message of what was thrown: all that reaches the caller of a module. */
const refusal = async (work: Promise<unknown>) =>
  work.then(
    () => "it was done",
    (error: unknown) => (error as Error).message,
  );

describe("the plan of a call", () => {
  it("knows branch, commit and dirty tree from the repository that was handed over", async () => {
    const app = await cloneApp("greeter", { branch: "feature/hello" });
    const head = (await git(app, "rev-parse", "HEAD")).stdout;
    const { trigger, branchKind } = await planOn(callOn(app));
    expect(trigger).toMatchObject({ event: "manual", branch: "feature/hello", sha: head, dirty: false, trust: "trusted" });
    expect(branchKind).toBe("feature");
    expect(trigger.notes.join("\n")).toContain("called through Dagger");
    await git(app, "rm", "--quiet", "README.md");
    expect((await planOn(callOn(app))).trigger.dirty).toBe(true);
  });

  it("takes what the call says in place of what is there", async () => {
    const app = await cloneApp("greeter");
    const simulate = { event: "pull-request", branch: "feature/x", target: "development", fork: true };
    const plan = await planOn(callOn(app, { simulate }));
    expect(plan.trigger).toMatchObject({ event: "pull-request", target: "development", trust: "untrusted" });
    expect(decisionOn(plan, "unit")).toBe("run");
    expect(decisionOn(plan, "push")).toBe("skip");
  });

  it("delivers nothing where no branch is known, and says why it is not", async () => {
    const app = await cloneApp("greeter");
    await git(app, "checkout", "--quiet", "--detach");
    const detached = await planOn(callOn(app));
    expect(detached.trigger.branch).toBeNull();
    expect(detached.trigger.notes.join("\n")).toMatch(/detached HEAD at [0-9a-f]{12}: --branch says/);
    expect(["push", "deploy"].map((stage) => decisionOn(detached, stage))).toEqual(["skip", "skip"]);
    expect((await planOn(callOn(join(app, "cmd/.."), { simulate: { branch: "main" } }))).branchKind).toBe("main");
    const bare = callOn(app);
    const { trigger } = await planOn({ ...bare, source: bare.source.withoutDirectory(".git") });
    expect(trigger.sha).toBeNull();
    expect(trigger.notes.join("\n")).toContain("no .git was handed over");
  });

  it("is refused with remedy and code in the message, which is all that reaches the caller", async () => {
    const empty = temporaryFolder();
    expect(await refusal(weir.planText(callOn(empty), {}))).toMatch(/no package\.json and no go\.mod\n {2}→ .*\[app\.unknown\]$/);
    const app = await cloneApp("greeter");
    const wrong = callOn(app).source.withNewFile("weir.yaml", "name: greeter\nstages: { unti: {} }\n");
    expect(await refusal(weir.planText({ ...callOn(app), source: wrong }, {}))).toMatch(
      /weir\.yaml:2:\d+: .*unti.*\[config\.invalid\]$/s,
    );
  });
});

describe("a call on the greeter", () => {
  it("runs one check with what it needs, and returns the summary", async () => {
    const call = callOn(await withImages(await cloneApp("greeter")));
    const text = await weir.checkText(call, "unit");
    expect(text).toMatch(/tests +43 passed, 0 failed/);
    expect(text).toMatch(/passed in .*: 2 stages passed.*12 skipped\n\nThe files named here: .* report export --path report$/);
  });

  it("says first that a check had nothing to run", async () => {
    const call = callOn(await cloneApp("greeter"));
    expect((await weir.checkText(call, "types")).split("\n")[0]).toBe(
      "types did not run: Go's compiler checks types as it builds",
    );
  });

  it("returns the image as a container that Dagger goes on with", async () => {
    const image = await weir.imageContainer(callOn(await withImages(await cloneApp("greeter"))));
    expect(await image.entrypoint()).toEqual(["/app/greeter"]);
    expect(await image.user()).toBe("65532:65532");
  });

  it("fails where a test fails, naming the stage first, and still hands out report and container", async () => {
    const app = await withImages(await cloneApp("greeter", { patch: "greeter-failing-unit" }));
    const message = await refusal(weir.runText(callOn(app), { only: ["unit", "lint"] }));
    expect(message.split("\n")[0]).toMatch(/^unit failed in .*: \d+ tests? failed$/);
    expect(message).toContain("✓ passed");
    expect(message).toMatch(/report export --path report$/);

    const report = await weir.reportDirectory(callOn(app), ["unit", "lint"]);
    expect(await report.entries()).toEqual(["run.json", "stages/"]);
    const record = JSON.parse(await report.file("run.json").contents()) as RunRecord;
    expect(record).toMatchObject({ outcome: "failed", exitCode: 1, engine: { kind: "module", version: "0.19.10" } });
    expect(stageOf(record, "lint").status).toBe("passed");
    expect(stageOf(record, "unit").tests?.failed).toBeGreaterThan(0);
    expect(stageOf(record, "unit").cached).toBe(true);
    expect(await report.file(stageOf(record, "unit").log ?? "none").contents()).toContain("FAIL");

    const left = await weir.stageContainer(callOn(app), "unit");
    expect(await left.file("/.weir/out/unit/exit").contents()).toBe("1\n");
  });

  it("runs again only what a change can change, whatever else was committed", async () => {
    const app = await cloneApp("greeter");
    // Content that no other run has, so that these executions are this test's own.
    appendFileSync(join(app, "README.md"), `${randomUUID()}\n`);
    await commitAll(app);
    const first = await executions(callOn(app));
    await git(app, ...asTest, "commit", "--quiet", "--allow-empty", "--message", "Nothing");
    expect(await executions(callOn(app))).toEqual(first);
    appendFileSync(join(app, "README.md"), "One more line\n");
    const [install, unit] = await executions(callOn(app));
    expect(install).toBe(first[0]);
    expect(unit).not.toBe(first[1]);
  });
});

/** The names of the executions that a call's results are of. */
async function executions(call: weir.Call): Promise<readonly string[]> {
  const report = await weir.reportDirectory(call, ["unit"]);
  return Promise.all(["install", "unit"].map((stage) => report.file(`stages/${stage}/execution`).contents()));
}

describe("a call that delivers", () => {
  it("is refused before anything runs where no registry is named", async () => {
    const app = await cloneApp("greeter");
    expect(await refusal(weir.deliveryText(callOn(app), "push"))).toMatch(
      /no registry is named\n {2}→ name one with --registry .*\[registry\.none\]$/,
    );
    expect(await refusal(weir.runText(callOn(app), {}))).toContain("[registry.none]");
    const wrong = callOn(app, { registry: "https://ghcr.io/team/" });
    expect(await refusal(weir.deliveryText(wrong, "push"))).toMatch(
      /--registry https:\/\/ghcr\.io\/team\/ is no registry.*\[registry\.address\]$/s,
    );
  });

  it("is refused where nothing names the app: a folder that is handed over has lost its name", async () => {
    const app = await cloneApp("greeter");
    await git(app, "rm", "--quiet", "weir.yaml");
    await commitAll(app);
    expect(await refusal(weir.deliveryText(callOn(app, { registry: "127.0.0.1:5000" }), "push"))).toMatch(/\[registry\.app\]$/);
  });

  it("fails where the policy does not allow it, although all checks pass", async () => {
    const app = await withImages(await cloneApp("greeter"));
    const simulate = { event: "pull-request", branch: "feature/x", target: "development" };
    const message = await refusal(weir.deliveryText(callOn(app, { simulate, registry: "127.0.0.1:5000" }), "push"));
    expect(message).toMatch(/^push did not run: .*\n {2}→ .*\[stage\.not-run\]$/);
  });

  it("is not what looking at a run does again", async () => {
    const app = await cloneApp("greeter");
    expect(await refusal(weir.reportDirectory(callOn(app), ["unit", "push"]))).toMatch(/\[stage\.delivers\]$/);
    expect(await refusal(weir.stageContainer(callOn(app), "deploy"))).toMatch(/\[stage\.delivers\]$/);
  });

  it("pushes by digest to the registry that it was given", async (context) => {
    if (engine.native === null) context.skip("only the embedded engine has a registry of its own");
    const app = await withImages(await cloneApp("greeter", { branch: "feature/push" }));
    const text = await weir.deliveryText(callOn(app, { registry: engine.native?.registry ?? null }), "push");
    expect(text).toMatch(/image +127\.0\.0\.1:\d+\/greeter:sha-[0-9a-f]{12}@sha256:[0-9a-f]{64}/);
  });
});

describe("a call by Dagger's own code, up to what only its runtime has", () => {
  let scanned: Scanned;
  let loaded: object;
  let child: ChildProcess | null = null;
  beforeAll(async () => {
    scanned = await scanModule();
    loaded = await import("../../src/index.ts");
    const parameters = engine.session ?? (await openDaggerSession());
    vi.stubEnv("DAGGER_SESSION_PORT", String(parameters.port)).stubEnv("DAGGER_SESSION_TOKEN", parameters.token);
    vi.spyOn(process, "cwd").mockReturnValue(temporaryFolder());
  });
  afterAll(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    child?.stdin?.end();
    child?.kill("SIGTERM");
  });

  /** The session that Dagger's CLI opens for a module: only by its port does the SDK's global client find one. */
  async function openDaggerSession(): Promise<{ port: number; token: string }> {
    const runner = engine.runnerHost === null ? {} : { _EXPERIMENTAL_DAGGER_RUNNER_HOST: engine.runnerHost };
    child = spawn(engine.cli, ["session"], { stdio: ["pipe", "pipe", "ignore"], env: { ...process.env, ...runner } });
    const [line] = (await once(createInterface({ input: child.stdout! }), "line")) as [string];
    const { port, session_token: token } = JSON.parse(line) as { port: number; session_token: string };
    return { port, token };
  }

  /** The constructor, its state as JSON, and a function on it, as `dagger call` sends them. */
  async function daggerCall(app: string, said: Readonly<Record<string, unknown>>, fnName: string, fnArgs: Sent["fnArgs"]) {
    let answer: unknown;
    await connection(async () => {
      const source = await dag.host().directory(app).id();
      const state = await invokeModule(scanned, loaded, { fnName: "", parentArgs: {}, fnArgs: { source, fork: false, ...said } });
      answer = await invokeModule(scanned, loaded, { fnName, parentArgs: state as Sent["parentArgs"], fnArgs });
    });
    return answer;
  }

  it("keeps what the constructor was given: the files, the choices, the words", async () => {
    const app = await cloneApp("greeter");
    const said = { event: "pullRequest", branch: "feature/x", target: "development", fork: true };
    const plan = JSON.parse(String(await daggerCall(app, said, "plan", { only: ["unit", "endToEnd"], skip: ["lint"] }))) as Plan;
    expect(plan.app).toBe("greeter");
    expect(plan.trigger).toMatchObject({ event: "pull-request", branch: "feature/x", target: "development", trust: "untrusted" });
    expect(plan.stages.filter(({ decision }) => decision === "run").map(({ name }) => name)).toContain("unit");
    expect(decisionOn(plan, "performance")).toBe("skip");
  });

  it("leaves out what was not said, and has each default", async () => {
    const plan = JSON.parse(String(await daggerCall(await cloneApp("greeter"), {}, "plan", {}))) as Plan;
    expect(plan.trigger).toMatchObject({ event: "manual", branch: "main" });
    expect(decisionOn(plan, "push")).toBe("run");
  });

  it("takes one choice, and refuses in words", async () => {
    const app = await cloneApp("greeter");
    expect(await refusal(daggerCall(app, {}, "debug", { stage: "deploy" }))).toMatch(/deploy delivers.*\[stage\.delivers\]$/s);
    expect(await refusal(daggerCall(app, {}, "push", {}))).toMatch(/\[registry\.none\]$/);
  });

  it("has the stage e2e under a name that Dagger does not spell e-2-e", async () => {
    const missing = await refusal(daggerCall(temporaryFolder(), {}, "endToEnd", {}));
    expect(missing).toMatch(/\[app\.unknown\]$/);
  });
});
