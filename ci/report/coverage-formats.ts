/**
 * Coverage formats to one model: what can be covered, by file and place. Each reader is strict: a line that it does
 * not understand makes the whole report unreadable, since what is left out of a measurement can only flatter it.
 */
import { parseXml } from "./xml.ts";
import type { Element } from "./xml.ts";

/** A line, or for Go a block of statements: how many it counts for, and whether it ran. */
export interface Unit {
  readonly weight: number;
  readonly covered: boolean;
}

/** Units by file and, within it, by place. */
export type Units = ReadonlyMap<string, ReadonlyMap<string, Unit>>;

export type UnitsRead = { readonly ok: true; readonly units: Units } | { readonly ok: false; readonly problem: string };

type Growing = Map<string, Map<string, Unit>>;

/** More statements than this in one block are a broken profile. */
const mostStatements = 1_000_000;

const failed = (line: number, problem: string): UnitsRead => ({ ok: false, problem: `line ${String(line)}: ${problem}` });

/** The same file and place again: covered if it ever was. */
export function addUnit(units: Growing, file: string, place: string, unit: Unit): void {
  const path = tidy(file);
  const places = units.get(path) ?? new Map<string, Unit>();
  if (!units.has(path)) units.set(path, places);
  const before = places.get(place);
  places.set(
    place,
    before === undefined ? unit : { weight: Math.max(before.weight, unit.weight), covered: before.covered || unit.covered },
  );
}

const tidy = (file: string) =>
  file
    .trim()
    .replaceAll("\\", "/")
    .replace(/^(\.\/)+/, "");

/**
 * LCOV: `SF:file`, `DA:line,hits`, `end_of_record`. The parsers at hand take a record that was cut off, a field in
 * the middle of a line and a count that is no number without a word; a measurement must not.
 */
export function readLcov(text: string): UnitsRead {
  const units: Growing = new Map();
  let file: string | null = null;
  let measured = 0;
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.trim();
    const colon = line.indexOf(":");
    const [field, value] = colon === -1 ? [line, ""] : [line.slice(0, colon), line.slice(colon + 1)];
    if (field === "SF") {
      if (file !== null) return failed(index + 1, "a record begins before the one above has ended");
      if (value.trim() === "") return failed(index + 1, "a record names no file");
      [file, measured] = [value, 0];
    } else if (field === "DA") {
      const data = /^(\d{1,9}),(-?\d+(?:\.\d+)?(?:e\+?\d+)?)(?:,.*)?$/i.exec(value);
      if (file === null || data === null) return failed(index + 1, "not a line of a file and its count");
      addUnit(units, file, String(Number(data[1])), { weight: 1, covered: Number(data[2]) > 0 });
      measured += 1;
    } else if (field === "LF" && Number(value) > 0 && measured === 0) {
      // Only totals: two reports of that kind can't be merged, and leaving the file out would flatter the rest.
      return failed(index + 1, "a file has a number of lines but not the lines");
    } else if (line === "end_of_record") {
      if (file === null) return failed(index + 1, "a record ends that never began");
      file = null;
    } else if (line !== "" && !line.startsWith("#") && !/^[A-Z]{2,8}$/.test(field)) {
      return failed(index + 1, "not a line of LCOV");
    }
  }
  return file === null ? { ok: true, units } : { ok: false, problem: "it ends in the middle of a record" };
}

/** Cobertura's XML: classes with a `filename`, and lines with `number` and `hits` somewhere below. */
export function readCobertura(text: string): UnitsRead {
  const parsed = parseXml(text, ["sources"]);
  if (!parsed.ok) return parsed;
  if (parsed.root.name !== "coverage") return { ok: false, problem: `its root is <${parsed.root.name}>, not <coverage>` };
  const units: Growing = new Map();
  const problem = addClasses(parsed.root, null, units);
  if (problem !== null) return { ok: false, problem };
  const declared = Number(parsed.root.attributes["lines-valid"] ?? 0);
  return units.size === 0 && declared > 0
    ? { ok: false, problem: `it counts ${String(declared)} lines and lists none of them` }
    : { ok: true, units };
}

/** Lines of an outer class and of its methods name the same lines twice, which their place evens out. */
function addClasses(element: Element, file: string | null, units: Growing): string | null {
  const within = element.name === "class" ? (element.attributes["filename"] ?? null) : file;
  if (element.name === "class" && (within ?? "") === "") return "a class names no file";
  if (element.name === "line") {
    const { number = "", hits = "" } = element.attributes;
    if (within === null || !/^\d{1,9}$/.test(number) || !/^-?\d+$/.test(hits))
      return `a line has the number "${number.slice(0, 20)}" and the hits "${hits.slice(0, 20)}"`;
    addUnit(units, within, String(Number(number)), { weight: 1, covered: Number(hits) > 0 });
  }
  for (const child of element.children) {
    const problem = addClasses(child, within, units);
    if (problem !== null) return problem;
  }
  return null;
}

/**
 * Go's profile: `file:from.column,to.column statements count`. With -coverpkg each test binary lists every block, so
 * one block comes many times; it is covered where any of them ran it.
 */
export function readGoCover(text: string): UnitsRead {
  const units: Growing = new Map();
  const lines = text.split("\n");
  if (!/^mode: (set|count|atomic)\s*$/.test(lines[0] ?? ""))
    return text.trim() === "" ? { ok: true, units } : failed(1, 'not the "mode:" line of a Go profile');
  for (const [index, raw] of lines.entries()) {
    const line = raw.trimEnd();
    if (line === "" || line.startsWith("mode: ")) continue;
    const block = /^(.+):(\d+\.\d+,\d+\.\d+) (\d{1,7}) (\d+)$/.exec(line);
    const [, file, place, statements, count] = block ?? [];
    if (file === undefined || place === undefined || count === undefined || Number(statements) > mostStatements)
      return failed(index + 1, "not a block of a Go profile");
    addUnit(units, file, place, { weight: Number(statements), covered: /[1-9]/.test(count) });
  }
  // Go writes whole lines; without the last one's end the file was cut off, and the count with it.
  return text.endsWith("\n") ? { ok: true, units } : { ok: false, problem: "it ends in the middle of a line" };
}
