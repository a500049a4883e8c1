import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cleanLine, cleanLines, cleanText, tailLines } from "../../ci/report/log-text.ts";
import { duration, percentage, resultText } from "../../ci/report/words.ts";
import { cells, cut, wrap } from "../../ci/report/wrap.ts";
import { result, skipped } from "./records.ts";

describe("what a stage printed", () => {
  it.each([
    ["colours", "\u001b[1;31mred\u001b[0m", "red"],
    ["a link", "\u001b]8;;http://x\u0007text\u001b]8;;\u0007", "text"],
    ["a title", "\u001b]0;title\u001b\\text", "text"],
    ["cursor moves", "\u001b[2K\u001b[1Atext\u001b[?25l", "text"],
    ["eight-bit sequences", "\u009b31mtext", "text"],
    ["colours before a bell", "\u001b[31mtext\u0007", "text\\u{7}"],
    ["a title without an end", "\u001b]0;text", "0;text"],
    ["a charset", "\u001b(Btext", "text"],
    ["a lone escape", "a\u001b", "a\\u{1b}"],
    ["backspace and bell", "ab\b\u0007", "ab\\u{8}\\u{7}"],
    ["direction marks", "\u202eabc\u2066", "\\u{202e}abc\\u{2066}"],
    ["a tab", "a\tb", "a\tb"],
    ["an emoji of several parts", "👩‍🚀", "👩‍🚀"],
  ])("loses or shows %s", (_what, text, shown) => {
    expect(cleanLine(text)).toBe(shown);
  });

  it("is cut into lines, of a progress bar only what was left standing", () => {
    expect(cleanLines("a\r\nb\n10%\r50%\r100%\n\nlast")).toEqual(["a", "b", "100%", "", "last"]);
    expect(cleanLines("a\n")).toEqual(["a"]);
    expect(cleanLines("")).toEqual([]);
  });

  it("becomes one line in a sentence", () => {
    expect(cleanText("a\n  b\r\nc")).toBe("a b c");
  });

  it("has an end, whole lines of it and each of a length that can be read", () => {
    expect(tailLines("a\nb\nc\n", 2)).toEqual(["b", "c"]);
    expect(tailLines(`${"x".repeat(300_000)}\nlast\n`, 5)).toEqual(["last"]);
    expect(tailLines(`first\n${"x".repeat(10_000)}\n`, 5)[1]).toHaveLength(2001);
    expect(tailLines("x".repeat(1_000_000), 5)).toHaveLength(1);
  });

  it("never reaches the terminal as a command", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        // eslint-disable-next-line no-control-regex -- these are what must not be there
        expect(cleanLines(text).join("")).not.toMatch(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/);
      }),
    );
  });
});

describe("words", () => {
  it.each([
    [0, "0.0 s"],
    [340, "0.3 s"],
    [12_345, "12.3 s"],
    [59_949, "59.9 s"],
    [59_950, "1 min 0 s"],
    [125_000, "2 min 5 s"],
    [3_599_999, "1 h 0 min"],
    [3_840_000, "1 h 4 min"],
  ])("%d ms is %s", (ms, said) => {
    expect(duration(ms)).toBe(said);
  });

  it.each([
    [79.96, "79.9%"],
    [80, "80.0%"],
    [100, "100.0%"],
    [0, "0.0%"],
    [70.3, "70.3%"],
  ])("%d percent is %s, never more than it is", (percent, said) => {
    expect(percentage(percent)).toBe(said);
  });

  it("say a result", () => {
    expect(resultText(result("a", { cached: true, durationMs: 100 }))).toBe("passed in 0.1 s (cached)");
    expect(resultText(result("a", { status: "failed", reason: "exit code 1" }))).toBe("failed in 1.0 s: exit code 1");
    expect(resultText(skipped("a", "b did not pass"))).toBe("skipped: b did not pass");
  });
});

describe("wrapping", () => {
  it("breaks between words, and a word only where it must", () => {
    expect(wrap("one two three", 7)).toEqual(["one two", "three"]);
    expect(wrap("abcdefghij", 4)).toEqual(["abcd", "efgh", "ij"]);
    expect(wrap("日本語", 4)).toEqual(["日本", "語"]);
    expect(wrap("", 10)).toEqual([]);
  });

  it("loses nothing and stays within the width", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("a", "b", " ", "語", "😀") }),
        fc.integer({ min: 2, max: 20 }),
        (text, width) => {
          const lines = wrap(text, width);
          expect(lines.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
          for (const line of lines) expect(cells(line)).toBeLessThanOrEqual(width);
        },
      ),
    );
  });

  it("cuts what has one line only", () => {
    expect(cut("short", 5)).toBe("short");
    expect(cut("longer", 5)).toBe("long…");
    expect(cut("日本語", 5)).toBe("日本…");
  });
});
