/** How long work is shown where no terminal redraws: a line at its start, signs of life, and its time at the end. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { certificateVariables } from "../../ci/engine/certificates.ts";
import { plainProgress, silent } from "../../ci/engine/progress.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "setTimeout", "performance"] });
});

afterEach(() => {
  vi.useRealTimers();
});

describe("plain progress", () => {
  it("shows the start, where it is at, and the time", async () => {
    const lines: string[] = [];
    const done = plainProgress((line) => lines.push(line)).step("build the engine", async (note) => {
      await vi.advanceTimersByTimeAsync(15_000);
      note("compiling");
      await vi.advanceTimersByTimeAsync(16_500);
      return "built";
    });
    expect(await done).toBe("built");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(lines).toEqual([
      "… build the engine",
      "… build the engine: 15.0 s",
      "… build the engine: 30.0 s, compiling",
      "✓ build the engine (31.5 s)",
    ]);
  });

  it("shows what failed, and hands the failure on", async () => {
    const lines: string[] = [];
    const failure = new Error("no");
    await expect(plainProgress((line) => lines.push(line)).step("start it", () => Promise.reject(failure))).rejects.toBe(failure);
    expect(lines).toEqual(["… start it", "✗ start it (0.0 s)"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("says a line as it is", () => {
    const lines: string[] = [];
    plainProgress((line) => lines.push(line)).say("the embedded engine");
    expect(lines).toEqual(["the embedded engine"]);
  });
});

describe("silent progress", () => {
  it("gives the result alone", async () => {
    const note = vi.fn((_note: (line: string) => void) => Promise.resolve(1));
    expect(await silent.step("x", note)).toBe(1);
    silent.say("x");
  });
});

describe("the variables that name a certificate bundle", () => {
  it("are those of Node, OpenSSL, Python, pip, Cargo, git and curl", () => {
    expect(certificateVariables("/ca.crt")).toEqual(
      Object.fromEntries(
        [
          "NODE_EXTRA_CA_CERTS",
          "SSL_CERT_FILE",
          "REQUESTS_CA_BUNDLE",
          "PIP_CERT",
          "CARGO_HTTP_CAINFO",
          "GIT_SSL_CAINFO",
          "CURL_CA_BUNDLE",
        ].map((name) => [name, "/ca.crt"]),
      ),
    );
  });
});
