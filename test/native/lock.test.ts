/** One at a time: the lock of an engine's folder, held by real processes. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { withLock } from "../../ci/engine/native/lock.ts";
import { ExitCode } from "../../ci/errors.ts";
import { importing, startModule } from "./child.ts";

let home: string;
let file: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "weir-lock-"));
  file = join(home, "a b", "lock");
  return () => {
    rmSync(home, { recursive: true, force: true });
  };
});

const holding = (seconds: number) => `${importing("withLock", "engine/native/lock.ts")}
  await withLock(${JSON.stringify(file)}, 10_000, async () => { console.log("held"); await new Promise((resolve) => setTimeout(resolve, ${String(seconds * 1000)})); });
  console.log("free");`;

describe("the lock", { timeout: 30_000 }, () => {
  it("is held during the work, whose result is given, in a folder that is made for it", async () => {
    expect(await withLock(file, 1000, () => Promise.resolve(existsSync(file)))).toBe(true);
    expect(await withLock(file, 1000, () => Promise.resolve("again"))).toBe("again");
  });

  it("is free after work that fails", async () => {
    await expect(withLock(file, 1000, () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
    expect(await withLock(file, 1000, () => Promise.resolve("again"))).toBe("again");
  });

  it("lets one work at a time, and all in the end", async () => {
    let working = 0;
    const most: number[] = [];
    const work = async () => {
      working += 1;
      most.push(working);
      await sleep(20);
      working -= 1;
    };
    await Promise.all(Array.from({ length: 5 }, () => withLock(file, 20_000, work)));
    expect(most).toEqual([1, 1, 1, 1, 1]);
  });

  it("is waited for while another process holds it", async () => {
    const { child } = await startModule(holding(1));
    const ended = new Promise((resolve) => child.once("exit", resolve));
    const order: string[] = [];
    void ended.then(() => order.push("the other has ended"));
    const started = performance.now();
    await withLock(file, 20_000, () => Promise.resolve());
    expect(performance.now() - started).toBeGreaterThan(300);
    expect(await ended).toBe(0);
  });

  it("is free once its holder was killed with -9", async () => {
    const { child } = await startModule(holding(60));
    child.kill("SIGKILL");
    const started = performance.now();
    expect(await withLock(file, 20_000, () => Promise.resolve("mine"))).toBe("mine");
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it("is not waited for without end: then it is told who to look for", async () => {
    await withLock(file, 1000, async () => {
      const started = performance.now();
      await expect(withLock(file, 1000, () => Promise.resolve())).rejects.toMatchObject({
        code: "engine.locked",
        exitCode: ExitCode.infrastructure,
        message: `another Weir has held ${file} for 1 s`,
        remedy: "wait for it, or end the process that `fuser` names for that file",
      });
      expect(performance.now() - started).toBeGreaterThan(900);
    });
  });

  it("that can't be locked at all is told with the reason, and not as another's", async () => {
    for (const [path, reason] of [
      [join(home, "x".repeat(300)), /can't be locked: flock: .*too long/],
      ["/dev/null/lock", /can't be locked: E[A-Z]+: /],
    ] as const) {
      await expect(withLock(path, 1000, () => Promise.resolve())).rejects.toMatchObject({
        code: "engine.lock-failed",
        exitCode: ExitCode.infrastructure,
        message: expect.stringMatching(reason),
        remedy: "mend what it names; flock is part of util-linux",
      });
    }
    vi.stubEnv("PATH", home);
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    await expect(withLock(join(home, "lock"), 1000, () => Promise.resolve())).rejects.toMatchObject({
      code: "engine.lock-failed",
    });
  });

  it("is another for another folder", async () => {
    const other = join(home, "other", "lock");
    expect(await withLock(file, 1000, () => withLock(other, 1000, () => Promise.resolve("both")))).toBe("both");
  });
});
