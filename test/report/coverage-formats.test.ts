import { describe, expect, it } from "vitest";
import { summarise } from "../../ci/report/coverage.ts";
import { readCobertura, readGoCover, readLcov } from "../../ci/report/coverage-formats.ts";
import type { UnitsRead } from "../../ci/report/coverage-formats.ts";
import type { Coverage } from "../../ci/report/report.ts";

function measured(result: UnitsRead): Coverage | null {
  if (!result.ok) throw new Error(result.problem);
  return summarise(result.units);
}

const problem = (result: UnitsRead) => (result.ok ? `none: ${JSON.stringify(summarise(result.units))}` : result.problem);
/** Files as `name covered/total`, and the percent. */
const short = (coverage: Coverage | null) =>
  coverage === null
    ? null
    : [...coverage.files.map(({ file, covered, total }) => `${file} ${covered}/${total}`), coverage.percent];

describe("LCOV", () => {
  it("counts lines by file", () => {
    const text = `TN:
SF:src/app.ts
FN:1,main
FNDA:1,main
FNF:1
FNH:1
DA:1,5
DA:2,0
DA:3,1,checksum
BRDA:2,0,0,-
BRF:1
BRH:0
LF:3
LH:2
end_of_record
TN:unit
SF:./src/a,b.ts
VER:1
DA:10,0
end_of_record
`;
    expect(short(measured(readLcov(text)))).toEqual(["src/a,b.ts 0/1", "src/app.ts 2/3", 50]);
    expect(short(measured(readLcov(text.replaceAll("\n", "\r\n"))))).toEqual(["src/a,b.ts 0/1", "src/app.ts 2/3", 50]);
  });

  it("takes records of one file together, a line being covered if any record covers it", () => {
    const text = "SF:a\nDA:1,0\nDA:2,1\nend_of_record\nSF:a\nDA:1,3\nDA:2,0\nDA:3,0\nend_of_record";
    expect(short(measured(readLcov(text)))).toEqual(["a 2/3", (2 / 3) * 100]);
  });

  it("does not count a hit that is none, or less", () => {
    expect(short(measured(readLcov("SF:a\nDA:1,-4\nDA:2,0\nDA:3,1e+19\nDA:4,0.0\nend_of_record\n")))).toEqual(["a 1/4", 25]);
  });

  it("leaves out a file without lines", () => {
    expect(short(measured(readLcov("SF:types.ts\nLF:0\nLH:0\nend_of_record\nSF:a\nDA:1,1\nend_of_record\n")))).toEqual([
      "a 1/1",
      100,
    ]);
  });

  it.each([
    ["cut off between records' ends", "SF:a\nDA:1,1\n", "it ends in the middle of a record"],
    ["cut off in the last word", "SF:a\nDA:1,1\nend_of_reco", "line 3: not a line of LCOV"],
    ["cut off in a field", "SF:a\nDA:1,1\nDA:2", "line 3: not a line of a file and its count"],
    ["a count that is no number", "SF:a\nDA:1,=====\nend_of_record\n", "line 2: not a line of a file and its count"],
    ["a line outside of a file", "DA:1,1\nend_of_record\n", "line 1: not a line of a file and its count"],
    ["a record in a record", "SF:a\nDA:1,1\nSF:b\nend_of_record\n", "line 3: a record begins before the one above has ended"],
    ["a record without a file", "SF:\nend_of_record\n", "line 1: a record names no file"],
    ["an end without a record", "end_of_record\n", "line 1: a record ends that never began"],
    ["totals alone", "SF:a\nLF:100\nLH:0\nend_of_record\n", "line 2: a file has a number of lines but not the lines"],
    ["another format", '{"total":1}', "line 1: not a line of LCOV"],
    ["bytes", "\u0000\u0001\ufffd", "line 1: not a line of LCOV"],
  ])("can't be read: %s", (_what, text, expected) => {
    expect(problem(readLcov(text))).toBe(expected);
  });
});

