/**
 * The first spine: trigger → policy → plan → stages → results → report. Reading the world and deciding need no engine;
 * what acts is in act.ts, which the Dagger module shares.
 */
import { act, type Run } from "./act.ts";
import { hostBundle } from "./engine/host-certificates.ts";
import { chooseEngine } from "./engine/choose.ts";
import { ensureImages } from "./engine/native/images.ts";
import { engineVersion } from "./engine/native/layout.ts";
import type { Progress } from "./engine/progress.ts";
import { openSession } from "./engine/session.ts";
import type { Plan } from "./plan/plan.ts";
import type { Selection } from "./plan/select.ts";
import { planHeading } from "./plan/table.ts";
import type { RunView } from "./report/live.ts";
import { imagesOf } from "./toolchains/images.ts";
import type { SimulateOptions } from "./trigger/simulate.ts";
import { neverSent, planOf, readWorld } from "./world.ts";

export interface RunOptions {
  readonly source: string;
  readonly env: NodeJS.ProcessEnv;
  readonly simulate: SimulateOptions;
  readonly selection: Selection;
  /** Runs every stage's commands again; downloads and image layers still come from the cache. */
  readonly fresh: boolean;
  readonly weirVersion: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Called once the plan is made, before the engine is asked for. */
  view(plan: Plan): Promise<RunView>;
}

/** Runs the pipeline and returns its record. @throws WeirError for everything that ends it before a stage has run. */
export async function runPipeline(options: RunOptions): Promise<Run> {
  const now = new Date();
  const world = await readWorld(options);
  const plan = planOf(world, options.selection, now);
  options.progress.say(planHeading(plan));
  const engine = await orInterrupted(options.signal, chooseEngine(options.progress, options.env));
  options.progress.say(`runs on ${engine.description}`);
  const session = await orInterrupted(options.signal, openSession(engine, options.weirVersion));
  const interrupt = () => void session.cancel(options.signal.reason as Error);
  options.signal.addEventListener("abort", interrupt);
  try {
    if (options.signal.aborted) interrupt();
    const { client, ended } = session;
    const { config } = world.loaded;
    const bundle = config.certificates === "none" ? null : hostBundle();
    if (engine.native !== null) {
      await orInterrupted(
        options.signal,
        ensureImages(imagesOf(plan, world.app, config), engine.native, client, options.progress),
      );
    }
    return await act({
      client,
      ended,
      engine: { version: engineVersion, kind: engine.kind },
      world,
      plan,
      files: (only) => client.host().directory(world.appFolder, { exclude: neverSent(world.app, only), gitignore: true }),
      certificates: bundle === null ? null : client.host().file(bundle),
      registry: config.registry.address ?? engine.native?.registry ?? null,
      fresh: options.fresh,
      retriesFailures: true,
      weirVersion: options.weirVersion,
      now,
      view: (made) => options.view(made),
    });
  } finally {
    options.signal.removeEventListener("abort", interrupt);
    await session.close();
  }
}

/**
 * What is under way, or the interruption as soon as it comes: building an engine takes minutes, and nobody who pressed
 * Ctrl-C waits for that. What was begun ends with this process, and costs no more than its time.
 */
async function orInterrupted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  signal.throwIfAborted();
  return new Promise<T>((resolve, reject) => {
    signal.addEventListener("abort", () => {
      reject(signal.reason as Error);
    });
    work.then(resolve, reject);
  });
}
