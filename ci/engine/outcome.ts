/** Reads what run.sh left of a stage, from the folder that it was exported to. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface Execution {
  /** The last command's exit code; null where nothing had run. */
  readonly exitCode: number | null;
  readonly timedOut: boolean;
  /** The name of the execution: the same one again means that the cache answered. */
  readonly id: string;
  /** When it really ran, in ms since 1970, exact to a second; and how long that took, in ms. */
  readonly startedAt: number;
  readonly ranMs: number;
}

export function readExecution(folder: string): Execution {
  const text = (name: string) => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), "utf8").trim() : "");
  const exit = text("exit");
  const spans = text("seconds")
    .split("\n")
    .filter(Boolean)
    .map((line) => line.split(" ").map(Number));
  return {
    exitCode: exit === "" ? null : Number(exit),
    timedOut: existsSync(join(folder, "timed-out")),
    id: text("execution"),
    startedAt: Number(text("started")) * 1000,
    ranMs: Math.round(spans.reduce((sum, [from = 0, to = 0]) => sum + (to - from) * 1000, 0)),
  };
}
