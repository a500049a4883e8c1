/** The native engine as a process: start it, find it, end it, and leave the host as it was. */
import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, statSync, truncateSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { connect } from "node:net";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import writeFileAtomic from "write-file-atomic";
import { infrastructureError } from "../../errors.ts";
import { readCgroups, removeCgroups } from "./host-cgroups.ts";
import { readHostNetwork, restoreHostNetwork, type HostNetwork } from "./host-network.ts";
import { recipeFolder, type Layout } from "./layout.ts";
import { isRegistryUp } from "./registry.ts";

/** Written before the engine starts, so that a start that was killed can still be taken back. */
interface EngineRecord {
  readonly root: string;
  readonly registryPort: number;
  readonly before: HostNetwork;
  /** Absent in what an earlier Weir wrote. */
  readonly cgroups?: readonly string[];
}

export interface RunningEngine {
  /** The supervisor (`unshare`) and the first process inside, which ends all others when it ends. */
  readonly supervisor: number;
  readonly init: number | null;
  readonly root: string;
  readonly registryPort: number;
}

const startDeadlineMs = 60_000;
const stopDeadlineMs = 30_000;
const largestLogBytes = 50_000_000;

/** The engine of this folder that runs now, or null. Found in /proc by the arguments that only our start has. */
export function findEngine(layout: Layout): RunningEngine | null {
  if (!existsSync("/proc/self")) return null;
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const argv = readArgv(name);
    if (basename(argv[0] ?? "") !== "unshare") continue;
    const at = argv.findIndex((word) => word.endsWith("scripts/engine/start.sh"));
    const [root, , , run, port] = argv.slice(at + 1);
    if (at < 0 || run !== layout.run || root === undefined) continue;
    return { supervisor: Number(name), init: firstChild(name), root, registryPort: Number(port) };
  }
  return null;
}

/** Where the engine binds its socket, as the kernel knows it: inside the engine's own mount namespace. */
const boundSocket = "/run/weir/engine.sock";

/** True where a session is open with the engine that runs. */
export function isInUse(): boolean {
  const sockets = existsSync("/proc/net/unix") ? readFileSync("/proc/net/unix", "utf8") : "";
  return hasConnection(sockets);
}

/** The same of the text of /proc/net/unix (proc(5)): of a socket's lines, state 01 is its listener's, 03 a connection's. */
export function hasConnection(sockets: string): boolean {
  return sockets.split("\n").some((line) => {
    const [, , , , , state, , path] = line.trim().split(/\s+/);
    return state === "03" && path === boundSocket;
  });
}

/** True where something accepts connections on the socket within `deadlineMs`. */
export async function answers(socket: string, deadlineMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect({ path: socket });
    const end = (result: boolean) => {
      connection.destroy();
      resolve(result);
    };
    connection.setTimeout(deadlineMs, () => {
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

/** Starts the engine from its root folder and waits until it and its registry answer. The caller holds the lock. */
export async function startEngine(layout: Layout, root: string, registryPort: number): Promise<void> {
  for (const folder of [layout.state, layout.registry, layout.run]) mkdirSync(folder, { recursive: true });
  const record: EngineRecord = { root, registryPort, before: await readHostNetwork(root), cgroups: readCgroups() };
  await writeFileAtomic(layout.record, JSON.stringify(record, null, 2));
  await rm(layout.socket, { force: true });
  // The one before is kept: it may say why that engine died.
  if (existsSync(layout.log)) await rename(layout.log, `${layout.log}.1`);
  const log = openSync(layout.log, "a");
  // node's own spawn: execa takes no foreign file descriptor, and the engine must outlive this process anyway.
  const child = spawn(
    "unshare",
    [
      ...["--mount", "--propagation", "private", "--pid", "--fork", "--kill-child"],
      ...["sh", join(recipeFolder(), "start.sh"), root, layout.state, layout.registry, layout.run, String(registryPort)],
    ],
    {
      detached: true,
      stdio: ["ignore", log, log],
      env: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" },
    },
  );
  closeSync(log);
  const ended = new AbortController();
  const noteEnd = () => {
    ended.abort();
  };
  child.once("exit", noteEnd).once("error", noteEnd);
  child.unref();
  const deadline = Date.now() + startDeadlineMs;
  while (Date.now() < deadline && !ended.signal.aborted) {
    if ((await answers(layout.socket, 1000)) && (await isRegistryUp(`127.0.0.1:${String(registryPort)}`))) return;
    await sleep(50);
  }
  const tail = readLog(layout, 15);
  await stopEngine(layout);
  throw infrastructureError(
    "engine.start-failed",
    `the engine ${ended.signal.aborted ? "ended as it started" : `did not answer within ${String(startDeadlineMs / 1000)} s`}:\n${tail}`,
    `read ${layout.log}`,
  );
}

/** Ends the engine, if one runs, and takes back what it left on the host, even where it had died. The caller holds the lock. */
export async function stopEngine(layout: Layout): Promise<boolean> {
  const running = findEngine(layout);
  if (running !== null) await end(running);
  const record = readRecord(layout);
  if (record !== null) removeCgroups(record.cgroups ?? []);
  if (record !== null && existsSync(record.root)) await restoreHostNetwork(record.root, record.before);
  await rm(layout.record, { force: true });
  await rm(layout.socket, { force: true });
  return running !== null;
}

async function end(running: RunningEngine): Promise<void> {
  const deadline = Date.now() + stopDeadlineMs;
  signal(running.init ?? running.supervisor, "SIGTERM");
  while (isAlive(running.supervisor)) {
    // The first process of a pid namespace takes all others with it; the supervisor has none left to wait for then.
    if (Date.now() > deadline) signal(running.init ?? running.supervisor, "SIGKILL");
    await sleep(50);
    if (Date.now() > deadline + 10_000)
      throw infrastructureError(
        "engine.will-not-end",
        `process ${String(running.supervisor)} does not end`,
        `kill -9 ${String(running.supervisor)}`,
      );
  }
}

/** The last lines of the engine's own log. */
export function readLog(layout: Layout, lines: number): string {
  if (!existsSync(layout.log)) return "";
  return readFileSync(layout.log, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
}

/** Empties a log that has grown past 50 MB; the engine appends, so it goes on from the start. */
export function capLog(layout: Layout): void {
  if (existsSync(layout.log) && statSync(layout.log).size > largestLogBytes) truncateSync(layout.log);
}

function readRecord(layout: Layout): EngineRecord | null {
  try {
    return JSON.parse(readFileSync(layout.record, "utf8")) as EngineRecord;
  } catch {
    return null;
  }
}

function readArgv(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    return [];
  }
}

function firstChild(pid: string): number | null {
  try {
    const first = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ")[0];
    return first ? Number(first) : null;
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    // A zombie whose parent has not asked yet is as good as gone.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${String(pid)}/status`, "utf8"));
  } catch {
    return false;
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended meanwhile.
  }
}
