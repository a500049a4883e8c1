/**
 * Which engine: one probe, in a fixed order, that says which it chose.
 * 1. one that is named; 2. one that Dagger provisions with a container runtime; 3. the embedded one.
 */
import { connect } from "node:net";
import { delimiter, join } from "node:path";
import { accessSync, constants, statSync } from "node:fs";
import { execa } from "execa";
import { visible } from "../config/problem.ts";
import { infrastructureError } from "../errors.ts";
import { defaultRegistryPort, isUp, up, type NativeEngine } from "./native/engine.ts";
import { engineVersion, layoutOf } from "./native/layout.ts";
import { builtPrograms } from "./native/programs.ts";
import { answers } from "./native/daemon.ts";
import type { Progress } from "./progress.ts";

export interface EngineChoice {
  readonly kind: "session" | "named" | "provisioned" | "embedded";
  /** What a person reads: "the embedded engine", "the engine at tcp://…". */
  readonly description: string;
  /** For `_EXPERIMENTAL_DAGGER_RUNNER_HOST`; null lets the CLI provision one. */
  readonly runnerHost: string | null;
  readonly cli: string;
  /** A session that is already open (`dagger run weir …`). */
  readonly session: { readonly port: number; readonly token: string } | null;
  /** The embedded engine, whose images Weir makes itself; null for the others, which pull. */
  readonly native: NativeEngine | null;
}

const runtimes = ["docker", "podman", "nerdctl", "finch", "container"] as const;
const probeDeadlineMs = 1_500;

/** Chooses, and starts the embedded engine where that is the one. @throws WeirError exit 4 with the three ways where there is none. */
export async function chooseEngine(progress: Progress, env: NodeJS.ProcessEnv = process.env): Promise<EngineChoice> {
  const choice =
    (await openSessionChoice(env)) ??
    (await namedChoice(env)) ??
    (await runningChoice(progress)) ??
    (await provisionedChoice(env));
  if (choice !== null) return choice;
  try {
    return embeddedChoice(await up(progress));
  } catch (error) {
    if (
      error instanceof Error &&
      "code" in error &&
      String(error.code).match(/^engine\.(not-linux|not-root|architecture|no-overlay|no-go|old-go|missing-programs)$/)
    ) {
      throw infrastructureError(
        "engine.none",
        `no engine: none is named, no container runtime answers, and ${error.message}`,
        `${String((error as { remedy?: string }).remedy)}; or start Docker or Podman; or set _EXPERIMENTAL_DAGGER_RUNNER_HOST`,
        error,
      );
    }
    throw error;
  }
}

async function openSessionChoice(env: NodeJS.ProcessEnv): Promise<EngineChoice | null> {
  const port = /^\d{1,5}$/.test(env["DAGGER_SESSION_PORT"] ?? "") ? Number(env["DAGGER_SESSION_PORT"]) : 0;
  const token = env["DAGGER_SESSION_TOKEN"];
  if (port < 1 || port > 65_535 || token === undefined) return Promise.resolve(null);
  return Promise.resolve({
    kind: "session",
    description: `the open Dagger session on port ${String(port)}`,
    runnerHost: null,
    cli: "",
    session: { port, token },
    native: null,
  });
}

async function namedChoice(env: NodeJS.ProcessEnv): Promise<EngineChoice | null> {
  const host = env["_EXPERIMENTAL_DAGGER_RUNNER_HOST"];
  if (host === undefined || host === "") return null;
  // The CLI would take `unix:/run/x.sock` for a name, and dial it for minutes.
  if (!/^[a-z][a-z0-9+-]*:\/\/./.test(host)) {
    throw infrastructureError(
      "engine.misnamed",
      `_EXPERIMENTAL_DAGGER_RUNNER_HOST names no engine: ${visible(host)}`,
      "name one such as unix:///run/dagger/engine.sock or tcp://host:port, or unset the variable to let Weir choose",
    );
  }
  if (!(await isReachable(host))) {
    throw infrastructureError(
      "engine.dead",
      `the engine named in _EXPERIMENTAL_DAGGER_RUNNER_HOST (${host}) does not answer`,
      "start it, or unset the variable to let Weir choose",
    );
  }
  return {
    kind: "named",
    description: `the engine at ${host}`,
    runnerHost: host,
    cli: findCli(env),
    session: null,
    native: null,
  };
}

