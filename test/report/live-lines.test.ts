import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createView } from "../../ci/report/live.ts";
import type { RunView, ViewOptions } from "../../ci/report/live.ts";
import { planned, result, skipped } from "./records.ts";
import { Terminal } from "./terminal.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

async function view(parts: Partial<ViewOptions> = {}): Promise<{ view: RunView; text: () => string }> {
  const terminal = new Terminal(80, 24);
  const stages = [planned("unit"), planned("integration"), planned("e2e", "skip")];
  const made = await createView({ stream: terminal.stream, interactive: false, colour: false, quiet: false, stages, ...parts });
  return { view: made, text: () => terminal.written.join("") };
}

describe("plain lines", () => {
  it("bear the stage before each, and hold the whole log", async () => {
    const { view: shown, text } = await view();
    shown.started("unit");
    shown.started("integration");
    shown.note("unit", "pulling\nthe image");
    shown.finished(result("unit", { durationMs: 12_345 }), "$ npm test\n\u001b[32mok\u001b[39m\r\n\nlast\n");
    shown.finished(result("integration", { status: "failed", reason: "exit code 1" }), "no\n");
    shown.finished(skipped("deploy", "integration did not pass"), null);
    shown.close();
    expect(text()).toBe(`\
unit        │ started
integration │ started
unit        │ pulling the image
unit        │ $ npm test
unit        │ ok
unit        │
unit        │ last
unit        │ ✓ passed in 12.3 s
integration │ no
integration │ ✗ failed in 1.0 s: exit code 1
deploy      │ – skipped: integration did not pass
`);
  });

  it("leave out, when quiet, the logs of what passed", async () => {
    const { view: shown, text } = await view({ quiet: true });
    shown.note("unit", "pulling");
    shown.finished(result("unit"), "log of unit\n");
    shown.finished(result("integration", { status: "error", reason: "the engine is gone" }), "log of integration\n");
    expect(text()).toBe(
      "unit        │ ✓ passed in 1.0 s\nintegration │ log of integration\nintegration │ ✗ error in 1.0 s: the engine is gone\n",
    );
  });

  it("say every 30 s what is running, and nothing where nothing is", async () => {
    const { view: shown, text } = await view();
    vi.advanceTimersByTime(60_000);
    shown.started("unit");
    vi.advanceTimersByTime(10_000);
    shown.started("integration");
    vi.advanceTimersByTime(20_000);
    shown.finished(result("unit"), null);
    vi.advanceTimersByTime(30_000);
    shown.close();
    vi.advanceTimersByTime(300_000);
    const beats = text()
      .split("\n")
      .filter((line) => line.startsWith("weir "));
    expect(beats).toEqual([
      "weir        │ running: unit (30.0 s), integration (20.0 s)",
      "weir        │ running: integration (50.0 s)",
    ]);
  });

  it("end with the view", async () => {
    const { view: shown, text } = await view();
    shown.started("unit");
    shown.close();
    shown.close();
    shown.finished(result("unit"), "log");
    shown.note("unit", "x");
    shown.started("integration");
    expect(text()).toBe("unit        │ started\n");
  });

  it("are coloured on request, with the same words", async () => {
    const { view: shown, text } = await view({ colour: true });
    shown.finished(result("unit", { status: "failed", reason: "exit code 1" }), null);
    expect(text()).toBe("\u001b[36munit        │\u001b[39m \u001b[31m✗ failed in 1.0 s: exit code 1\u001b[39m\n");
  });

  it("carry a log of a million lines", async () => {
    let length = 0;
    const stream = { write: (text: string) => (length += text.length) } as unknown as ViewOptions["stream"];
    const { view: shown } = await view({ stream });
    shown.finished(result("unit"), "line\n".repeat(1_000_000));
    expect(length).toBe(1_000_000 * "unit        │ line\n".length + "unit        │ ✓ passed in 1.0 s\n".length);
  });

  it("are what a plan without a stage to run gets, even in a terminal", async () => {
    const { view: shown, text } = await view({ interactive: true, stages: [planned("e2e", "skip")] });
    shown.close();
    expect(text()).toBe("");
  });
});
