import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { verifyText } from "../../ci/commands/verify.ts";
import { differencesOf, driftOf } from "../../ci/hosts/drift.ts";
import type { Pin, WrapperHost } from "../../ci/hosts/wrapper.ts";
import { wrapperHosts, wrappers } from "../../ci/hosts/wrappers.ts";
import { given, pin } from "./examples.ts";

const here = { source: ".", tags: false } as const;
const newer: Pin = { ...pin, version: "0.2.0", commit: "2".repeat(40) };

function said(
  host: WrapperHost,
  text: string | null,
  own: Pin | null = pin,
  now: typeof here | { source: string; tags: boolean } = here,
) {
  return verifyText({ host, path: wrappers[host].path, drift: driftOf(host, text, own, now) }, own);
}

describe.each(wrapperHosts)("the wrapper for %s", (host) => {
  const { path } = wrappers[host];
  const text = wrappers[host].text(given());

  it("is current where this Weir writes the same, whatever the line ends", () => {
    expect(said(host, text)).toEqual([`${path}: as this Weir writes it`]);
    expect(said(host, text.replaceAll("\n", "\r\n"))).toEqual([`${path}: as this Weir writes it`]);
    expect(said(host, text, null)).toEqual([`${path}: as this Weir writes it`]);
  });

  it("keeps the address and the runner that a person chose", () => {
    const chosen = wrappers[host].text(
      given({ runner: wrappers[host].runners[0], pin: { ...pin, repository: "file:///srv/weir" } }),
    );
    expect(driftOf(host, chosen, pin, here).kind).toBe("current");
  });

  it("is missing, or somebody else's", () => {
    expect(said(host, null)).toEqual([`${path}: missing`, `  → weir init --host ${host} writes it`]);
    for (const foreign of [
      "",
      "jobs: {}\n",
      `# weir-wrapper host=${host}\n`,
      text.slice(1),
      wrappers.github.text(given()).replace("host=github", "host=other"),
    ])
      expect(said(host, foreign)[0]).toBe(`${path}: there, but not written by Weir`);
    const others = wrapperHosts.filter((other) => other !== host);
    for (const other of others) expect(driftOf(host, wrappers[other].text(given()), pin, here).kind).toBe("foreign");
  });

  it("names each line that was changed by hand", () => {
    const lines = text.split("\n");
    const changed = [...lines.slice(0, 9), "a line \u202e more", ...lines.slice(9, 11), ...lines.slice(12)].join("\n");
    expect(said(host, changed)).toEqual([
      `${path}: changed by hand since Weir 0.1.0 wrote it`,
      `  ${path}:10: - a line \\u{202e} more`,
      `  ${path}:12: + ${lines[11]!}`,
      `  → weir init --host ${host} --force takes Weir's text, and keeps this one beside it`,
    ]);
  });

  it("is of another Weir, and shows where the two pin differently", () => {
    const found = said(host, text, newer);
    expect(found[0]).toBe(`${path}: of Weir 0.1.0 at 111111111111, and this is Weir 0.2.0 at 222222222222`);
    expect(found.filter((line) => line.includes(": - ")).join()).toContain("1".repeat(40));
    expect(found.filter((line) => line.includes(": + ")).join()).toContain("2".repeat(40));
    expect(found.at(-1)).toBe(`  → weir init --host ${host} writes it anew; or use the Weir that it names`);
  });

  it("is outdated where tags matter now, or the app has moved", () => {
    expect(driftOf(host, text, pin, { ...here, tags: true }).kind).toBe("outdated");
    expect(driftOf(host, text, pin, { ...here, source: "app" }).kind).toBe("outdated");
  });

  it("never passes for current with any one character changed", () => {
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ minLength: 1, maxLength: 3 }), (at, put) => {
        const changed = text.slice(0, at) + put + text.slice(at + 1);
        if (changed.replaceAll("\r\n", "\n") === text) return;
        expect(driftOf(host, changed, pin, here).kind).not.toBe("current");
      }),
      { numRuns: 500 },
    );
  });
});

describe("the lines that differ", () => {
  it("make one text of the other, and are none of equal texts", () => {
    const texts = fc.array(fc.constantFrom("a", "b", "c", ""), { maxLength: 12 }).map((lines) => lines.join("\n"));
    fc.assert(
      fc.property(texts, texts, (one, other) => {
        const differences = differencesOf(one, other);
        expect(differences.length === 0).toBe(one === other);
        const without = (text: string, side: string) => {
          const gone = new Set(differences.filter((each) => each.side === side).map(({ line }) => line));
          return text.split("\n").filter((_, index) => !gone.has(index + 1));
        };
        expect(without(one, "-")).toEqual(without(other, "+"));
        for (const { side, line, text } of differences) expect((side === "-" ? one : other).split("\n")[line - 1]).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  it("are found in a file of any size", () => {
    const huge = Array.from({ length: 20_000 }, (_, index) => String(index)).join("\n");
    expect(differencesOf(huge, wrappers.github.text(given())).length).toBeGreaterThan(20_000);
    expect(said("github", `${wrappers.github.text(given())}\n${huge}`).at(-2)).toMatch(/^ {2}and \d+ more lines$/);
  });
});
