/** A program that prepares the engine: its output, its deadline, and its end with Weir's. */
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { runCommand } from "../../ci/engine/native/run-command.ts";
import { ExitCode } from "../../ci/errors.ts";
import { importing, isAlive, processesWith, startModule } from "./child.ts";

const sh = (script: string): [string, ...string[]] => ["sh", "-c", script];
const deadlineMs = 20_000;

async function failureOf(command: Parameters<typeof runCommand>[0]): Promise<string> {
  const error: unknown = await runCommand(command).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    code: "engine.command-failed",
    exitCode: ExitCode.infrastructure,
    remedy: "mend what the output names, then start it again",
  });
  return (error as Error).message;
}

describe("a command", () => {
  it("gives what it printed, on both streams", async () => {
    const output = await runCommand({ argv: sh("echo one; echo two >&2; echo three"), deadlineMs });
    expect(output.split("\n").sort()).toEqual(["one", "three", "two"]);
  });

  it("gets its words, its folder and its variables", async () => {
    const folder = realpathSync(mkdtempSync(`${tmpdir()}/weir-command-`));
    onTestFinished(() => {
      rmSync(folder, { recursive: true });
    });
    const argv = [
      "sh",
      "-c",
      `pwd; printf '%s|' "$@" "$A" "$LC_ALL" "\${HOME:+home}"`,
      "sh",
      "a b",
      "*",
      "",
      "-x",
      "--",
    ] as const;
    expect(await runCommand({ argv: [...argv], cwd: folder, env: { A: "$x" }, deadlineMs })).toBe(
      `${folder}\na b|*||-x|--|$x|C|home|`,
    );
  });

  it("has nothing to read", async () => {
    expect(await runCommand({ argv: ["cat"], deadlineMs })).toBe("");
  });

  it("shows its lines as they come, cut where they are long, and gives all of them", async () => {
    const notes: string[] = [];
    const output = await runCommand({
      argv: sh("echo one; head -c 300 /dev/zero | tr '\\0' x; echo; echo three"),
      deadlineMs,
      note: (line) => notes.push(line),
    });
    expect(notes).toEqual(["one", "x".repeat(100), "three"]);
    expect(output).toBe(`one\n${"x".repeat(300)}\nthree`);
  });
});

describe("a command that fails", () => {
  it.each([undefined, () => undefined])("is told by its first words, its exit code and its last lines", async (note) => {
    const message = await failureOf({
      argv: sh("seq 1 30; echo broken >&2; exit 3"),
      deadlineMs,
      ...(note === undefined ? {} : { note }),
    });
    expect(message).toBe(
      `sh -c seq 1 30; echo broken >&2; exit 3 failed with 3:\n  ${[...Array.from({ length: 14 }, (_, at) => String(at + 17)), "broken"].join("\n  ")}`,
    );
  });

  it("is told by its signal", async () => {
    expect(await failureOf({ argv: sh("kill -9 $$"), deadlineMs })).toMatch(/ failed with SIGKILL:/);
  });

  it("is told where its program is missing, or its folder", async () => {
    expect(await failureOf({ argv: ["no-such-program"], deadlineMs })).toMatch(
      /^no-such-program failed with 127:\n.*No such file/,
    );
    expect(await failureOf({ argv: ["true"], cwd: "/no/such/folder", deadlineMs })).toContain("/no/such/folder");
  });

  it("is told in a few lines, however much it prints", async () => {
    const message = await failureOf({ argv: sh("head -c 5000000 /dev/zero | tr '\\0' x; exit 1"), deadlineMs });
    expect(message.length).toBeLessThan(12_000);
  });
});

describe("a command that takes too long", () => {
  it("is killed at its deadline, and what it printed is told", async () => {
    const message = await failureOf({ argv: sh("echo begun; exec sleep 30"), deadlineMs: 300 });
    expect(message).toBe("sh -c echo begun; exec sleep 30 did not end within 0.3 s:\n  begun");
  });

  it.each([undefined, () => undefined])("is killed with its children and theirs", async (note) => {
    const word = `3${String(Math.floor(Math.random() * 1e9))}`;
    const started = performance.now();
    await failureOf({
      argv: sh(`sh -c 'sleep ${word}; :' & sh -c 'sleep ${word}; :'; :`),
      deadlineMs: 500,
      ...(note === undefined ? {} : { note }),
    });
    expect(performance.now() - started).toBeLessThan(5000);
    await vi.waitFor(() => {
      expect(processesWith(word)).toEqual([]);
    });
  });

  it("is not waited for where it has ended, but another holds its output", async () => {
    const started = performance.now();
    const message = await failureOf({ argv: sh("echo begun; setsid sleep 6 & exit 0"), deadlineMs: 300 });
    expect(message).toMatch(/did not end within 0\.3 s:\n {2}begun$/);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describe("a command whose Weir is killed", () => {
  it("ends too, so that nothing goes on writing into a folder that the next start cleans", async () => {
    const code = `${importing("runCommand", "engine/native/run-command.ts")}
      await runCommand({ argv: ["sh", "-c", "echo $$; exec sleep 60"], deadlineMs: 60_000, note: (line) => console.log(line) });`;
    const { child, line } = await startModule(code);
    const pid = Number(line);
    expect(isAlive(pid)).toBe(true);
    child.kill("SIGKILL");
    await vi.waitFor(
      () => {
        expect(isAlive(pid)).toBe(false);
      },
      { timeout: 5000 },
    );
  }, 30_000);
});
