/**
 * XML as a tree of elements, for reports. It is checked to be well-formed first, since the parser takes a truncated
 * file for a whole one. Entities that a document defines stay as they are written, so none can grow.
 */
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { messageOf } from "../errors.ts";

export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  /** Of an element named in `raw`, what stands between its tags; undecoded (see `decode`), and "" for all others. */
  readonly raw: string;
}

export type Parsed = { readonly ok: true; readonly root: Element } | { readonly ok: false; readonly problem: string };

type Node = Readonly<Record<string, unknown>>;

const text = "#text";
const attributes = ":@";

/**
 * The root element. Elements named in `raw` are not looked into: it keeps their text, and it is far cheaper for the
 * output of tests than to have it parsed.
 */
export function parseXml(xml: string, raw: readonly string[] = []): Parsed {
  // Deprecated in favour of a package of its own that holds the same code, which this one still carries.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const wellFormed = XMLValidator.validate(xml);
  if (wellFormed !== true) {
    const { msg, line } = wellFormed.err;
    return {
      ok: false,
      problem: xml.trim() === "" ? "it is empty" : `it is not well-formed XML: ${msg.slice(0, 200)} (line ${String(line)})`,
    };
  }
  try {
    const parser = new XMLParser({
      preserveOrder: true,
      ignoreAttributes: false,
      attributeNamePrefix: "",
      parseTagValue: false,
      parseAttributeValue: false,
      processEntities: false,
      removeNSPrefix: true,
      ignoreDeclaration: true,
      ignorePiTags: true,
      stopNodes: raw.map((name) => `..${name}`),
    });
    const [root, another] = elementsIn(parser.parse(xml) as readonly Node[]);
    if (root === undefined) return { ok: false, problem: "it has no root element" };
    return another === undefined ? { ok: true, root } : { ok: false, problem: "it has more than one root element" };
  } catch (error) {
    return { ok: false, problem: `it is not XML that can be read: ${messageOf(error).slice(0, 200)}` };
  }
}

function elementsIn(nodes: readonly Node[]): readonly Element[] {
  return nodes.flatMap((node) => {
    const name = Object.keys(node).find((key) => key !== attributes);
    if (name === undefined || name === text) return [];
    const inside = node[name] as readonly Node[];
    const children = elementsIn(inside);
    const own = (node[attributes] ?? {}) as Readonly<Record<string, string>>;
    const raw = inside.map((child) => child[text]).find((value) => typeof value === "string") ?? "";
    return [{ name, attributes: own, children, raw: children.length > 0 ? "" : raw }];
  });
}

const named: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

/** Text as it was meant: CDATA opened, comments gone, and XML's own five entities and numeric ones resolved, once. */
export function decode(raw: string): string {
  return raw.replace(
    /<!\[CDATA\[([\s\S]*?)(?:\]\]>|$)|<!--[\s\S]*?(?:-->|$)|&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(lt|gt|amp|quot|apos));/gi,
    (whole, cdata?: string, decimal?: string, hex?: string, name?: string) => {
      if (cdata !== undefined) return cdata;
      if (name !== undefined) return named[name.toLowerCase()] ?? whole;
      const point = decimal !== undefined ? Number.parseInt(decimal, 10) : hex !== undefined ? Number.parseInt(hex, 16) : null;
      if (point === null) return "";
      return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
    },
  );
}
