/** The graph runs as it should, whatever its shape: order, limit, failures, cancellation. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { criticalPath, runGraph, type Schedule, type Task } from "../../ci/execute/scheduler.ts";

type Result = string;
interface Node {
  readonly name: string;
  readonly needs?: readonly string[];
  readonly expectedMs?: number;
  readonly fails?: boolean;
}

/** A graph under the test's own control: a task ends when it is told to. */
function start(nodes: readonly Node[], more: { readonly concurrency?: number; readonly signal?: AbortSignal } = {}) {
  const events: string[] = [];
  const settled: [string, Result][] = [];
  const enders = new Map<string, () => void>();
  const tasks = nodes.map(({ name, needs = [], expectedMs = 1, fails = false }): Task<Result> => ({
    name,
    needs,
    expectedMs,
    run: () => {
      events.push(`+${name}`);
      return new Promise((resolve) => {
        enders.set(name, () => {
          enders.delete(name);
          events.push(`-${name}`);
          resolve(fails ? "failed" : "passed");
        });
      });
    },
  }));
  const schedule: Schedule<Result> = {
    concurrency: more.concurrency ?? 100,
    signal: more.signal ?? new AbortController().signal,
    passed: (result) => result === "passed",
    blocked: (_task, blocker) => `${blocker} did not pass`,
    cancelled: () => "cancelled",
    settled: (task, result) => settled.push([task.name, result]),
  };
  const done = runGraph(tasks, schedule);
  done.catch(() => undefined);
  const end = async (...names: readonly string[]) => {
    for (const name of names) {
      const ender = enders.get(name);
      if (ender === undefined) throw new Error(`${name} does not run`);
      ender();
    }
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { done, events, settled, end, running: () => [...enders.keys()] };
}

describe("order", () => {
  it("starts nothing before all that it needs has passed", async () => {
    const graph = start([{ name: "c", needs: ["a", "b"] }, { name: "b" }, { name: "a" }]);
    expect(graph.running()).toEqual(["b", "a"]);
    await graph.end("a");
    expect(graph.running()).toEqual(["b"]);
    await graph.end("b");
    expect(graph.running()).toEqual(["c"]);
    await graph.end("c");
    expect([...(await graph.done)]).toEqual([
      ["c", "passed"],
      ["b", "passed"],
      ["a", "passed"],
    ]);
  });

  it("starts the longest way to the end first", async () => {
    const nodes = [
      { name: "short", expectedMs: 50 },
      { name: "first", expectedMs: 1 },
      { name: "last", expectedMs: 100, needs: ["first"] },
      { name: "long", expectedMs: 90 },
    ];
    const graph = start(nodes, { concurrency: 1 });
    for (const name of ["first", "last", "long", "short"]) await graph.end(name);
    await graph.done;
    expect(graph.events).toEqual(["+first", "-first", "+last", "-last", "+long", "-long", "+short", "-short"]);
  });

  it("keeps the given order where all take the same time", async () => {
    const graph = start([{ name: "a" }, { name: "b" }, { name: "c" }], { concurrency: 1 });
    for (const name of ["a", "b", "c"]) await graph.end(name);
    await graph.done;
    expect(graph.events.filter((event) => event.startsWith("+"))).toEqual(["+a", "+b", "+c"]);
  });

  it("runs no more at once than it may", async () => {
    const graph = start([{ name: "a" }, { name: "b" }, { name: "c" }, { name: "d" }], { concurrency: 2 });
    expect(graph.running()).toEqual(["a", "b"]);
    await graph.end("b");
    expect(graph.running()).toEqual(["a", "c"]);
    await graph.end("a", "c");
    await graph.end("d");
    await graph.done;
  });

  it("has nothing to do for an empty graph", async () => {
    expect((await start([]).done).size).toBe(0);
  });
});

describe("a failure", () => {
  it("leaves alone what does not need it", async () => {
    const graph = start([{ name: "bad", fails: true }, { name: "good" }, { name: "after", needs: ["good"] }]);
    await graph.end("bad", "good");
    await graph.end("after");
    expect(Object.fromEntries(await graph.done)).toEqual({ bad: "failed", good: "passed", after: "passed" });
  });

  it("blocks those that need it at once, and does not wait for what they need besides", async () => {
    const graph = start([{ name: "bad", fails: true }, { name: "slow" }, { name: "both", needs: ["slow", "bad"] }]);
    await graph.end("bad");
    expect(graph.settled).toEqual([
      ["bad", "failed"],
      ["both", "bad did not pass"],
    ]);
    await graph.end("slow");
    await graph.done;
  });

  // In any order and with any expectation: those without one look alike to the critical path.
  it.each(
    [
      ["a", "b", "c", "d"],
      ["d", "c", "b", "a"],
      ["c", "a", "d", "b"],
    ].flatMap((order) => [0, 1].map((expectedMs) => ({ order, expectedMs }))),
  )(
    "goes down a chain in the order $order, expecting $expectedMs ms, each settled once with its own reason",
    async ({ order, expectedMs }) => {
      const needs: Readonly<Record<string, readonly string[]>> = { b: ["a"], c: ["b"], d: ["c"] };
      const graph = start(order.map((name) => ({ name, needs: needs[name] ?? [], expectedMs, fails: name === "a" })));
      await graph.end("a");
      expect(Object.fromEntries(await graph.done)).toEqual({
        a: "failed",
        b: "a did not pass",
        c: "b did not pass",
        d: "c did not pass",
      });
      expect(graph.settled.map(([name]) => name).sort()).toEqual(["a", "b", "c", "d"]);
      expect(graph.events).toEqual(["+a", "-a"]);
    },
  );
});

describe("cancelling", () => {
  it("starts nothing more, awaits what runs, and settles the rest as cancelled", async () => {
    const controller = new AbortController();
    const graph = start([{ name: "a" }, { name: "b" }, { name: "c", needs: ["a"] }], {
      signal: controller.signal,
      concurrency: 1,
    });
    controller.abort();
    expect(graph.running()).toEqual(["a"]);
    await graph.end("a");
    expect(Object.fromEntries(await graph.done)).toEqual({ a: "passed", b: "cancelled", c: "cancelled" });
  });

  it("before the start settles all", async () => {
    const graph = start([{ name: "a" }, { name: "b", needs: ["a"] }], { signal: AbortSignal.abort() });
    expect(Object.fromEntries(await graph.done)).toEqual({ a: "cancelled", b: "cancelled" });
    expect(graph.events).toEqual([]);
  });

  it("names the cancellation, and not the failure, where both hold", async () => {
    const controller = new AbortController();
    const graph = start(
      [
        { name: "a", fails: true },
        { name: "b", needs: ["a"] },
      ],
      { signal: controller.signal },
    );
    controller.abort();
    await graph.end("a");
    expect((await graph.done).get("b")).toBe("cancelled");
  });
});

describe("a graph that can't run is a fault, found before anything is started:", () => {
  it.each<[string, readonly Node[], string]>([
    ["a task that needs itself", [{ name: "a", needs: ["a"] }], "stages need each other: a → a"],
    [
      "two that need each other",
      [{ name: "a", needs: ["b"] }, { name: "b", needs: ["a"] }, { name: "c" }],
      "stages need each other: a → b → a",
    ],
    ["a need that is not there", [{ name: "c" }, { name: "a", needs: ["x"] }], "no stage x, but a needs it"],
    ["two of one name", [{ name: "a" }, { name: "a" }], "two stages have one name"],
  ])("%s", async (_what, nodes, message) => {
    const graph = start(nodes);
    await expect(graph.done).rejects.toThrow(message);
    expect(graph.events).toEqual([]);
  });
});

describe("the critical path", () => {
  it("is a task's own time and the longest of those that wait for it", () => {
    const tasks = [
      { name: "a", needs: [], expectedMs: 1 },
      { name: "b", needs: ["a"], expectedMs: 10 },
      { name: "c", needs: ["a"], expectedMs: 100 },
      { name: "d", needs: ["b", "c"], expectedMs: 1000 },
    ];
    expect(Object.fromEntries(criticalPath(tasks))).toEqual({ a: 1101, b: 1010, c: 1100, d: 1000 });
  });

  it("is found in a graph of many ways", () => {
    const tasks = Array.from({ length: 200 }, (_, at) => ({
      name: String(at),
      needs: Array.from({ length: Math.min(at, 20) }, (_none, back) => String(at - 1 - back)),
      expectedMs: 1,
    }));
    expect(criticalPath(tasks).get("0")).toBe(200);
  });
});

describe("any graph", () => {
  /** Each node needs some of those before it; then the order is shuffled. */
  const nodes = fc
    .array(
      fc.record({
        needs: fc.array(fc.nat(100), { maxLength: 4 }),
        expectedMs: fc.constantFrom(0, 0, 1, 5, 1000),
        fails: fc.nat(4).map((dice) => dice === 0),
      }),
      {
        minLength: 1,
        maxLength: 25,
      },
    )
    .map((all) =>
      all.map(({ needs, ...rest }, at): Required<Node> => ({
        name: `t${String(at)}`,
        needs: at === 0 ? [] : [...new Set(needs.map((need) => `t${String(need % at)}`))],
        ...rest,
      })),
    )
    .chain((all) => fc.shuffledSubarray(all, { minLength: all.length }));

  it("settles each task exactly once, starts none too early, and none too many", async () => {
    await fc.assert(
      fc.asyncProperty(
        nodes,
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.nat(100), { maxLength: 60 }),
        fc.option(fc.nat(30)),
        async (all, concurrency, choices, cancelAfter) => {
          const controller = new AbortController();
          const graph = start(all, { concurrency, signal: controller.signal });
          const passed = new Set<string>();
          const started = new Set<string>();
          for (let step = 0; graph.running().length > 0; step += 1) {
            const running = graph.running();
            expect(running.length).toBeLessThanOrEqual(concurrency);
            for (const name of running.filter((each) => !started.has(each))) {
              expect(controller.signal.aborted).toBe(false);
              for (const need of all.find((node) => node.name === name)?.needs ?? []) expect(passed).toContain(need);
              started.add(name);
            }
            if (step === cancelAfter) controller.abort();
            const chosen = running[(choices[step] ?? 0) % running.length]!;
            if (!all.find((node) => node.name === chosen)!.fails) passed.add(chosen);
            await graph.end(chosen);
          }
          const results = await graph.done;
          expect([...results.keys()]).toEqual(all.map(({ name }) => name));
          expect(graph.settled.map(([name]) => name).sort()).toEqual(all.map(({ name }) => name).sort());
          for (const { name, needs, fails } of all) {
            const result = results.get(name)!;
            if (started.has(name)) expect(result).toBe(fails ? "failed" : "passed");
            else if (result === "cancelled") expect(controller.signal.aborted).toBe(true);
            else {
              const blocker = needs.find((need) => result === `${need} did not pass`)!;
              expect(blocker).toBeDefined();
              expect(results.get(blocker)).not.toBe("passed");
            }
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
