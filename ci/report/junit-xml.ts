/**
 * JUnit's XML to counts. It has no one standard: this takes what Vitest, Jest, Mocha, node:test, pytest, gotestsum,
 * Surefire and Gradle write. In doubt a test has failed: a report must never look better than it is.
 */
import type { FailedTest, TestCounts } from "./report.ts";
import { decode, parseXml } from "./xml.ts";
import type { Element } from "./xml.ts";

export type JunitResult = { readonly ok: true; readonly counts: TestCounts } | { readonly ok: false; readonly problem: string };

/** How much of it is kept for people to read; the counts are true beyond it. */
export const mostFailures = 200;
const longestMessage = 4096;
const longestName = 512;

/** Elements that hold text only. What tests print may be large, and nothing here reads it. */
const raw = ["failure", "error", "skipped", "system-out", "system-err", "properties"];

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
  readonly failures: FailedTest[];
}

export function parseJunit(xml: string): JunitResult {
  const parsed = parseXml(xml, raw);
  if (!parsed.ok) return parsed;
  const { root } = parsed;
  if (root.name !== "testsuites" && root.name !== "testsuite")
    return { ok: false, problem: `its root is <${root.name}>, not <testsuites>` };
  const tally: Tally = { passed: 0, failed: 0, skipped: 0, failures: [] };
  countSuite(root, [], tally);
  return { ok: true, counts: tally };
}

/** Adds what is in a suite, and returns how many of its tests show a failure, however that counts. */
function countSuite(suite: Element, above: readonly Element[], tally: Tally): number {
  // The document's own name says nothing of a test: "vitest tests", "jest tests".
  const suites = suite.name === "testsuite" ? [...above, suite] : above;
  let shown = 0;
  for (const child of suite.children) {
    if (child.name === "testsuite" || child.name === "testsuites") shown += countSuite(child, suites, tally);
    if (child.name === "testcase") shown += countTest(child, suites, tally) ? 1 : 0;
  }
  const own = suite.children.find(isFailure);
  const declared = count(suite, "failures") + count(suite, "errors");
  // A suite that broke outside of its tests (an import, a hook) says so only in its own numbers or in an element of its own.
  if (own !== undefined || (declared > 0 && shown === 0)) {
    const message = own === undefined ? `the report counts ${String(declared)} failed, and lists none of them` : messageOf(own);
    fail(tally, { name: clip(suiteName(suites) || "the test run", longestName), message, file: fileOf(suite, suites) });
    shown += 1;
  }
  return shown;
}

function countTest(test: Element, suites: readonly Element[], tally: Tally): boolean {
  const failure = test.children.find(isFailure);
  const skipped = test.children.find(({ name }) => name === "skipped");
  // node:test marks a test that is expected to fail as a skipped one of type "todo", with its failure beside it.
  const isExpected = skipped?.attributes["type"] === "todo";
  if (failure !== undefined && !isExpected)
    fail(tally, { name: testName(test, suites), message: messageOf(failure), file: fileOf(test, suites) });
  else if (skipped !== undefined || isNotRun(test)) tally.skipped += 1;
  else tally.passed += 1;
  return failure !== undefined;
}

function fail(tally: Tally, failure: FailedTest): void {
  tally.failed += 1;
  if (tally.failures.length < mostFailures) tally.failures.push(failure);
}

const isFailure = ({ name }: Element) => name === "failure" || name === "error";

/** GoogleTest's way to say that a test is disabled. */
const isNotRun = ({ attributes }: Element) =>
  ["notrun", "skipped", "disabled"].includes((attributes["status"] ?? "").toLowerCase());

function count({ attributes }: Element, name: string): number {
  const value = Number(attributes[name]);
  return Number.isSafeInteger(value) && value > 0 ? value : 0;
}

const attribute = (element: Element | undefined, name: string) => decode(element?.attributes[name] ?? "").trim();

const suiteName = (suites: readonly Element[]) =>
  suites
    .map((suite) => attribute(suite, "name"))
    .filter((name) => name !== "")
    .join(" › ");

/** "suite › test". Where suites are nested their names tell most, elsewhere the class name; neither is said twice. */
function testName(test: Element, suites: readonly Element[]): string {
  const name = attribute(test, "name") || "(a test without a name)";
  const className = attribute(test, "classname");
  // "test" is what node:test writes for every test.
  const suite = suites.length > 1 || className === "" || className === "test" ? suiteName(suites) : className;
  const isSaid = suite === "" || name === suite || name.startsWith(`${suite} `) || name.endsWith(` ${suite}`);
  return clip(isSaid ? name : `${suite} › ${name}`, longestName);
}

/** The file that the report names; Vitest and others give a suite the file's name instead. */
function fileOf(element: Element, suites: readonly Element[]): string | null {
  const inward = [...suites].reverse();
  const told = [element, ...inward]
    .map((each) => attribute(each, "file") || attribute(each, "filepath"))
    .find((file) => file !== "");
  const named = inward.map((each) => attribute(each, "name")).find((name) => /^\S+\.([cm]?[jt]sx?|py|rb)$/.test(name));
  return told ?? named ?? null;
}

/** The message, and the text below it, which often begins with the same. */
function messageOf(failure: Element): string {
  const message = attribute(failure, "message");
  // Decoding what will be cut off anyway would be for nothing.
  const text = decode(failure.raw.slice(0, 4 * longestMessage)).trim();
  const whole = text === "" || text.includes(message) ? text : message === "" ? text : `${message}\n${text}`;
  return clip(whole || message || attribute(failure, "type") || "no message", longestMessage);
}

function clip(text: string, length: number): string {
  if (text.length <= length) return text;
  // A character beyond the basic plane takes two units, and half of one is none.
  return `${text.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
