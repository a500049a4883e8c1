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
    const made = await withVariables(built, context.config.app.env).sync();
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

/** A failed RUN is the app's own fault, and what it printed says which; anything else is the engine's. */
function dockerfileFailure(error: unknown): ReturnType<Stage> {
  const { name, exitCode, stdout, stderr } = error as { name?: string; exitCode?: number; stdout?: string; stderr?: string };
  if (name !== "ExecError") throw error;
  const text = [messageOf(error), stdout, stderr].filter(Boolean).join("\n");
  return Promise.resolve({
    status: "failed",
    reason: `a command of the Dockerfile ended with exit code ${String(exitCode)}`,
    exitCode: exitCode ?? null,
    logText: text,
  });
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
