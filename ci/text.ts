/** Text from outside (branch names, titles, file names) made safe to print. */

/** Controls, terminal escapes, line breaks, and the marks that turn text around or hide it. */
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180e\u3164\uffa0]/gu;

/** The text with everything that could move a cursor, turn text around or hide, shown as `\u{…}`. */
export function printable(text: string): string {
  return text.replace(unsafe, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
