/**
 * The view in a terminal: listr2 draws the stages that were come to, with a spinner while they run. Its list starts
 * all tasks at once; here the scheduler decides. So a task gets its title, which makes it visible, when its stage
 * starts, its state from the stage's result, and its end when the view is closed.
 */
import { Listr, ListrTaskState } from "listr2";
import type { RunView } from "./live.ts";
import { fitRows } from "./live-rows.ts";
import { Screen, screenOptions } from "./live-screen.ts";
import { cleanText } from "./log-text.ts";
import type { StageStatus } from "./report.ts";
import { duration, resultText } from "./words.ts";
import { cut } from "./wrap.ts";

export interface TerminalViewOptions {
  readonly stream: NodeJS.WriteStream;
  readonly colour: boolean;
  readonly names: readonly string[];
}

/** What is set of a task of listr2. */
interface Drawn {
  title?: string;
  set state$(state: ListrTaskState);
}

interface Row {
  readonly name: string;
  readonly task: Drawn;
  /** Lets listr2's task end. */
  readonly release: () => void;
  since: number | null;
  /** What it is at, and once it is `over` what it came to. */
  text: string;
  over: boolean;
}

const states: Readonly<Record<StageStatus, ListrTaskState>> = {
  passed: ListrTaskState.COMPLETED,
  failed: ListrTaskState.FAILED,
  error: ListrTaskState.FAILED,
  skipped: ListrTaskState.SKIPPED,
  cancelled: ListrTaskState.SKIPPED,
};

/** Lines that are free below and above the view, so that the terminal never scrolls it away. */
const spareRows = 2;

export async function createTerminalView({ stream, colour, names }: TerminalViewOptions): Promise<RunView> {
  const { screen, rows } = await draw(stream, colour, names);
  const end = (row: Row, state: ListrTaskState, text: string) => {
    row.over = true;
    row.text = text;
    row.task.title ??= row.name;
    row.task.state$ = state;
  };
  const close = () => {
    process.removeListener("exit", close);
    for (const row of rows.values()) if (row.since !== null && !row.over) end(row, ListrTaskState.SKIPPED, "not finished");
    screen.end();
    for (const row of rows.values()) row.release();
  };
  // Whoever ends the process in the middle, the terminal gets its cursor back, and what was held back is told.
  process.once("exit", close);
  return {
    started(stage) {
      const row = rows.get(stage);
      if (row === undefined) return;
      row.since = performance.now();
      row.task.title ??= row.name;
      screen.update();
    },
    finished(result) {
      const row = rows.get(result.name);
      if (row !== undefined) end(row, states[result.status], resultText(result));
    },
    note(stage, line) {
      const row = rows.get(stage);
      if (row !== undefined && !row.over) row.text = cleanText(line);
    },
    close,
  };
}

/** Starts listr2 with a task a stage, all of them still without a title. */
async function draw(
  stream: NodeJS.WriteStream,
  colour: boolean,
  names: readonly string[],
): Promise<{ screen: Screen; rows: Map<string, Row> }> {
  const rows = new Map<string, Row>();
  const visible = () => names.flatMap((name) => rows.get(name) ?? []).filter(({ task }) => task.title !== undefined);
  const start = { columns: stream.columns || 80, rows: stream.rows || 24 };
  const nameWidth = Math.max(...names.map((name) => name.length));
  const hooks = {
    beforeDrawing() {
      // listr2 goes by the size that the terminal had at the start, so of that and today's the smaller one counts.
      const width = Math.min(start.columns, stream.columns || start.columns) - 4;
      for (const row of visible()) row.task.title = cut(titleOf(row, nameWidth), width);
    },
    fit(lines: readonly string[]) {
      const running = visible().map(({ over }) => !over);
      const room = Math.min(start.rows, stream.rows || start.rows) - spareRows;
      return fitRows(
        lines.map((text, index) => ({ text, running: running[index] ?? false })),
        room,
      );
    },
  };
  const made: Screen[] = [];
  class StageScreen extends Screen {
    protected override readonly hooks = hooks;
    constructor(...parts: ConstructorParameters<typeof Screen>) {
      super(...parts);
      // listr2 makes its renderer itself, and hands it to nobody.
      made.push(this);
    }
  }
  await new Promise<void>((started) => {
    const tasks = names.map((name) => ({
      task: (_context: unknown, { task }: { task: Drawn }) =>
        new Promise<void>((release) => {
          rows.set(name, { name, task, release, since: null, text: "", over: false });
          if (rows.size === names.length) started();
        }),
    }));
    const list = new Listr(tasks, {
      concurrent: true,
      exitOnError: false,
      registerSignalListeners: false,
      renderer: StageScreen,
      rendererOptions: screenOptions(stream, colour),
    });
    void list.run();
  });
  const [screen] = made;
  if (screen === undefined) throw new Error("listr2 runs tasks without having made its renderer");
  return { screen, rows };
}

function titleOf({ name, since, text, over }: Row, nameWidth: number): string {
  const time = since === null || over ? "" : duration(performance.now() - since).padEnd(9);
  return `${name.padEnd(nameWidth)}  ${time}${text}`.trimEnd();
}
