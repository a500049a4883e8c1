/** The view as plain lines, each with its stage before it: for logs of CI hosts, files and pipes. */
import picocolors from "picocolors";
import { paint } from "./console-status.ts";
import type { RunView } from "./live.ts";
import { cleanLines, cleanText } from "./log-text.ts";
import type { StageResult } from "./report.ts";
import { duration, resultText, symbols } from "./words.ts";

export interface LineViewOptions {
  readonly stream: Pick<NodeJS.WriteStream, "write">;
  readonly colour: boolean;
  readonly quiet: boolean;
  readonly names: readonly string[];
  /** How often it says what is running, in ms: hosts end a job that is silent for minutes. */
  readonly everyMs?: number;
}

/** So much is handed to the stream at once: a log may have millions of lines. */
const linesAtOnce = 1000;

export function createLineView({ stream, colour, quiet, names, everyMs = 30_000 }: LineViewOptions): RunView {
  const colours = picocolors.createColors(colour);
  const width = Math.max("weir".length, ...names.map((name) => name.length));
  const running = new Map<string, number>();
  let closed = false;

  const write = (name: string, lines: readonly string[]) => {
    if (closed) return;
    const prefix = colours.cyan(`${name.padEnd(width)} │`);
    for (let from = 0; from < lines.length; from += linesAtOnce) {
      const some = lines.slice(from, from + linesAtOnce);
      stream.write(some.map((line) => (line === "" ? `${prefix}\n` : `${prefix} ${line}\n`)).join(""));
    }
  };
  const beat = setInterval(() => {
    const said = [...running].map(([name, since]) => `${name} (${duration(performance.now() - since)})`);
    if (said.length > 0) write("weir", [`running: ${said.join(", ")}`]);
  }, everyMs);
  beat.unref();

  return {
    started(name) {
      running.set(name, performance.now());
      write(name, ["started"]);
    },
    finished(result, log) {
      running.delete(result.name);
      if (log !== null && (!quiet || isBroken(result))) write(result.name, cleanLines(log));
      write(result.name, [paint(result.status, colours)(`${symbols[result.status]} ${resultText(result)}`)]);
    },
    note(name, line) {
      if (!quiet) write(name, [cleanText(line)]);
    },
    close() {
      closed = true;
      clearInterval(beat);
    },
  };
}

const isBroken = ({ status }: StageResult) => status === "failed" || status === "error";
