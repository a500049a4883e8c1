import { execFileSync } from "node:child_process";
import { closeSync, ftruncateSync, mkdirSync, mkdtempSync, openSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readTests, sumTests } from "../../ci/report/junit.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "weir-junit-"));
  mkdirSync(join(folder, "reports"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const path = (name: string) => join(folder, "reports", name);
const write = (name: string, text: string) => {
  writeFileSync(path(name), text);
};
const junit = (...names: string[]) => names.map((name) => ({ kind: "junit", path: path(name) }) as const);

const good = `<testsuite name="a"><testcase name="x"/><testcase name="y"><skipped/></testcase></testsuite>`;
const bad = `<testsuite name="b"><testcase name="z"><failure message="no"/></testcase></testsuite>`;

describe("readTests", () => {
  it("is null where there is no report", () => {
    write("2", "TN:\n");
    expect(readTests([])).toBeNull();
    expect(readTests([...junit("1"), { kind: "lcov", path: path("2") }])).toBeNull();
  });

  it("sums the reports that are there", () => {
    write("1", good);
    write("2", bad);
    expect(readTests(junit("1", "2", "3"))).toEqual({
      passed: 1,
      failed: 1,
      skipped: 1,
      failures: [{ name: "b › z", message: "no", file: null }],
    });
  });

  it("reads all XML files of a folder", () => {
    mkdirSync(path("surefire/deep"), { recursive: true });
    write("surefire/TEST-a.xml", good);
    write("surefire/deep/TEST-b.xml", bad);
    write("surefire/readme.txt", "not a report");
    expect(readTests(junit("surefire"))).toMatchObject({ passed: 1, failed: 1, skipped: 1 });
  });

  it("counts a report that can't be read as a failed test, named after its file", () => {
    write("1", good);
    write("2", "<testsuites><testsuite>");
    const found = readTests(junit("1", "2"));
    expect(found).toMatchObject({ passed: 1, failed: 1, skipped: 1 });
    expect(found?.failures[0]?.name).toBe("unreadable test report reports/2");
    expect(found?.failures[0]?.message).toMatch(/^it is not well-formed XML: /);
  });

  it.each([
    [
      "an empty file",
      (name: string) => {
        write(name, "");
      },
      "it is empty",
    ],
    [
      "a link",
      (name: string) => {
        write("target", good);
        symlinkSync(path("target"), path(name));
      },
      "it is not a regular file",
    ],
    ["a pipe", (name: string) => execFileSync("mkfifo", [path(name)]), "it is not a regular file"],
    [
      "a file beyond the limit",
      (name: string) => {
        const file = openSync(path(name), "w");
        ftruncateSync(file, 100 * 1024 * 1024);
        closeSync(file);
      },
      "it is larger than 50 MB",
    ],
  ])("fails for %s", (_what, make, message) => {
    make("1");
    expect(readTests(junit("1"))).toEqual({
      passed: 0,
      failed: 1,
      skipped: 0,
      failures: [{ name: "unreadable test report reports/1", message, file: null }],
    });
  });

  it("reads a file that begins with a byte order mark, and bytes that are no text", () => {
    writeFileSync(
      path("1"),
      Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(bad.replace("no", "n\u00ffo"), "latin1")]),
    );
    expect(readTests(junit("1"))?.failures[0]?.message).toBe("n\ufffdo");
  });
});

describe("sumTests", () => {
  it("keeps as many failures of all as of one", () => {
    const one = {
      passed: 0,
      failed: 150,
      skipped: 0,
      failures: Array.from({ length: 150 }, () => ({ name: "n", message: "m", file: null })),
    };
    const sum = sumTests([one, one]);
    expect(sum.failed).toBe(300);
    expect(sum.failures).toHaveLength(200);
  });
});
