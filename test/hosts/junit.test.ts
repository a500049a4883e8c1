import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { mergeJunit, writeJunit } from "../../ci/hosts/junit.ts";
import { parseJunit } from "../../ci/report/junit-xml.ts";
import type { StageResult } from "../../ci/report/report.ts";

const unit = `<?xml version="1.0"?>\n<!-- made by a tool -->\n<testsuites name="all" tests="2">
  <testsuite name="sum" tests="2"><testcase name="a &lt; b" classname="sum"/><testcase name="c" classname="sum"><failure message="no"><![CDATA[<b>]]></failure></testcase></testsuite>
</testsuites>\n<!-- the end -->\n`;
const e2e = `<testsuite name="buy" tests="1"><testcase name="buys" classname="shop"/></testsuite>`;
const merged = (...texts: readonly string[]) => mergeJunit(texts);

describe("the tests of a run as one file", () => {
  it("hold every suite, and count as the reports do", () => {
    const text = merged(unit, e2e);
    const result = parseJunit(text!);
    expect(result).toMatchObject({ ok: true, counts: { passed: 2, failed: 1, skipped: 0 } });
    expect(text).toContain('name="a &lt; b"');
    expect(text).toContain("<![CDATA[<b>]]>");
    expect(text!.match(/<testsuites/g)).toHaveLength(1);
  });

  it("are none where there are none, and leave out what is no report", () => {
    expect(merged()).toBeNull();
    expect(merged("<!-- <testsuite a --><testsuite/>", "<testsuites/><!-- </testsuites> -->")).toMatch(
      /<testsuites>\s*<\/testsuites>/,
    );
    expect(
      merged("", "<testsuites>", "<html/>", "mode: atomic", '<!DOCTYPE x [<!ENTITY a "b">]><testsuite name="&a;"/>'),
    ).toBeNull();
    expect(parseJunit(merged("<testsuites/>", '<testsuites a="x/>">  </testsuites>', e2e)!)).toMatchObject({
      counts: { passed: 1 },
    });
  });

  it("lie beside run.json", async () => {
    const folder = mkdtempSync(join(tmpdir(), "weir-junit-"));
    try {
      mkdirSync(join(folder, "stages"));
      writeFileSync(join(folder, "stages/1"), unit);
      writeFileSync(join(folder, "stages/2"), "mode: atomic");
      const reports = [
        { kind: "junit", path: "stages/1" },
        { kind: "go-cover", path: "stages/2" },
        { kind: "junit", path: "stages/gone" },
      ] as const;
      await writeJunit(folder, { stages: [{ name: "unit", reports } as unknown as StageResult] });
      expect(readFileSync(join(folder, "junit.xml"), "utf8")).toBe(merged(unit));
      rmSync(join(folder, "junit.xml"));
      await writeJunit(folder, { stages: [] });
      expect(readdirSync(folder)).toEqual(["stages"]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
