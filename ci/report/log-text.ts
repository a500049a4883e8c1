/** What a stage printed, as lines that are safe to show: no colours, nothing that moves a cursor or hides text. */
/* eslint-disable no-control-regex -- control characters are what this file is about */

/**
 * Sequences that only a terminal reads (ECMA-48): commands with a text up to its end, commands with parameters, and
 * short ones. Node's own remover takes a bell further on for their end, and with it the text between.
 */
const sequences =
  /(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b[ -/]*[0-~]/g;
const controls = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** One line. What a terminal would obey is taken away where it only paints, and shown as `\u{1b}` where it does more. */
export function cleanLine(line: string): string {
  return line
    .replace(sequences, "")
    .replace(controls, (control) => (control === "\t" ? control : `\\u{${(control.codePointAt(0) ?? 0).toString(16)}}`));
}

/** A text that belongs in a sentence: as one line. */
export function cleanText(text: string): string {
  return cleanLine(text.replaceAll(/\s*[\r\n]+\s*/g, " "));
}

/** The lines of a text; of a line that was drawn over (a progress bar) only what was left standing. */
export function cleanLines(text: string): readonly string[] {
  const lines = text.split("\n");
  if (lines.at(-1)?.trim() === "") lines.pop();
  return lines.map((line) => cleanLine(lastDrawn(line)));
}

function lastDrawn(line: string): string {
  const drawn = line.replace(/\r+$/, "");
  return drawn.slice(drawn.lastIndexOf("\r") + 1);
}

const longestTail = 256 * 1024;
const longestLine = 2000;

/** The last lines of a log of any size, each cut where it is very long. */
export function tailLines(text: string, count: number): readonly string[] {
  const end = text.slice(-longestTail);
  // A cut in the middle of a line would pass its second half off as a line.
  const whole = end.length < text.length ? end.slice(end.indexOf("\n") + 1) : end;
  return cleanLines(whole)
    .slice(-count)
    .map((line) => (line.length > longestLine ? `${line.slice(0, longestLine)}…` : line));
}