/** One that Weir started before, when no other way was open: asked before the runtimes, whose probes cost a process each. */
async function runningChoice(progress: Progress): Promise<EngineChoice | null> {
  return (await isUp()) ? embeddedChoice(await up(progress)) : null;
}

async function provisionedChoice(env: NodeJS.ProcessEnv): Promise<EngineChoice | null> {
  if (env["WEIR_ENGINE"] === "embedded") return null;
  const present = runtimes.map((name) => ({ name, path: findProgram(name, env) }));
  const found = await Promise.all(
    present.map(async ({ name, path }) => ({ name, up: path !== null && (await runtimeAnswers(name, path)) })),
  );
  const runtime = found.find((entry) => entry.up);
  if (runtime === undefined) return null;
  return {
    kind: "provisioned",
    description: `the engine that Dagger provisions with ${runtime.name}`,
    runnerHost: null,
    cli: findCli(env),
    session: null,
    native: null,
  };
}

function embeddedChoice(native: NativeEngine): EngineChoice {
  const port = native.registry === `127.0.0.1:${String(defaultRegistryPort)}` ? "" : ` (registry ${native.registry})`;
  return {
    kind: "embedded",
    description: `the embedded engine${port}`,
    runnerHost: native.runnerHost,
    cli: native.cli,
    session: null,
    native,
  };
}

async function runtimeAnswers(name: string, path: string): Promise<boolean> {
  const argv = name === "container" ? ["system", "status"] : ["info"];
  const result = await execa(path, argv, { reject: false, timeout: probeDeadlineMs, killSignal: "SIGKILL", stdio: "ignore" });
  return result.exitCode === 0;
}

/** A cheap dial of unix and tcp; other schemes (ssh, kube-pod, container) are left to the CLI. */
export async function isReachable(host: string): Promise<boolean> {
  if (host.startsWith("unix://")) return answers(host.slice("unix://".length), probeDeadlineMs);
  if (!host.startsWith("tcp://")) return true;
  const url = URL.canParse(host) ? new URL(host) : null;
  if (url === null || url.port === "") return false;
  return new Promise((resolve) => {
    const connection = connect({ host: url.hostname.replace(/^\[|\]$/g, ""), port: Number(url.port) });
    const end = (result: boolean) => {
      connection.destroy();
      resolve(result);
    };
    connection.setTimeout(probeDeadlineMs, () => {
      end(false);
    });
    connection.once("connect", () => {
      end(true);
    });
    connection.once("error", () => {
      end(false);
    });
  });
}

/** The Dagger CLI: the one named, one on the PATH, or the one that the embedded engine was built with. */
function findCli(env: NodeJS.ProcessEnv): string {
  const cli = cliPath(env);
  if (cli !== null) return cli;
  throw infrastructureError(
    "engine.no-cli",
    "the Dagger CLI is missing",
    `install v${engineVersion}: https://docs.dagger.io/install`,
  );
}

function cliPath(env: NodeJS.ProcessEnv): string | null {
  const built = builtPrograms(layoutOf(env));
  const named = env["_EXPERIMENTAL_DAGGER_CLI_BIN"] ?? "";
  return named !== "" ? named : (findProgram("dagger", env) ?? (built === null ? null : join(built, "dagger")));
}

function findProgram(name: string, env: NodeJS.ProcessEnv): string | null {
  for (const folder of (env["PATH"] ?? "").split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      if (statSync(path).isFile()) return path;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}
