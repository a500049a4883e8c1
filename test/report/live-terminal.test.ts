import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createView } from "../../ci/report/live.ts";
import type { RunView } from "../../ci/report/live.ts";
import { planned, result, skipped } from "./records.ts";
import { Terminal } from "./terminal.ts";

const opened: RunView[] = [];
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
});
afterEach(() => {
  for (const view of opened.splice(0)) view.close();
  vi.useRealTimers();
});

async function open(names: readonly string[], terminal: Terminal): Promise<RunView> {
  const view = await createView({
    stream: terminal.stream,
    interactive: true,
    colour: false,
    quiet: false,
    stages: names.map((name) => planned(name)),
  });
  opened.push(view);
  return view;
}

/** Lets the view draw once more, and a second go by. */
const tick = (ms = 1000) => {
  vi.advanceTimersByTime(ms);
};
/** Lines without the spinner, which turns. */
const still = (lines: readonly string[]) => lines.map((line) => line.replace(/^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] /, "* "));

describe("the view in a terminal", () => {
  it("shows what runs, for how long, what it is at, and what came of it", async () => {
    const terminal = new Terminal(80, 24);
    const view = await open(["install", "unit", "integration", "push"], terminal);
    tick();
    expect(terminal.lines).toEqual([""]);
    view.started("install");
    view.started("unit");
    view.note("unit", "pulling the\nimage");
    tick();
    expect(still(terminal.lines)).toEqual(["* install      1.0 s", "* unit         1.0 s    pulling the image"]);
    expect(terminal.cursorHidden).toBe(true);
    view.finished(result("install", { cached: true, durationMs: 900 }), "a log\n");
    view.finished(result("unit", { status: "failed", reason: "2 tests failed" }), null);
    view.started("integration");
    tick(61_000);
    view.finished(result("integration", { status: "cancelled", durationMs: 60_000, reason: null }), null);
    view.finished(skipped("push", "unit did not pass"), null);
    view.close();
    expect(terminal.lines).toEqual([
      "✓ install      passed in 0.9 s (cached)",
      "✗ unit         failed in 1.0 s: 2 tests failed",
      "– integration  cancelled in 1 min 0 s",
      "– push         skipped: unit did not pass",
    ]);
    expect(terminal.cursorHidden).toBe(false);
  });

  it("is closed in the middle: what runs is said not to have ended, the cursor comes back, nothing is written after", async () => {
    const terminal = new Terminal(80, 24);
    const view = await open(["unit", "lint", "push"], terminal);
    view.started("unit");
    view.started("lint");
    view.finished(result("lint"), null);
    tick();
    view.close();
    expect(terminal.lines).toEqual(["– unit  not finished", "✓ lint  passed in 1.0 s"]);
    expect(terminal.cursorHidden).toBe(false);
    const before = terminal.written.length;
    view.close();
    view.finished(result("unit"), "log");
    view.started("push");
    view.note("push", "x");
    tick();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(terminal.written).toHaveLength(before);
  });

  it("is closed before anything has started", async () => {
    const terminal = new Terminal(80, 24);
    const view = await open(["unit"], terminal);
    view.close();
    expect(terminal.lines).toEqual([""]);
    expect(terminal.cursorHidden).toBe(false);
  });

  it("leaves SIGINT to others, and gives the standard error back", async () => {
    const listeners = process.listeners("SIGINT");
    const write = process.stderr.write;
    const view = await open(["unit"], new Terminal(80, 24));
    view.started("unit");
    expect(process.listeners("SIGINT")).toEqual(listeners);
    view.close();
    expect(process.stderr.write).toBe(write);
  });

  it("fits 20 stages in 10 rows, those that run before all, and leaves all on the terminal at the end", async () => {
    const names = Array.from({ length: 20 }, (_, index) => `stage${String(index + 1)}`);
    const terminal = new Terminal(80, 10);
    const view = await open(names, terminal);
    for (const name of names) view.started(name);
    for (const name of names.slice(4, 18)) {
      view.finished(result(name), null);
      tick(200);
      expect(terminal.lines.length).toBeLessThan(terminal.rows);
    }
    const shown = still(terminal.lines);
    expect(shown[0]).toBe("  … 13 more");
    expect(shown.filter((line) => line.startsWith("* ")).map((line) => line.split(" ")[1])).toEqual([
      "stage1",
      "stage2",
      "stage3",
      "stage4",
      "stage19",
      "stage20",
    ]);
    expect(shown.at(-3)).toBe("✓ stage18  passed in 1.0 s");
    for (const name of names) view.finished(result(name), null);
    view.close();
    expect(terminal.lines).toEqual(names.map((name) => `✓ ${name.padEnd(7)}  passed in 1.0 s`));
  });

  it("keeps to one line a stage when the terminal shrinks, and in a narrow one", async () => {
    const terminal = new Terminal(60, 24);
    const view = await open(["unit", "lint"], terminal);
    view.started("unit");
    view.note("unit", "a note that is far longer than the terminal is wide, by a good deal of words");
    view.finished(result("lint", { status: "failed", reason: "a reason that is longer than the terminal is wide" }), null);
    tick();
    expect(Math.max(...terminal.lines.map((line) => line.length))).toBeLessThanOrEqual(60);
    expect(terminal.lines).toHaveLength(2);
    terminal.columns = 40;
    tick();
    view.close();
    expect(terminal.lines).toHaveLength(2);
    expect(Math.max(...terminal.lines.map((line) => line.length))).toBeLessThanOrEqual(40);
  });

  it("shows no control sequence of an app", async () => {
    const terminal = new Terminal(80, 24);
    const view = await open(["unit"], terminal);
    view.started("unit");
    view.note("unit", "\u001b[2J\u001b[31mnote\u0007 100%s");
    tick();
    expect(still(terminal.lines)).toEqual(["* unit  1.0 s    note\\u{7} 100%s"]);
  });

  it("takes results of stages that it does not know", async () => {
    const terminal = new Terminal(80, 24);
    const view = await open(["unit"], terminal);
    view.started("other");
    view.note("other", "x");
    view.finished(result("other"), null);
    view.close();
    expect(terminal.lines).toEqual([""]);
  });
});

