/** How commands print: to standard output, in tables that fit the terminal. */

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Columns side by side, two spaces between; the widest takes what the others leave of the line, and wraps under itself. */
export function table(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  width = process.stdout.columns || 120,
): string {
  const all = [columns.map((name) => name.toUpperCase()), ...rows];
  const widths = columns.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const widest = widths.indexOf(Math.max(...widths));
  const others = widths.reduce((sum, each, column) => sum + (column === widest ? 0 : each + 2), 0);
  widths[widest] = Math.min(widths[widest] ?? 0, Math.max(24, width - others));
  return all.flatMap((row) => lines(row, widths)).join("\n");
}

function lines(row: readonly string[], widths: readonly number[]): readonly string[] {
  const cells = row.map((cell, column) => wrap(cell, widths[column] ?? 0));
  const height = Math.max(...cells.map((cell) => cell.length));
  return Array.from({ length: height }, (_, at) =>
    cells
      .map((cell, column) => (cell[at] ?? "").padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function wrap(text: string, width: number): readonly string[] {
  const found: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      found.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...found, line];
}
