/**
 * The embedded engine: up, status, down, logs, prune. `up` reads as the whole story: refuse where it can't work, build
 * what is missing, start what is not running; each step is complete or absent, so a kill -9 anywhere costs only time.
 */
import { existsSync } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { infrastructureError } from "../../errors.ts";
import type { Progress } from "../progress.ts";
import { answers, capLog, findEngine, isInUse, startEngine, stopEngine, type RunningEngine } from "./daemon.ts";
import { layoutOf, type Layout } from "./layout.ts";
import { withLock } from "./lock.ts";
import { readMachine, refusalOf } from "./preflight.ts";
import { builtPrograms, ensurePrograms } from "./programs.ts";
import { engineRootKey, ensureEngineRoot, ensureSeed, hasSeed, seedKey } from "./roots.ts";

/** Building from nothing takes minutes; whoever waits for another's build waits at most this long. */
const lockWaitMs = 20 * 60_000;
export const defaultRegistryPort = 5000;

export interface NativeEngine {
  /** For `_EXPERIMENTAL_DAGGER_RUNNER_HOST`. */
  readonly runnerHost: string;
  /** The Dagger CLI that fits it. */
  readonly cli: string;
  /** `127.0.0.1:5000`, the mirror of docker.io and where images are pushed by default. */
  readonly registry: string;
  readonly layout: Layout;
}

/** True where an engine that Weir itself started answers. Cheap: asked at every start. */
export async function isUp(layout: Layout = layoutOf()): Promise<boolean> {
  const running = findEngine(layout);
  return running !== null && (await isUsable(layout, running)) && builtPrograms(layout) !== null;
}

/**
 * The engine of another Weir on this machine (another checkout, another release) is ended and replaced by ours, but never
 * under somebody's run: while a session is open with it, it serves us too. All of them are of one Dagger release or refuse.
 */
async function isUsable(layout: Layout, running: RunningEngine): Promise<boolean> {
  return (isCurrent(layout, running) || isInUse()) && (await answers(layout.socket, 2000));
}

/** Makes sure that the engine runs, and returns how to reach it. Idempotent; two at once share one build and one engine. */
export async function up(progress: Progress, layout: Layout = layoutOf()): Promise<NativeEngine> {
  const running = findEngine(layout);
  if (running !== null && builtPrograms(layout) !== null && (await isUsable(layout, running))) {
    capLog(layout);
    return describe(layout, running.registryPort);
  }
  const refusal = refusalOf(await readMachine(layout.home));
  if (refusal !== null) throw refusal;
  return withLock(layout.lock, lockWaitMs, () => build(progress, layout));
}

async function build(progress: Progress, layout: Layout): Promise<NativeEngine> {
  const running = findEngine(layout);
  const usable = running !== null && (await isUsable(layout, running));
  if (usable && builtPrograms(layout) !== null) return describe(layout, running.registryPort);
  await removeLeftovers(layout);
  // Compiling keeps the cores busy and installing packages the network: at once they take little longer than either.
  const [programs] = await Promise.all([
    builtPrograms(layout) ??
      progress.step("build the engine from its Go modules (about 3 minutes, once)", (note) => ensurePrograms(layout, note)),
    hasSeed(layout)
      ? null
      : progress.step("make the seed of all images from Debian's packages (once)", (note) => ensureSeed(layout, note)),
  ]);
  if (usable) return describe(layout, running.registryPort);
  await stopEngine(layout);
  const port = await choosePort();
  const root = existsSync(rootPath(layout, port))
    ? rootPath(layout, port)
    : await progress.step("make the engine's root file system from the seed (once)", (note) =>
        ensureEngineRoot(layout, programs, port, note),
      );
  await progress.step("start the engine", () => startEngine(layout, root, port));
  return describe(layout, port);
}

/** What builds that were killed have left; the caller holds the lock, so nobody is at work in them. */
async function removeLeftovers({ programs, roots }: Layout): Promise<void> {
  for (const folder of [programs, roots]) {
    const names = existsSync(folder) ? await readdir(folder) : [];
    for (const name of names.filter((each) => each.startsWith("tmp-")))
      await rm(`${folder}/${name}`, { recursive: true, force: true });
  }
}

/** Ends it and restores the host. @returns false where none ran. */
export async function down(layout: Layout = layoutOf()): Promise<boolean> {
  if (!existsSync(layout.home)) return false;
  return withLock(layout.lock, 60_000, () => stopEngine(layout));
}

/** Removes everything: programs, roots, images, caches and the folder itself. */
export async function removeAll(layout: Layout = layoutOf()): Promise<void> {
  if (!existsSync(layout.home)) return;
  await withLock(layout.lock, 60_000, async () => {
    await stopEngine(layout);
    for (const name of await readdir(layout.home)) {
      if (name !== "lock") await rm(`${layout.home}/${name}`, { recursive: true, force: true });
    }
  });
  await rm(layout.home, { recursive: true, force: true });
}

export interface EngineStatus {
  readonly running: RunningEngine | null;
  readonly answers: boolean;
  readonly layout: Layout;
}

export async function status(layout: Layout = layoutOf()): Promise<EngineStatus> {
  const running = findEngine(layout);
  return { running, answers: running !== null && (await answers(layout.socket, 1000)), layout };
}

/** The seed's tar file, made if need be: what images grow from. */
export async function seed(layout: Layout, note: (line: string) => void): Promise<{ tar: string; key: string }> {
  await mkdir(layout.roots, { recursive: true });
  return { tar: await ensureSeed(layout, note), key: seedKey() };
}

const rootPath = (layout: Layout, port: number) => `${layout.roots}/engine-${engineRootKey(port)}`;

/** False where it was started from an older recipe, or from a folder that was removed under it. */
function isCurrent(layout: Layout, running: RunningEngine): boolean {
  return running.root === rootPath(layout, running.registryPort) && existsSync(running.root);
}

function describe(layout: Layout, registryPort: number): NativeEngine {
  const programs = builtPrograms(layout);
  if (programs === null)
    throw infrastructureError(
      "engine.programs-missing",
      "the engine runs, but its CLI was removed",
      "scripts/weir engine down, then scripts/weir engine up",
    );
  return {
    runnerHost: `unix://${layout.socket}`,
    cli: `${programs}/dagger`,
    registry: `127.0.0.1:${String(registryPort)}`,
    layout,
  };
}

/** The default port, or the next free one where something else has that. */
async function choosePort(): Promise<number> {
  for (let port = defaultRegistryPort; port < defaultRegistryPort + 20; port += 1) {
    const free = await new Promise<boolean>((resolve) => {
      const server = createServer();
      server.once("error", () => {
        resolve(false);
      });
      server.listen(port, "127.0.0.1", () => {
        server.close(() => {
          resolve(true);
        });
      });
    });
    if (free) return port;
  }
  throw infrastructureError(
    "engine.no-port",
    `ports ${String(defaultRegistryPort)} to ${String(defaultRegistryPort + 19)} of loopback are taken`,
    "free one of them: the image registry needs it",
  );
}
