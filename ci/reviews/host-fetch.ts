/**
 * `fetch` as Weir hands it to the hosts' client libraries: every call has a deadline, redirects are not followed (they
 * would carry the token along), a body has a limit, and whatever is no answer is one of the failures of host-failure.ts.
 * One repetition at most, and only where the host says that waiting a moment helps.
 */
import { setTimeout as wait } from "node:timers/promises";
import { visible } from "../config/problem.ts";
import { HostFailure, type HostFailureKind, type HostName } from "./host-failure.ts";

export interface HostFetchOptions {
  readonly host: HostName;
  /** For each call, its body included. */
  readonly deadlineMs: number;
  /** How long to wait before repeating a call that a server's error ended. */
  readonly pauseMs: number;
  readonly signal: AbortSignal;
}

export const patience = { deadlineMs: 10_000, pauseMs: 1000 } as const;

const longestPauseMs = 5000;
const mostBytes = 16 * 1024 * 1024;

export function hostFetch(options: HostFetchOptions): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, { ...init, redirect: "manual" });
    const what = `${request.method} ${visible(new URL(request.url).pathname)}`;
    const again = request.clone();
    const first = await once(request, what, options);
    if (first instanceof Response) return first;
    const pause = pauseBefore(first, options.pauseMs);
    if (pause === null) throw first.failure;
    await wait(pause, undefined, { signal: options.signal }).catch(() => {
      throw interrupted(options.host);
    });
    const second = await once(again, what, options);
    if (second instanceof Response) return second;
    throw second.failure;
  };
}

interface Failed {
  readonly failure: HostFailure;
  readonly retryAfterMs: number | null;
}

/** How long to wait before a second try; null for none. */
function pauseBefore({ failure, retryAfterMs }: Failed, pauseMs: number): number | null {
  const short = retryAfterMs !== null && retryAfterMs <= longestPauseMs;
  if (failure.kind === "rate-limited") return short ? retryAfterMs : null;
  if (failure.kind !== "server") return null;
  return retryAfterMs === null ? pauseMs : short ? retryAfterMs : null;
}

async function once(request: Request, what: string, { host, deadlineMs, signal }: HostFetchOptions): Promise<Response | Failed> {
  const deadline = AbortSignal.timeout(deadlineMs);
  try {
    const response = await fetch(request, { signal: AbortSignal.any([deadline, signal]) });
    const body = await readBody(response, host, what);
    return judge(response, body, host, what);
  } catch (error) {
    if (error instanceof HostFailure) return failed(error);
    if (signal.aborted) return failed(interrupted(host));
    if (deadline.aborted) {
      return failed(
        new HostFailure("timeout", `${host} did not answer ${what} within ${deadlineMs / 1000} s`, null, { cause: error }),
      );
    }
    return failed(new HostFailure("network", `${host} can't be reached (${what}): ${reasonOf(error)}`, null, { cause: error }));
  }
}

const failed = (failure: HostFailure, retryAfterMs: number | null = null): Failed => ({ failure, retryAfterMs });
const interrupted = (host: HostName) => new HostFailure("interrupted", `interrupted while waiting for ${host}`);

/** fetch says "fetch failed", and its cause says why. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const { code, message } = cause as { code?: unknown; message?: unknown };
  return visible(typeof code === "string" ? code : typeof message === "string" ? message.slice(0, 200) : "unknown");
}

async function readBody(response: Response, host: HostName, what: string): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += (chunk as Uint8Array).byteLength;
    if (bytes > mostBytes) throw new HostFailure("malformed", `${host} answered ${what} with more than ${mostBytes} bytes`);
    text += decoder.decode(chunk as Uint8Array, { stream: true });
  }
  return text + decoder.decode();
}

function judge(response: Response, body: string, host: HostName, what: string): Response | Failed {
  const { status, headers } = response;
  if (status === 204 || status === 205) return new Response(null, { status, headers });
  if (status >= 200 && status < 300) {
    if (json(body) === undefined) {
      const type = headers.get("content-type") ?? "no content type";
      return failed(
        new HostFailure("malformed", `${host} answered ${what} with what is no JSON (${visible(type.slice(0, 80))})`),
      );
    }
    // The client libraries read JSON only where the answer says that it is.
    const fields = new Headers(headers);
    fields.set("content-type", "application/json");
    return new Response(body, { status, headers: fields });
  }
  const kind = kindOf(status, headers, body);
  const said = saidIn(body);
  const limit = kind === "rate-limited" ? ", its limit for requests," : "";
  const message = `${host} answered ${status}${limit} to ${what}${said === null ? "" : `: ${said}`}`;
  return failed(new HostFailure(kind, message, limitEnd(headers)), retryAfter(headers));
}

/** https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api: 403 or 429, told apart by headers. */
function kindOf(status: number, headers: Headers, body: string): HostFailureKind {
  if (status === 429) return "rate-limited";
  if (status === 403) {
    const spent = headers.get("x-ratelimit-remaining") === "0" || headers.has("retry-after");
    return spent || /rate limit/i.test(body) ? "rate-limited" : "forbidden";
  }
  if (status === 401) return "unauthorized";
  if (status === 404 || status === 410) return "not-found";
  if (status >= 500) return "server";
  return status >= 300 && status < 400 ? "redirected" : "refused";
}

/** Seconds, or a date. */
function retryAfter(headers: Headers): number | null {
  const value = headers.get("retry-after");
  if (value === null) return null;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, date - Date.now());
}

/** GitHub names the end of a limit as x-ratelimit-reset, GitLab as ratelimit-reset, both in seconds since 1970. */
function limitEnd(headers: Headers): Date | null {
  const pause = retryAfter(headers);
  if (pause !== null) return validDate(Date.now() + pause);
  const reset = headers.get("x-ratelimit-reset") ?? headers.get("ratelimit-reset");
  return reset !== null && /^\d+$/.test(reset) ? validDate(Number(reset) * 1000) : null;
}

function validDate(time: number): Date | null {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? null : date;
}

function json(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}

/** The host's own words, where it says any: `{"message": …}`, `{"error": …}`. */
function saidIn(body: string): string | null {
  const parsed = json(body);
  if (typeof parsed !== "object" || parsed === null) return null;
  const { message, error } = parsed as { message?: unknown; error?: unknown };
  const said = [message, error].find((part) => typeof part === "string" && part !== "");
  return said === undefined ? null : visible((said as string).slice(0, 200));
}
