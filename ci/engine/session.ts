/**
 * One session with the engine: a `dagger session` child that Weir owns, and a client bound to it. The SDK's own
 * connect() would lose our errors' classes, retry a dead engine for minutes and leave nothing to cancel (ADR 0004).
 */
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { setMaxListeners } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { Client, Context } from "@dagger.io/dagger";
import { ClientError } from "graphql-request";
import { infrastructureError, type WeirError } from "../errors.ts";
import { isReachable, type EngineChoice } from "./choose.ts";
import { send, type Answer } from "./plain-http.ts";

export interface Session {
  readonly client: Client;
  /** Aborted with a WeirError when the session ends before it is closed: the engine or the CLI died, or `cancel`. */
  readonly ended: AbortSignal;
  /** Resolves once `close` or `cancel` has been asked for. */
  readonly closed: Promise<void>;
  /** Ends it in good order: what is cached is kept. Never throws. */
  close(): Promise<void>;
  /** Ends it now: the engine stops its containers. Resolves once the child is gone, in at most 1.5 s. */
  cancel(reason: Error): Promise<void>;
}

const openDeadlineMs = 120_000;
const closeDeadlineMs = 10_000;
const cancelDeadlineMs = 1_500;
const watchEveryMs = 400;
/** Enough of the CLI's own output to say why it died, and no more: a run may write gigabytes. */
const keptStderrBytes = 16_384;

/** Opens a session. @throws WeirError `engine.session` where the CLI can't reach the engine. */
export async function openSession(choice: EngineChoice, version: string): Promise<Session> {
  if (choice.session !== null) return sessionOver(choice.session.port, choice.session.token, null, null);
  const child = spawn(
    choice.cli,
    ["session", "--label", "dagger.io/sdk.name:weir", "--label", `dagger.io/sdk.version:${version}`],
    {
      stdio: ["pipe", "pipe", "pipe"],
      // A group of its own: Ctrl-C is for Weir, which then ends the session in its own order. Should Weir be killed,
      // the child sees its standard input close and ends too.
      detached: true,
      env: {
        ...process.env,
        DAGGER_PROGRESS: "plain",
        DAGGER_NO_NAG: "1",
        DO_NOT_TRACK: "1",
        ...(choice.runnerHost === null ? {} : { _EXPERIMENTAL_DAGGER_RUNNER_HOST: choice.runnerHost }),
      },
    },
  );
  const stderr = keepTail(child);
  const deadline = AbortSignal.timeout(openDeadlineMs);
  const parameters = await firstLine(child, deadline);
  if (parameters === null) {
    child.kill("SIGKILL");
    const said = stderr().trim().split("\n").slice(-8).join("\n  ");
    throw infrastructureError(
      "engine.session",
      `no session with the engine (${choice.description}):\n  ${said}`,
      "scripts/weir engine status tells whether it runs; scripts/weir engine logs shows its log",
    );
  }
  const { port, session_token: token } = JSON.parse(parameters) as { port: number; session_token: string };
  const session = sessionOver(port, token, child, choice.runnerHost);
  if (choice.runnerHost !== null) watchEngine(choice.runnerHost, session);
  return session;
}

/** The CLI would dial a dead engine again for minutes; a look at its socket finds it out in a second. */
function watchEngine(host: string, session: Session): void {
  let misses = 0;
  const timer = setInterval(() => {
    void isReachable(host).then((reachable) => {
      misses = reachable ? 0 : misses + 1;
      if (misses >= 2) void session.cancel(engineDied());
    });
  }, watchEveryMs);
  timer.unref();
  session.ended.addEventListener("abort", () => {
    clearInterval(timer);
  });
  session.closed.then(
    () => {
      clearInterval(timer);
    },
    () => undefined,
  );
}

