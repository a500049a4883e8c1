/** Which lines of a view a low terminal shows. */

export interface ViewLine {
  readonly text: string;
  readonly running: boolean;
}

/** At most `rows` lines: what runs first, then what ended last; one line says how many are left out. */
export function fitRows(lines: readonly ViewLine[], rows: number): readonly string[] {
  const room = Math.max(2, rows);
  if (lines.length <= room) return lines.map(({ text }) => text);
  const ranked = [...lines.keys()].sort(
    (one, other) => Number(lines[other]?.running) - Number(lines[one]?.running) || other - one,
  );
  const kept = new Set(ranked.slice(0, room - 1));
  return [`  … ${String(lines.length - kept.size)} more`, ...lines.filter((_, index) => kept.has(index)).map(({ text }) => text)];
}
