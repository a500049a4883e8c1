/** Breaks text into lines of a width, for the terminal. */

/** East Asian characters and emoji take two cells. */
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** How many cells a text takes. */
export function cells(text: string): number {
  let sum = 0;
  for (const character of text) sum += wide.test(character) ? 2 : 1;
  return sum;
}

/** The words of one line of text as lines of at most `width` cells; a word that is longer is broken. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/ +/).flatMap((each) => breakWord(each, width))) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && cells(longer) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return line === "" ? lines : [...lines, line];
}

function breakWord(word: string, width: number): readonly string[] {
  if (cells(word) <= width) return [word];
  const parts = [""];
  for (const character of word) {
    const longer = `${parts.at(-1) ?? ""}${character}`;
    if (cells(longer) > width) parts.push(character);
    else parts[parts.length - 1] = longer;
  }
  return parts;
}

/** A text in at most `width` cells, its end cut off. */
export function cut(text: string, width: number): string {
  if (cells(text) <= width) return text;
  let kept = "";
  for (const character of text) {
    if (cells(kept) + cells(character) > width - 1) break;
    kept += character;
  }
  return `${kept}…`;
}
