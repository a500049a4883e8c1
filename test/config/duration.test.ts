import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatDuration, longestDuration, parseDuration } from "../../ci/config/duration.ts";

describe("parseDuration", () => {
  it.each([
    ["500ms", 500],
    ["30s", 30_000],
    ["5m", 300_000],
    ["1h", 3_600_000],
    ["1.5s", 1_500],
    ["0.001s", 1],
    ["576h", longestDuration],
  ])("%s is %d ms", (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each([
    "",
    "5",
    "0s",
    "0.1ms",
    "-1s",
    "1 s",
    "1S",
    "5 minutes",
    "1m30s",
    "s",
    "1e3s",
    "Infinitys",
    "577h",
    "99999999999s",
    "1s\n",
    "٣s",
  ])("%j is none", (text) => {
    expect(parseDuration(text)).toBeNull();
  });

  it("reads back what formatDuration writes", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: longestDuration }), (milliseconds) => {
        expect(parseDuration(formatDuration(milliseconds))).toBe(milliseconds);
      }),
    );
  });

  it("takes any text, and gives whole milliseconds within what a timer holds", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const parsed = parseDuration(text);
        expect(parsed === null || (Number.isInteger(parsed) && parsed >= 1 && parsed <= longestDuration)).toBe(true);
      }),
    );
  });
});

describe("formatDuration", () => {
  it.each([
    [500, "500ms"],
    [90_000, "90s"],
    [300_000, "5m"],
    [7_200_000, "2h"],
  ])("%d ms is %s", (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });
});
