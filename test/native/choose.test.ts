/** Which engine is chosen, and a dead one found out before anybody waits for it. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { chooseEngine, isReachable, type EngineChoice } from "../../ci/engine/choose.ts";
import { isUp, up, type NativeEngine } from "../../ci/engine/native/engine.ts";
import { layoutOf } from "../../ci/engine/native/layout.ts";
import { silent } from "../../ci/engine/progress.ts";
import { ExitCode, infrastructureError } from "../../ci/errors.ts";
import { startModule } from "./child.ts";

// The machine's own engine is no matter of these tests, and none is ever built by them.
vi.mock("../../ci/engine/native/engine.ts", () => ({ defaultRegistryPort: 5000, isUp: vi.fn(), up: vi.fn() }));

const native: NativeEngine = {
  runnerHost: "unix:///cache/run/engine.sock",
  cli: "/cache/programs/dagger",
  registry: "127.0.0.1:5000",
  layout: layoutOf({ WEIR_ENGINE_HOME: "/cache" }),
};

let home: string;
let bin: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "weir-choose-"));
  bin = join(home, "bin");
  mkdirSync(bin);
  vi.mocked(isUp).mockResolvedValue(false);
  vi.mocked(up).mockRejectedValue(new Error("no embedded engine is started here"));
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
  vi.resetAllMocks();
});

function program(name: string, script: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, name), 0o755);
}

const choose = (env: Readonly<Record<string, string>> = {}): Promise<EngineChoice> =>
  chooseEngine(silent, { PATH: `${bin}:/nonexistent`, WEIR_ENGINE_HOME: join(home, "engine"), ...env });

async function listening(server: Server, at: string | number): Promise<Server> {
  onTestFinished(() => {
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(at, resolve));
  return server;
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;

/** In less time than a user takes for an answer; where a timer decides, a busy machine gets some more. */
async function soon<T>(work: Promise<T>, limitMs = 2000): Promise<T> {
  const started = performance.now();
  try {
    return await work;
  } finally {
    expect(performance.now() - started).toBeLessThan(limitMs);
  }
}

describe("an open session", () => {
  it("comes first", async () => {
    vi.mocked(isUp).mockResolvedValue(true);
    program("dagger", "exit 0");
    expect(
      await choose({ DAGGER_SESSION_PORT: "4567", DAGGER_SESSION_TOKEN: "t", _EXPERIMENTAL_DAGGER_RUNNER_HOST: "unix:///none" }),
    ).toEqual({
      kind: "session",
      description: "the open Dagger session on port 4567",
      runnerHost: null,
      cli: "",
      session: { port: 4567, token: "t" },
      native: null,
    });
  });

  it.each([
    { DAGGER_SESSION_PORT: "4567" },
    { DAGGER_SESSION_TOKEN: "t" },
    ...["", "0", "x", "-1", "1e3", "0x50", "80.5", "65536", "123456", " 80"].map((port) => ({
      DAGGER_SESSION_PORT: port,
      DAGGER_SESSION_TOKEN: "t",
    })),
  ])("is none by %j", async (env) => {
    program("docker", "exit 0");
    program("dagger", "exit 0");
    expect((await choose(env)).kind).toBe("provisioned");
  });
});