function sessionOver(port: number, token: string, child: ChildProcess | null, host: string | null): Session {
  const controller = new AbortController();
  // Every query that is under way listens to it.
  setMaxListeners(0, controller.signal);
  let closing = false;
  let noteClosed: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => {
    noteClosed = resolve;
  });
  const gone = new Promise<void>((resolve) => {
    if (child === null) return;
    child.once("exit", () => {
      resolve();
      if (!closing) controller.abort(engineDied());
    });
  });
  // The SDK's Connection is not exported; a Context asks it for nothing but its client, and that for nothing but requests.
  const graphql = { request: askedOnce(asking({ port, token, host, controller })) };
  const connection = { getGQLClient: () => graphql } as unknown as NonNullable<ConstructorParameters<typeof Context>[1]>;
  const client = new Client(new Context([], connection));
  const endChild = async (deadlineMs: number) => {
    if (child === null) return;
    child.stdin?.end();
    child.kill("SIGTERM");
    const inTime = await Promise.race([gone.then(() => true), sleep(deadlineMs, false, { ref: false })]);
    if (!inTime) child.kill("SIGKILL");
  };
  return {
    client,
    ended: controller.signal,
    closed,
    async close() {
      closing = true;
      noteClosed();
      await endChild(closeDeadlineMs);
    },
    async cancel(reason) {
      closing = true;
      noteClosed();
      controller.abort(reason);
      await endChild(cancelDeadlineMs);
    },
  };
}

/**
 * The SDK asks for the id of an argument (a file, a folder, a cache) again at every use, which was half of a warm run's
 * queries. An id says what to do and does nothing, so in one session the same question has the same answer.
 */
function askedOnce(ask: (document: string) => Promise<unknown>): (document: string) => Promise<unknown> {
  const answers = new Map<string, Promise<unknown>>();
  return (document) => {
    if (!/\{\s*id[\s}]*$/.test(document)) return ask(document);
    const known = answers.get(document);
    if (known !== undefined) return known;
    const answer = ask(document);
    answers.set(document, answer);
    answer.catch(() => answers.delete(document));
    return answer;
  };
}

interface Asking {
  readonly port: number;
  readonly token: string;
  readonly host: string | null;
  readonly controller: AbortController;
}

/**
 * Sends GraphQL documents. What the engine refuses is graphql-request's ClientError, which the SDK turns into its own
 * errors. A query that fails because the engine is gone says so: the CLI's own answer to it is a bare 502.
 */
function asking({ port, token, host, controller }: Asking): (document: string) => Promise<unknown> {
  const url = `http://127.0.0.1:${String(port)}/query`;
  const headers = { authorization: `Basic ${Buffer.from(`${token}:`).toString("base64")}`, "content-type": "application/json" };
  const findOut = async (cause?: unknown) => {
    // A process that is being killed closes its connections before its listener: one look may come too early.
    for (let look = 0; look < 5 && !controller.signal.aborted && host !== null; look += 1) {
      if (look > 0) await sleep(200);
      if (!(await isReachable(host))) controller.abort(engineDied(cause));
    }
    controller.signal.throwIfAborted();
  };
  return async (document) => {
    controller.signal.throwIfAborted();
    try {
      const answer = await send(url, {
        method: "POST",
        headers,
        body: JSON.stringify({ query: document }),
        signal: controller.signal,
      });
      if (answer.status >= 500) await findOut();
      return dataOf(answer, document);
    } catch (error) {
      if (!(error instanceof ClientError)) await findOut(error);
      throw error;
    }
  };
}

function dataOf({ status, text }: Answer, document: string): unknown {
  const body = parsed(text);
  if (status === 200 && body?.errors === undefined && body?.data != null) return body.data;
  throw new ClientError({ ...body, status, ...(body === null ? { body: text } : {}) } as never, { query: document });
}

function parsed(text: string): { data?: unknown; errors?: unknown } | null {
  try {
    return JSON.parse(text) as { data?: unknown; errors?: unknown };
  } catch {
    return null;
  }
}

/** What a user reads when the engine goes away under a run. */
export function engineDied(cause?: unknown): WeirError {
  return infrastructureError(
    "engine.died",
    "the engine ended in the middle of the run",
    "scripts/weir engine up starts it again, then repeat the run: what was done is cached",
    cause,
  );
}

function keepTail(child: ChildProcess): () => string {
  let kept = "";
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
    kept = (kept + chunk).slice(-keptStderrBytes);
  });
  return () => kept;
}

async function firstLine(child: ChildProcess, deadline: AbortSignal): Promise<string | null> {
  if (child.stdout === null) return null;
  const lines = createInterface({ input: child.stdout });
  return new Promise((resolve) => {
    lines.once("line", resolve);
    child.once("error", () => {
      resolve(null);
    });
    child.once("exit", () => {
      resolve(null);
    });
    deadline.addEventListener("abort", () => {
      resolve(null);
    });
  });
}
