import { describe, expect, it, vi } from "vitest";
import { createShutdown } from "../../src/shutdown.ts";

function record(steps: readonly (() => Promise<unknown>)[]) {
  const exit = vi.fn<(code: number) => void>();
  const log = vi.fn<(message: string, error?: unknown) => void>();
  return { exit, log, stop: createShutdown({ steps, deadlineMs: 1_000, log, exit }) };
}

describe("the shutdown", () => {
  it("takes its steps in order and exits with 0", async () => {
    const done: string[] = [];
    const { exit, stop } = record([async () => done.push("server"), async () => done.push("database")]);
    await stop("SIGTERM");
    expect(done).toEqual(["server", "database"]);
    expect(exit).toHaveBeenCalledExactlyOnceWith(0);
  });

  it("exits with 1 when a step fails", async () => {
    const { exit, log, stop } = record([() => Promise.reject(new Error("busy"))]);
    await stop("SIGTERM");
    expect(log).toHaveBeenLastCalledWith("the shutdown failed", new Error("busy"));
    expect(exit).toHaveBeenCalledExactlyOnceWith(1);
  });
});