describe("Cobertura", () => {
  const wrap = (classes: string, attributes = "") =>
    `<?xml version="1.0" ?><!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd"><coverage ${attributes}><sources><source>/app</source></sources><packages><package name="main"><classes>${classes}</classes></package></packages></coverage>`;

  it("counts lines by file, those of methods and of inner classes once", () => {
    const text = wrap(
      `<class name="A" filename="src/a.ts" line-rate="0.5"><methods><method name="f"><lines><line number="1" hits="4"/></lines></method></methods><lines><line number="1" hits="4" branch="false"/><line number="2" hits="0"/></lines></class><class name="A$B" filename="src/a.ts"><lines><line number="2" hits="0"/><line number="3" hits="0"/></lines></class><class name="C" filename="src/c.ts"><methods/><lines><line number="7" hits="1"/></lines></class>`,
      `lines-valid="4" lines-covered="2" line-rate="0.5"`,
    );
    expect(short(measured(readCobertura(text)))).toEqual(["src/a.ts 1/3", "src/c.ts 1/1", 50]);
  });

  it("has measured nothing where there is no class", () => {
    expect(measured(readCobertura(wrap("", `lines-valid="0"`)))).toBeNull();
  });

  it.each([
    ["empty", "", "it is empty"],
    ["another kind of XML", "<testsuites/>", "its root is <testsuites>, not <coverage>"],
    ["a class without a file", wrap(`<class name="A"><lines/></class>`), "a class names no file"],
    ["a line without hits", wrap(`<class filename="a"><line number="1"/></class>`), 'a line has the number "1" and the hits ""'],
    [
      "a line without a number",
      wrap(`<class filename="a"><line number="x" hits="1"/></class>`),
      'a line has the number "x" and the hits "1"',
    ],
    ["totals alone", wrap("", `lines-valid="100" lines-covered="100"`), "it counts 100 lines and lists none of them"],
  ])("can't be read: %s", (_what, text, expected) => {
    expect(problem(readCobertura(text))).toBe(expected);
  });

  it("can't be read when cut short", () => {
    const text = wrap(`<class filename="a"><line number="1" hits="1"/></class>`);
    for (let length = 0; length < text.length; length += 1) expect(readCobertura(text.slice(0, length)).ok).toBe(false);
  });
});

describe("a Go profile", () => {
  it("counts statements, and each block once however many test binaries list it", () => {
    const text = `mode: atomic
example.com/greeter/greet.go:5.30,7.2 2 0
example.com/greeter/greet.go:9.30,12.16 3 7
example.com/greeter/main.go:1.1,2.2 5 0
mode: atomic
example.com/greeter/greet.go:5.30,7.2 2 1
example.com/greeter/greet.go:9.30,12.16 3 0
`;
    expect(short(measured(readGoCover(text)))).toEqual([
      "example.com/greeter/greet.go 5/5",
      "example.com/greeter/main.go 0/5",
      50,
    ]);
  });

  it("knows a count that is larger than a number here", () => {
    expect(measured(readGoCover("mode: count\na.go:1.1,2.2 1 18446744073709551615\n"))?.covered).toBe(1);
  });

  it("has measured nothing where no statement counts", () => {
    expect(measured(readGoCover(""))).toBeNull();
    expect(measured(readGoCover("mode: set\n"))).toBeNull();
    expect(measured(readGoCover("mode: set\na.go:1.1,2.2 0 1\n"))).toBeNull();
  });

  it.each([
    ["no mode", "a.go:1.1,2.2 1 1\n", 'line 1: not the "mode:" line of a Go profile'],
    ["cut off in a line", "mode: set\na.go:1.1,2.2 1 1\na.go:3.1", "line 3: not a block of a Go profile"],
    ["cut off in a count", "mode: set\na.go:1.1,2.2 1 1", "it ends in the middle of a line"],
    ["a negative count", "mode: set\na.go:1.1,2.2 1 -1\n", "line 2: not a block of a Go profile"],
    ["a block of too many statements", "mode: set\na.go:1.1,2.2 9999999 1\n", "line 2: not a block of a Go profile"],
  ])("can't be read: %s", (_what, text, expected) => {
    expect(problem(readGoCover(text))).toBe(expected);
  });
});
