/** How results are said: the same words and symbols wherever they are shown. No meaning is in a colour alone. */
import { cleanText } from "./log-text.ts";
import type { StageResult, StageStatus } from "./report.ts";

export const symbols: Readonly<Record<StageStatus, string>> = {
  passed: "✓",
  failed: "✗",
  error: "✗",
  skipped: "–",
  cancelled: "–",
};

/** `0.3 s`, `12.3 s`, `2 min 5 s`, `1 h 4 min`. */
export function duration(ms: number): string {
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${String(minutes)} min ${String(seconds % 60)} s`
    : `${String(Math.floor(minutes / 60))} h ${String(minutes % 60)} min`;
}

/** `1 test`, `2 tests`. */
export const counted = (count: number, noun: string) => `${String(count)} ${noun}${count === 1 ? "" : "s"}`;

/** Whether a result that is there was made now, or taken from the cache; "" for a stage that did not run. */
export function origin({ cached, durationMs }: StageResult): string {
  return durationMs === null ? "" : cached ? "cached" : "ran";
}

/** `12.34` as `12.3`; never rounded up, so that what misses a bar does not look as if it reached it. */
export const percentage = (percent: number) => `${(Math.floor(percent * 10 + 1e-9) / 10).toFixed(1)}%`;

/** A result in words: "passed in 12.3 s", "passed in 0.1 s (cached)", "failed in 3.0 s: 2 tests failed", "skipped: …". */
export function resultText(result: StageResult): string {
  const { status, durationMs, cached, reason } = result;
  const time = durationMs === null ? "" : ` in ${duration(durationMs)}`;
  return `${status}${time}${cached ? " (cached)" : ""}${reason === null ? "" : `: ${cleanText(reason)}`}`;
}
