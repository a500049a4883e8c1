/** Tables that fit the terminal. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { table } from "../../ci/commands/output.ts";

describe("a table", () => {
  it("has its columns side by side, with their names above", () => {
    expect(
      table(
        ["stage", "why"],
        [
          ["unit", "asked for"],
          ["integration", "by rule"],
        ],
        80,
      ),
    ).toBe(["STAGE        WHY", "unit         asked for", "integration  by rule"].join("\n"));
  });

  it("has its names alone where it has no rows", () => {
    expect(table(["stage", "why"], [], 80)).toBe("STAGE  WHY");
  });

  it("wraps its widest column, and keeps the others whole", () => {
    const why = "manual run on branch main, of kind main, as weir.yaml asks for it";
    expect(
      table(
        ["stage", "why", "rule"],
        [
          ["unit", why, "main.unit"],
          ["lint", "short", "main.lint"],
        ],
        50,
      ).split("\n"),
    ).toEqual([
      "STAGE  WHY                               RULE",
      "unit   manual run on branch main, of     main.unit",
      "       kind main, as weir.yaml asks for",
      "       it",
      "lint   short                             main.lint",
    ]);
  });

  it("uses the line to its end", () => {
    expect(table(["a", "b"], [["x", "aaaa bbbb cccc dddd eeee ffff"]], 32).split("\n")[1]).toBe(
      "x  aaaa bbbb cccc dddd eeee ffff",
    );
    expect(table(["a", "b"], [["x", "aaaa bbbb cccc dddd eeee ffff"]], 31).split("\n")[1]).toBe("x  aaaa bbbb cccc dddd eeee");
  });

  it("cuts no word: a path stays one that can be copied", () => {
    const path = "/very/long/path/that/no/narrow/terminal/has/room/for.json";
    expect(table(["a", "b"], [["x", `see ${path} there`]], 30)).toContain(path);
  });

  it("ends no line with blanks", () => {
    expect(
      table(
        ["a", "b"],
        [
          ["x", ""],
          ["", "y"],
        ],
        80,
      ),
    ).toBe(["A  B", "x", "   y"].join("\n"));
  });

  it("is wide enough to be read in a terminal of any width", () => {
    for (const width of [0, 1, 10])
      expect(table(["a", "b"], [["x", "one two three four five six"]], width).split("\n")[1]).toBe("x  one two three four five");
  });

  it("holds every word of every cell in its order, in lines that fit", () => {
    const word = fc.stringMatching(/^[a-z]{1,8}$/);
    const cell = fc.array(word, { maxLength: 12 }).map((words) => words.join(" "));
    const short = fc.stringMatching(/^[a-z]{1,8}$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(short, cell, short), { maxLength: 6 }), fc.integer({ min: 60, max: 120 }), (rows, width) => {
        const lines = table(["one", "two", "three"], rows, width).split("\n");
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
        const words = lines.slice(1).join(" ").split(/ +/).filter(Boolean).sort();
        expect(words).toEqual(rows.flat().join(" ").split(" ").filter(Boolean).sort());
      }),
    );
  });
});
