/** Durations as people write them (`500ms`, `30s`, `5m`, `1h`), and as the code counts them: in milliseconds. */

export type Milliseconds = number;

const units: Readonly<Record<string, Milliseconds>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Longer than any pipeline, and within what a timer can hold (2^31 - 1 ms is 24.8 days). */
export const longestDuration: Milliseconds = 24 * 24 * 3_600_000;

/** What a user is told to write. */
export const durationExpected = "a duration from 1ms to 576h, such as 500ms, 30s, 5m or 1h";

/** The form alone, for editors; `parseDuration` holds the limits as well. */
export const durationPattern = /^[0-9]{1,10}(\.[0-9]{1,3})?(ms|s|m|h)$/;

/** The duration in milliseconds, or null for text that is none: no unit, no number, zero, or too long. */
export function parseDuration(text: string): Milliseconds | null {
  if (!durationPattern.test(text)) return null;
  const unit = text.replace(/^[0-9.]+/, "");
  const milliseconds = Math.round(Number(text.slice(0, -unit.length)) * (units[unit] ?? Number.NaN));
  return milliseconds >= 1 && milliseconds <= longestDuration ? milliseconds : null;
}

/** The shortest exact way to write it: 90000 is `90s`, 300000 is `5m`. */
export function formatDuration(milliseconds: Milliseconds): string {
  for (const unit of ["h", "m", "s"]) {
    const size = units[unit] ?? 1;
    if (milliseconds >= size && milliseconds % size === 0) return `${milliseconds / size}${unit}`;
  }
  return `${milliseconds}ms`;
}
