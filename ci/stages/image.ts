import { setTimeout as sleep } from "node:timers/promises";
import type { Container } from "@dagger.io/dagger";
import { withCommands } from "../engine/exec.ts";
import { messageOf } from "../errors.ts";
import type { RuntimeImage } from "../toolchains/toolchain.ts";
import { appContainer, withVariables, workdir } from "./containers.ts";
import type { Stage, StageContext } from "./stage.ts";

/** Builds the image from the app's Dockerfile, or makes one from what `build` left where there is none. */
export const image: Stage = async (context) => {
  const built = context.dockerfile === null ? generated(context) : context.source.dockerBuild({ dockerfile: context.dockerfile });
  if (built === null) return { status: "failed", reason: "there is no Dockerfile, and Weir does not see what starts the app" };
  try {
    const { timeout } = context.config.stages.image;
    const made = await inTime(withVariables(built, context.config.app.env).sync(), timeout);
    if (made === null) return { status: "failed", reason: `did not end within ${String(timeout / 1000)} s` };
    return {
      status: "passed",
      reason: null,
      container: made,
      execution: { id: await made.rootfs().digest(), startedAt: 0, ranMs: 0 },
    };
  } catch (error) {
    return dockerfileFailure(error);
  }
};

/**
 * What is wrong in a Dockerfile or its context is the app's own fault; anything else is the engine's. The engine says it in
 * words only (v0.19.10), so by these words they are told apart.
 */
const ownFaults = [
  /process ".*" did not complete successfully: exit code: (\d+)/s,
  /dockerfile parse error|unknown instruction|failed to calculate checksum|not found: not found|"[^"]*": not found|failed to resolve source metadata|pull access denied/i,
];

function dockerfileFailure(error: unknown): ReturnType<Stage> {
  const { name, exitCode, stdout, stderr } = error as { name?: string; exitCode?: number; stdout?: string; stderr?: string };
  const said = messageOf(error);
  const [command, other] = ownFaults.map((pattern) => pattern.exec(said));
  if (name !== "ExecError" && !command && !other) throw error;
  const text = [said, stdout, stderr].filter(Boolean).join("\n");
  const code = exitCode ?? (command?.[1] === undefined ? null : Number(command[1]));
  const reason =
    code === null ? "the Dockerfile can't be built" : `a command of the Dockerfile ended with exit code ${String(code)}`;
  return Promise.resolve({ status: "failed", reason, exitCode: code, logText: text });
}

/** The build, or a failure once the stage's time is over; the engine ends the build with the session. */
async function inTime<T>(work: Promise<T>, timeoutMs: number): Promise<T | null> {
  const timer = new AbortController();
  try {
    return await Promise.race([work, sleep(timeoutMs, null, { signal: timer.signal })]);
  } finally {
    timer.abort();
    work.catch(() => undefined);
  }
}

function generated(context: StageContext): Container | null {
  const { runtime } = context.app;
  return runtime === null ? null : runtimeContainer(context, runtime);
}

function runtimeContainer(context: StageContext, runtime: RuntimeImage): Container {
  const { client, tools, config } = context;
  const built = withCommands(appContainer(context, "build"), tools, {
    stage: "prepare",
    commands: runtime.prepare,
    timeoutMs: config.stages.image.timeout,
  });
  const base = runtime.base === "scratch" ? client.container() : client.container().from(runtime.base);
  const filled = runtime.files.reduce((container, { from, to }) => {
    if (from === ".") return container.withDirectory(to, built.directory(workdir));
    return container.withFile(to, built.file(from.startsWith("/") ? from : `${workdir}/${from}`));
  }, base);
  return withVariables(filled, runtime.env)
    .withWorkdir(runtime.workdir)
    .withUser(runtime.user)
    .withEntrypoint([...runtime.entrypoint])
    .withoutDefaultArgs();
}
