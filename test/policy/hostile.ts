/** Names that were made to harm: shell text, marks that turn text around, twins of real branches. */
import fc from "fast-check";

const pieces = [
  ...[
    "main",
    "master",
    "development",
    "production",
    "feature/",
    "hotfix/",
    "refs/heads/",
    "refs/tags/",
    "origin/",
    "HEAD",
    "x",
    "v1",
  ],
  ...["$(touch x)", "`id`", ";rm -rf .", "&&", "|", "${IFS}", "--upload-pack=x", "-x", "'", '"', "\\", "../", "./", "//", "/"],
  ...["\n", "\r", "\t", "\0", "\u001b[2J", "\u202e", "\u2066", "\u200b", "\u2028", "\ufeff", "\u0430", "é", "\ud800", "💥"],
  ...[" ", "~", "^", ":", "?", "*", "[", "@{", ".", "..", ".lock", "%s", "#", "!", "{a,b}", "(a|b)"],
];

/** Any mix of those pieces and of arbitrary text. */
export function hostileName(): fc.Arbitrary<string> {
  const piece = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...pieces) },
    { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 6 }) },
  );
  return fc.array(piece, { minLength: 0, maxLength: 5 }).map((parts) => parts.join(""));
}
