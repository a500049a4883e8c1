/** The tests of a run as one JUnit file, where CI hosts look for it: `.weir/runs/<id>/junit.xml`. */
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { readText } from "../report/files.ts";
import type { RunRecord } from "../report/report.ts";
import { parseXml } from "../report/xml.ts";

/** The name that the wrappers give to the host. */
export const junitName = "junit.xml";

/**
 * The suites of all reports under one root, each as its tool wrote it; null where there are none. A report that is no XML, or
 * brings entities of its own, is left out: the stage that it came from has failed over it already.
 */
export function mergeJunit(reports: readonly string[]): string | null {
  const suites = reports.map(suitesOf).filter((text) => text !== null && parseXml(underOneRoot([text])).ok);
  return suites.length === 0 ? null : underOneRoot(suites);
}

function underOneRoot(suites: readonly (string | null)[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join("\n")}\n</testsuites>\n`;
}

function suitesOf(text: string): string | null {
  if (/<!DOCTYPE/i.test(text)) return null;
  const parsed = parseXml(text, ["system-out", "system-err", "failure", "error"]);
  if (!parsed.ok) return null;
  // Comments and processing instructions before the root end with it: what counts is from its name on.
  const start = text.search(/<testsuites?[\s/>]/);
  if (start === -1) return null;
  const whole = text.slice(start).trimEnd();
  if (parsed.root.name === "testsuite") return whole.slice(0, whole.lastIndexOf(">") + 1);
  if (parsed.root.name !== "testsuites") return null;
  const opening = /^<testsuites(?:[^>"']|"[^"]*"|'[^']*')*>/.exec(whole)?.[0] ?? "";
  const end = whole.lastIndexOf("</testsuites");
  return opening.endsWith("/>") || end === -1 ? "" : whole.slice(opening.length, end).trim();
}

/** Writes it beside run.json, where the run had tests. */
export async function writeJunit(runFolder: string, { stages }: Pick<RunRecord, "stages">): Promise<void> {
  const texts = stages.flatMap(({ reports }) =>
    reports
      .filter(({ kind }) => kind === "junit")
      .flatMap(({ path }) => {
        const read = readText(join(runFolder, path));
        return read.ok ? [read.text] : [];
      }),
  );
  const merged = mergeJunit(texts);
  if (merged !== null) await writeFileAtomic(join(runFolder, junitName), merged);
}
