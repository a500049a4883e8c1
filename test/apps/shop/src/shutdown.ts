export interface Shutdown {
  /** Run in order: stop taking requests, finish those begun, then let go of the database. */
  readonly steps: readonly (() => Promise<unknown>)[];
  readonly deadlineMs: number;
  readonly log: (message: string, error?: unknown) => void;
  readonly exit: (code: number) => void;
}

/** A signal handler; the first signal begins the shutdown, a second one while it lasts ends it at once. */
export function createShutdown({
  steps,
  deadlineMs,
  log,
  exit,
}: Shutdown): (signal: string) => Promise<void> {
  let begun = false;
  return async (signal) => {
    if (begun) {
      log(`${signal} again: stopping at once`);
      return exit(1);
    }
    begun = true;
    log(`${signal}: finishing open requests`);
    const deadline = setTimeout(() => {
      log(`still busy after ${deadlineMs} ms: stopping at once`);
      exit(1);
    }, deadlineMs);
    try {
      for (const step of steps) await step();
      log("stopped");
      exit(0);
    } catch (error) {
      log("the shutdown failed", error);
      exit(1);
    } finally {
      clearTimeout(deadline);
    }
  };
}
