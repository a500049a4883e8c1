/**
 * Runs a graph of tasks: what does not depend on each other runs at once, up to a limit, the longest way to the end
 * first. A failure never hides another's result: what does not need the failed task goes on.
 */

export interface Task<R> {
  readonly name: string;
  /** Names of tasks that must have passed; only names of this graph. */
  readonly needs: readonly string[];
  /** How long it is expected to take, in ms; only its proportion to the others counts. */
  readonly expectedMs: number;
  run(): Promise<R>;
}

export interface Schedule<R> {
  readonly concurrency: number;
  /** True where those that need it may start. */
  passed(result: R): boolean;
  /** The result of a task that is not started, since `blocker` (a task it needs) did not pass. */
  blocked(task: Task<R>, blocker: string): R;
  /** Called as each result is there, blocked ones included. */
  settled?(task: Task<R>, result: R): void;
  /** Once aborted nothing more is started; what runs is awaited, what waits gets `cancelled`. */
  readonly signal: AbortSignal;
  cancelled(task: Task<R>): R;
}

/** Each task's result, in the order in which they were given. `run` must not throw: a failure is a result. */
export async function runGraph<R>(tasks: readonly Task<R>[], schedule: Schedule<R>): Promise<ReadonlyMap<string, R>> {
  const rank = criticalPath(tasks);
  const results = new Map<string, R>();
  const running = new Map<string, Promise<void>>();
  const settle = (task: Task<R>, result: R) => {
    results.set(task.name, result);
    schedule.settled?.(task, result);
  };
  const waiting = new Set([...tasks].sort((one, other) => (rank.get(other.name) ?? 0) - (rank.get(one.name) ?? 0)));
  const start = (task: Task<R>) =>
    task.run().then((result) => {
      running.delete(task.name);
      settle(task, result);
    });
  /** Starts what can be, and settles what never will; true where the latter may have decided more. */
  const look = (): boolean => {
    const before = results.size;
    for (const task of waiting) {
      const blocker = task.needs.find((need) => results.has(need) && !schedule.passed(results.get(need) as R));
      const isCancelled = schedule.signal.aborted;
      if (isCancelled || blocker !== undefined) {
        waiting.delete(task);
        settle(task, isCancelled ? schedule.cancelled(task) : schedule.blocked(task, blocker ?? ""));
      } else if (running.size < schedule.concurrency && task.needs.every((need) => results.has(need))) {
        waiting.delete(task);
        running.set(task.name, start(task));
      }
    }
    return results.size > before;
  };
  for (;;) {
    while (look());
    if (running.size === 0) break;
    await Promise.race(running.values());
  }
  if (waiting.size > 0) throw new Error(`nothing starts ${[...waiting].map(({ name }) => name).join(", ")}`);
  return new Map(tasks.map(({ name }) => [name, results.get(name) as R]));
}

/** For each task the expected time from its start to the end of the longest chain that waits for it. */
export function criticalPath(
  tasks: readonly Pick<Task<unknown>, "name" | "needs" | "expectedMs">[],
): ReadonlyMap<string, number> {
  const dependents = new Map<string, string[]>();
  for (const { name, needs } of tasks) for (const need of needs) dependents.set(need, [...(dependents.get(need) ?? []), name]);
  const expected = new Map(tasks.map(({ name, expectedMs }) => [name, expectedMs]));
  if (expected.size < tasks.length) throw new Error("two stages have one name");
  for (const need of dependents.keys())
    if (!expected.has(need)) throw new Error(`no stage ${need}, but ${String(dependents.get(need))} needs it`);
  const known = new Map<string, number>();
  const visit = (name: string, above: readonly string[]): number => {
    const before = known.get(name);
    if (before !== undefined) return before;
    if (above.includes(name)) throw new Error(`stages need each other: ${[...above, name].join(" → ")}`);
    const longest = Math.max(0, ...(dependents.get(name) ?? []).map((each) => visit(each, [...above, name])));
    const total = (expected.get(name) ?? 0) + longest;
    known.set(name, total);
    return total;
  };
  for (const { name } of tasks) visit(name, []);
  return known;
}
