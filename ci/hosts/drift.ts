/** Holds a wrapper against what this Weir would write: pure, so that both commands and their tests can ask. */
import { isUntouched, markerOf, type Marker, type Pin, type WrapperHost, type WrapperInput } from "./wrapper.ts";
import { wrappers } from "./wrappers.ts";

/** A line that only one side has: `-` is in the file, `+` is what Weir writes. Numbers count from 1 on their own side. */
export interface Difference {
  readonly side: "-" | "+";
  readonly line: number;
  readonly text: string;
}

export type Drift =
  | { readonly kind: "current"; readonly marker: Marker }
  | { readonly kind: "missing" }
  /** Somebody else wrote it. */
  | { readonly kind: "foreign" }
  /** Changed by hand since Weir wrote it. */
  | { readonly kind: "edited"; readonly marker: Marker; readonly differences: readonly Difference[] }
  /** As Weir wrote it, but not as this Weir writes it. */
  | { readonly kind: "outdated"; readonly marker: Marker; readonly differences: readonly Difference[] };

/**
 * What became of a wrapper. `text` is null where there is no file. `own` is null where this Weir can't tell which commit it
 * is: then it is held against what it says itself.
 */
export function driftOf(
  host: WrapperHost,
  text: string | null,
  own: Pin | null,
  { source, tags }: Pick<WrapperInput, "source" | "tags">,
): Drift {
  if (text === null) return { kind: "missing" };
  const plain = text.replaceAll("\r\n", "\n");
  const marker = markerOf(plain);
  if (marker?.host !== host) return { kind: "foreign" };
  const { runner } = marker;
  const against = (pin: Pin) => withoutFirst(differencesOf(plain, wrappers[host].text({ pin, source, tags, runner })));
  if (!isUntouched(plain)) return { kind: "edited", marker, differences: against(marker.pin) };
  // The address and the runner are the user's choice, which any Weir keeps.
  const differences = against({ ...(own ?? marker.pin), repository: marker.pin.repository });
  return differences.length === 0 ? { kind: "current", marker } : { kind: "outdated", marker, differences };
}

/** The first line holds a hash, which differs wherever anything does, and is no news. */
function withoutFirst(differences: readonly Difference[]): readonly Difference[] {
  const others = differences.filter(({ line }) => line > 1);
  return others.length > 0 ? others : differences;
}

/** Beyond this nobody compares line by line, and neither does Weir. */
const mostCells = 1_000_000;

/** The lines that differ, by the longest common subsequence. */
export function differencesOf(found: string, wanted: string): readonly Difference[] {
  const [one, other] = [found.split("\n"), wanted.split("\n")];
  const start = one.findIndex((line, index) => line !== other[index]);
  const from = start === -1 ? one.length : start;
  let end = 0;
  while (end < Math.min(one.length, other.length) - from && one.at(-1 - end) === other.at(-1 - end)) end += 1;
  const [left, right] = [one.slice(from, one.length - end), other.slice(from, other.length - end)];
  const shared = left.length * right.length > mostCells ? [] : commonLines(left, right);
  const isShared = { "-": new Set(shared.map(([index]) => index)), "+": new Set(shared.map(([, index]) => index)) };
  const sided = (side: Difference["side"], lines: readonly string[]) =>
    lines.map((text, index) => ({ side, line: from + index + 1, text, shared: isShared[side].has(index) }));
  return [...sided("-", left), ...sided("+", right)]
    .filter((each) => !each.shared)
    .map(({ side, line, text }) => ({ side, line, text }))
    .sort((a, b) => a.line - b.line || (a.side === b.side ? 0 : a.side === "-" ? -1 : 1));
}

function commonLines(left: readonly string[], right: readonly string[]): readonly (readonly [number, number])[] {
  const width = right.length + 1;
  const lengths = new Uint32Array((left.length + 1) * width);
  const at = (row: number, column: number) => lengths[row * width + column] ?? 0;
  for (let row = left.length - 1; row >= 0; row -= 1)
    for (let column = right.length - 1; column >= 0; column -= 1)
      lengths[row * width + column] =
        left[row] === right[column] ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1));
  const found: (readonly [number, number])[] = [];
  for (let row = 0, column = 0; row < left.length && column < right.length;) {
    if (left[row] === right[column]) found.push([row++, column++]);
    else if (at(row + 1, column) >= at(row, column + 1)) row += 1;
    else column += 1;
  }
  return found;
}