describe("the process", () => {
  const root = join(import.meta.dirname, "../..");

  /** What a process writes that opens views, starts a stage in each, and then does what `end` says. */
  function run(end: string, interactive: readonly boolean[]): string {
    const script = `
      const { createView } = await import(${JSON.stringify(join(root, "ci/report/live.ts"))});
      for (const interactive of ${JSON.stringify(interactive)}) {
        const view = await createView({ stream: process.stdout, interactive, colour: false, quiet: false, stages: [{ name: "unit", decision: "run" }] });
        view.started("unit");
      }
      ${end}`;
    const started = spawnSync(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", script], {
      cwd: root,
      timeout: 50_000,
      encoding: "utf8",
    });
    expect(started.signal).toBeNull();
    return started.stdout;
  }

  it("is not kept alive by a view that nobody closed", { timeout: 60_000 }, () => {
    expect(run("", [false, true])).toContain("unit │ started\n");
  });

  it("gives the cursor back however it ends", { timeout: 120_000 }, () => {
    for (const end of ["", "process.exit(3)", "throw new Error('a bug')"]) {
      const written = run(end, [true]);
      expect(written).toContain("– unit  not finished\n");
      expect(written.lastIndexOf("\u001b[?25h")).toBeGreaterThan(written.lastIndexOf("\u001b[?25l"));
    }
  });

  it("loads listr2 only where it draws", () => {
    const seen = new Set<string>();
    const packages = new Set<string>();
    const visit = (file: string) => {
      if (seen.has(file)) return;
      seen.add(file);
      for (const [, name = ""] of readFileSync(file, "utf8").matchAll(/^(?:import|export) (?!type )[^;]*?from "([^"]+)";/gm)) {
        if (name.startsWith(".")) visit(join(dirname(file), name));
        else packages.add(name);
      }
    };
    visit(join(root, "ci/report/live.ts"));
    expect([...packages].sort()).toEqual(["picocolors"]);
  });
});
