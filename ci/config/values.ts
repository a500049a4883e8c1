/**
 * YAML nodes → plain values, with the place of each. Stricter than YAML: keys are text and appear once, aliases are few
 * and end, and no key can reach an object's prototype.
 */
import { type Alias, isAlias, isMap, isScalar, isSeq, type Node, type Scalar, type YAMLMap, type YAMLSeq } from "yaml";
import { bare, emptyMeans, type Schema, step, takesText } from "./descend.ts";
import { type Path, type Place, type Problem, problem, quote } from "./problem.ts";
import type { Syntax } from "./syntax.ts";

/** Where a key stands, and where its value is; the same for an item of a list. */
export interface Written {
  readonly key: Place;
  readonly value: Place;
}

export interface Values {
  readonly value: unknown;
  readonly written: ReadonlyMap<string, Written>;
  readonly problems: readonly Problem[];
}

const mostAliases = 100;
const mostNodes = 50_000;
const refusedKeys = new Set(["__proto__", "constructor", "prototype"]);

/** One text for a path, for use as a map's key. NUL is in no key: the syntax refuses it, and so does `keyOf`. */
export function pathKey(path: Path): string {
  return path.join("\0");
}

/** An absent or empty document is an empty map. */
export function readValues(syntax: Syntax, schema: Schema): Values {
  const reader = new Reader(syntax.placeOf);
  const root = syntax.document.contents;
  const value = isEmpty(root) ? {} : reader.node(root, [], bare(schema));
  return { value, written: reader.written, problems: reader.problems };
}

class Reader {
  readonly written = new Map<string, Written>();
  readonly problems: Problem[] = [];
  /** What an alias stands for is settled where it is met first: a later anchor of the same name changes nothing. */
  private readonly targets = new Map<Alias, Node | undefined>();
  private readonly anchors = new Map<string, Node>();
  /** The nodes that are being read: an alias to one of them would never end. */
  private readonly open = new Set<Node>();
  private inAlias = 0;
  private aliases = 0;
  private nodes = 0;

  constructor(private readonly placeOf: (offset: number) => Place) {}

  node(node: Node | null, path: Path, schemas: readonly Schema[]): unknown {
    if (node === null) return null;
    this.nodes += 1;
    if (this.nodes > mostNodes) {
      if (this.nodes === mostNodes + 1)
        this.refuse(node, path, "is too large", `expected at most ${mostNodes} values, those of aliases included`);
      return null;
    }
    if (isAlias(node)) return this.alias(node, path, schemas);
    if (node.tag !== undefined)
      this.refuse(node, path, `has the tag ${node.tag.replace("tag:yaml.org,2002:", "!!")}`, "expected no tag");
    if (node.anchor !== undefined && this.inAlias === 0) this.anchors.set(node.anchor, node);
    this.open.add(node);
    const value = this.content(node, path, schemas);
    this.open.delete(node);
    return value;
  }

  private content(node: Node, path: Path, schemas: readonly Schema[]): unknown {
    if (isScalar(node)) return scalar(node, schemas);
    if (isMap<Node, Node | null>(node)) return this.map(node, path, schemas);
    if (isSeq<Node>(node)) return this.list(node, path, schemas);
    throw new Error("a YAML node is an alias, a scalar, a map or a list");
  }

  private list(list: YAMLSeq<Node>, path: Path, schemas: readonly Schema[]): unknown[] {
    return list.items.map((item, index) => {
      const place = this.placeOf(offset(item));
      const itemPath = [...path, index];
      this.written.set(pathKey(itemPath), { key: place, value: place });
      return this.node(item, itemPath, step(schemas, index));
    });
  }

  private map(map: YAMLMap<Node, Node | null>, path: Path, schemas: readonly Schema[]): Record<string, unknown> {
    const values: Record<string, unknown> = {};
    const seen = new Map<string, Place>();
    for (const { key: keyNode, value } of map.items) {
      const key = this.key(keyNode, path, seen);
      if (key === null) continue;
      const place = this.placeOf(offset(keyNode));
      seen.set(key, place);
      const keyPath = [...path, key];
      this.written.set(pathKey(keyPath), { key: place, value: onLineOf(place, this.placeOf(offset(value ?? keyNode))) });
      const inner = step(schemas, key);
      const meant = isEmpty(value) ? emptyMeans(inner) : null;
      if (meant === "absent") continue;
      values[key] = meant === "map" ? {} : this.node(value, keyPath, inner);
    }
    return values;
  }

  /** The key's text, or null where it is refused. */
  private key(node: Node, path: Path, seen: ReadonlyMap<string, Place>): string | null {
    const key = isScalar(node) ? textOf(node) : null;
    if (key === null) return this.refuse(node, path, "has a key that is not text", "expected `key: value`");
    if (key === "<<")
      return this.refuse(node, path, "merges with <<, which YAML 1.2 does not have", "expected the keys themselves");
    if (/[\p{C}]/u.test(key))
      return this.refuse(node, path, `has the key ${quote(key)}`, "expected keys without control characters");
    if (refusedKeys.has(key))
      return this.refuse(node, [...path, key], "is a key that is never accepted", "expected another name");
    const first = seen.get(key);
    if (first === undefined) return key;
    return this.refuse(node, [...path, key], `is written twice, first in line ${first.line}`, "expected it once");
  }

  private alias(alias: Alias, path: Path, schemas: readonly Schema[]): unknown {
    if (!this.targets.has(alias)) this.targets.set(alias, this.anchors.get(alias.source));
    const target = this.targets.get(alias);
    this.aliases += 1;
    if (this.aliases > mostAliases) {
      if (this.aliases > mostAliases + 1) return null;
      return this.refuse(
        alias,
        path,
        "is one alias too many",
        `expected at most ${mostAliases} in a file, nested ones counted each time`,
      );
    }
    if (target === undefined)
      return this.refuse(alias, path, `is an alias of ${alias.source}, which no anchor before it names`, "expected a value");
    if (this.open.has(target)) return this.refuse(alias, path, "is an alias of what holds it", "expected a value");
    this.inAlias += 1;
    const value = this.node(target, path, schemas);
    this.inAlias -= 1;
    return value;
  }

  private refuse(node: Node, path: Path, wrong: string, expected: string): null {
    this.problems.push(problem(this.placeOf(offset(node)), path, wrong, expected));
    return null;
  }
}

function offset(node: Node): number {
  return node.range?.[0] ?? 0;
}

/** A value on a line of its own is shown by its key. */
function onLineOf(key: Place, value: Place): Place {
  return value.line === key.line ? value : key;
}

/** Nothing was written at all, as against `null` or `~`. */
function isEmpty(node: Node | null): boolean {
  return node === null || (isScalar(node) && node.value === null && (node.source ?? "") === "");
}

/** Where text is meant, an unquoted `1.10`, `true` or `0x1f` is the text that was written. */
function scalar(node: Scalar, schemas: readonly Schema[]): unknown {
  const readAsOther = typeof node.value === "number" || typeof node.value === "boolean";
  return readAsOther && takesText(schemas) ? textOf(node) : node.value;
}

function textOf(node: Scalar): string {
  return typeof node.value === "string" ? node.value : (node.source ?? "");
}