describe("a named engine", () => {
  it("that answers is taken, by unix and by tcp", async () => {
    program("dagger", "exit 0");
    const socket = join(home, "engine.sock");
    await listening(createServer(), socket);
    expect(await choose({ _EXPERIMENTAL_DAGGER_RUNNER_HOST: `unix://${socket}` })).toEqual({
      kind: "named",
      description: `the engine at unix://${socket}`,
      runnerHost: `unix://${socket}`,
      cli: join(bin, "dagger"),
      session: null,
      native: null,
    });
    const port = portOf(await listening(createServer(), 0));
    expect(await choose({ _EXPERIMENTAL_DAGGER_RUNNER_HOST: `tcp://127.0.0.1:${String(port)}` })).toMatchObject({
      kind: "named",
    });
    expect(await choose({ _EXPERIMENTAL_DAGGER_RUNNER_HOST: `tcp://localhost:${String(port)}` })).toMatchObject({
      kind: "named",
    });
  });

  it.each([
    "ssh://user@host",
    "kube-pod://engine?context=a",
    "docker-container://engine",
    "image://registry/engine:1",
    "container+podman://engine",
    "dagger-cloud://x",
  ])("of another scheme is left to the CLI: %s", async (host) => {
    program("dagger", "exit 0");
    expect(await choose({ _EXPERIMENTAL_DAGGER_RUNNER_HOST: host })).toMatchObject({ kind: "named", runnerHost: host });
  });

  it("is none where the variable is empty", async () => {
    program("docker", "exit 0");
    program("dagger", "exit 0");
    expect(await choose({ _EXPERIMENTAL_DAGGER_RUNNER_HOST: "" })).toMatchObject({ kind: "provisioned" });
  });

  it("that is dead is refused at once, whatever else there is", async () => {
    vi.mocked(isUp).mockResolvedValue(true);
    program("docker", "exit 0");
    const socket = join(home, "dead.sock");
    writeFileSync(socket, "");
    const closed = await freePort();
    for (const host of [
      `unix://${home}/none.sock`,
      `unix://${socket}`,
      `unix://${home}`,
      `tcp://127.0.0.1:${String(closed)}`,
      `tcp://[::1]:${String(closed)}`,
    ]) {
      await expect(soon(choose({ _EXPERIMENTAL_DAGGER_RUNNER_HOST: host }))).rejects.toMatchObject({
        code: "engine.dead",
        exitCode: ExitCode.infrastructure,
        message: `the engine named in _EXPERIMENTAL_DAGGER_RUNNER_HOST (${host}) does not answer`,
        remedy: "start it, or unset the variable to let Weir choose",
      });
    }
  });

  it.each(["tcp://", "tcp://host", "tcp://127.0.0.1", "tcp://127.0.0.1:99999", "tcp://:80:80", "tcp://no.such.host.invalid:80"])(
    "is refused soon as %j",
    async (host) => {
      await expect(soon(choose({ _EXPERIMENTAL_DAGGER_RUNNER_HOST: host }))).rejects.toMatchObject({
        exitCode: ExitCode.infrastructure,
      });
    },
  );

  it.each([
    "garbage",
    "unix:/run/engine.sock",
    "/run/engine.sock",
    "unix://",
    "://x",
    "localhost:1234",
    "Unix:///x",
    "a\u001b[2J",
  ])("is refused with an example where the variable is %j, which names none", async (host) => {
    await expect(soon(choose({ _EXPERIMENTAL_DAGGER_RUNNER_HOST: host }))).rejects.toMatchObject({
      code: "engine.misnamed",
      exitCode: ExitCode.infrastructure,
      message: `_EXPERIMENTAL_DAGGER_RUNNER_HOST names no engine: ${host.replace("\u001b", "\\u{1b}")}`,
      remedy: "name one such as unix:///run/dagger/engine.sock or tcp://host:port, or unset the variable to let Weir choose",
    });
  });

  it("that takes no connection is refused soon too", async () => {
    // A listener that is stopped, and its queue full: the next to dial hears nothing.
    const { child, line } = await startModule(`import { createServer } from "node:net";
      const server = createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => console.log(server.address().port));`);
    child.kill("SIGSTOP");
    const waiting: Socket[] = Array.from({ length: 8 }, () =>
      connect({ port: Number(line), host: "127.0.0.1" }).on("error", () => undefined),
    );
    onTestFinished(() => {
      for (const socket of waiting) socket.destroy();
      child.kill("SIGCONT");
    });
    await vi.waitFor(
      async () => {
        expect(await isReachable(`tcp://127.0.0.1:${line}`)).toBe(false);
      },
      { timeout: 15_000 },
    );
    expect(await soon(isReachable(`tcp://127.0.0.1:${line}`), 5000)).toBe(false);
  }, 30_000);
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe("the embedded engine", () => {
  it("that runs comes before container runtimes, which are not even asked", async () => {
    vi.mocked(isUp).mockResolvedValue(true);
    vi.mocked(up).mockResolvedValue(native);
    program("docker", `touch ${home}/asked`);
    expect(await choose()).toEqual({
      kind: "embedded",
      description: "the embedded engine",
      runnerHost: native.runnerHost,
      cli: native.cli,
      session: null,
      native,
    });
    expect(existsSync(join(home, "asked"))).toBe(false);
  });

  it("is started where there is nothing else, and says where its registry is unusual", async () => {
    vi.mocked(up).mockResolvedValue({ ...native, registry: "127.0.0.1:5003" });
    expect(await choose()).toMatchObject({ kind: "embedded", description: "the embedded engine (registry 127.0.0.1:5003)" });
  });

  it("is started in spite of a runtime where WEIR_ENGINE asks for it", async () => {
    vi.mocked(up).mockResolvedValue(native);
    program("docker", "exit 0");
    expect(await choose({ WEIR_ENGINE: "embedded" })).toMatchObject({ kind: "embedded" });
  });

  it.each(["not-linux", "architecture", "not-root", "no-overlay", "no-go", "old-go", "missing-programs"])(
    "that can't run here (%s) leaves three ways, which are named",
    async (code) => {
      vi.mocked(up).mockRejectedValue(
        infrastructureError(`engine.${code}`, "the embedded engine can't run here: because", "do this"),
      );
      await expect(choose()).rejects.toMatchObject({
        code: "engine.none",
        exitCode: ExitCode.infrastructure,
        message: "no engine: none is named, no container runtime answers, and the embedded engine can't run here: because",
        remedy: "do this; or start Docker or Podman; or set _EXPERIMENTAL_DAGGER_RUNNER_HOST",
      });
    },
  );

  it("that fails as it starts is told as it is", async () => {
    const failure = infrastructureError("engine.start-failed", "the engine ended as it started", "read the log");
    vi.mocked(up).mockRejectedValue(failure);
    await expect(choose()).rejects.toBe(failure);
    const full = infrastructureError("engine.disk-full", "no room", "free some");
    vi.mocked(up).mockRejectedValue(full);
    await expect(choose()).rejects.toBe(full);
  });
});

describe("a container runtime", () => {
  beforeEach(() => {
    program("dagger", "exit 0");
  });

  it.each(["docker", "podman", "nerdctl", "finch", "container"])("that answers is used: %s", async (name) => {
    const asked = name === "container" ? "system status" : "info";
    program(name, `[ "$*" = "${asked}" ]`);
    expect(await choose()).toEqual({
      kind: "provisioned",
      description: `the engine that Dagger provisions with ${name}`,
      runnerHost: null,
      cli: join(bin, "dagger"),
      session: null,
      native: null,
    });
  });

  it("that does not answer, hangs, or is no program is passed over", async () => {
    program("docker", "exit 1");
    program("podman", "exec sleep 30");
    mkdirSync(join(bin, "nerdctl"));
    writeFileSync(join(bin, "finch"), "not executable");
    await expect(soon(choose(), 5000)).rejects.toThrow("no embedded engine is started here");
    program("container", "exit 0");
    expect(await choose()).toMatchObject({ description: "the engine that Dagger provisions with container" });
  });

  it("comes in a fixed order where several answer", async () => {
    program("podman", "exit 0");
    program("docker", "sleep 0.2; exit 0");
    expect(await choose()).toMatchObject({ description: "the engine that Dagger provisions with docker" });
  });
});

describe("the Dagger CLI", () => {
  beforeEach(() => {
    program("docker", "exit 0");
  });

  it("is the one that is named, else the one on the PATH", async () => {
    program("dagger", "exit 0");
    expect((await choose({ _EXPERIMENTAL_DAGGER_CLI_BIN: "/opt/dagger" })).cli).toBe("/opt/dagger");
    expect((await choose({ _EXPERIMENTAL_DAGGER_CLI_BIN: "" })).cli).toBe(join(bin, "dagger"));
  });

  it("is no folder of that name", async () => {
    mkdirSync(join(bin, "dagger"));
    await expect(choose()).rejects.toMatchObject({ code: "engine.no-cli" });
  });

  it("is told where it is missing", async () => {
    await expect(choose()).rejects.toMatchObject({
      code: "engine.no-cli",
      exitCode: ExitCode.infrastructure,
      message: "the Dagger CLI is missing",
      remedy: "install v0.19.10: https://docs.dagger.io/install",
    });
  });
});
