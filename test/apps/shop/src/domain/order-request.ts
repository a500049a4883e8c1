import type { OrderLine } from "./order.ts";

export type ParsedOrder =
  | { readonly kind: "valid"; readonly lines: readonly OrderLine[] }
  | { readonly kind: "invalid"; readonly message: string };

const mostLines = 50;
const mostOfOne = 10_000;
const largestId = 2_147_483_647;

export function parseOrderRequest(body: unknown): ParsedOrder {
  if (!isRecord(body) || !Array.isArray(body["lines"])) {
    return invalid('the body must be {"lines": [{"productId": 1, "quantity": 1}]}');
  }
  const lines: readonly unknown[] = body["lines"];
  if (lines.length === 0) return invalid("lines is empty: an order has at least one");
  if (lines.length > mostLines) return invalid(`lines has ${lines.length} entries: at most ${mostLines}`);

  const parsed: OrderLine[] = [];
  for (const [index, line] of lines.entries()) {
    const result = parseLine(line, `lines[${index}]`);
    if ("message" in result) return invalid(result.message);
    parsed.push(result);
  }
  const merged = mergeLines(parsed);
  const over = merged.find((line) => line.quantity > mostOfOne);
  if (over !== undefined) return invalid(`product ${over.productId}: at most ${mostOfOne} in one order`);
  return { kind: "valid", lines: merged };
}

/** An id as it stands in a path, or null where it is none. */
export function parseId(text: string): number | null {
  if (!/^[1-9][0-9]{0,9}$/.test(text)) return null;
  const id = Number(text);
  return id <= largestId ? id : null;
}

function parseLine(line: unknown, where: string): OrderLine | { message: string } {
  if (!isRecord(line)) return { message: `${where} must be {"productId": 1, "quantity": 1}` };
  const { productId, quantity } = line;
  if (!isCount(productId) || productId > largestId) return { message: `${where}.productId must be an id` };
  if (!isCount(quantity)) return { message: `${where}.quantity must be a whole number of at least 1` };
  return { productId, quantity };
}

/** One line a product: two lines of the same product must not each see the whole stock. */
function mergeLines(lines: readonly OrderLine[]): readonly OrderLine[] {
  const quantities = new Map<number, number>();
  for (const { productId, quantity } of lines) {
    quantities.set(productId, (quantities.get(productId) ?? 0) + quantity);
  }
  return [...quantities].map(([productId, quantity]) => ({ productId, quantity }));
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalid(message: string): ParsedOrder {
  return { kind: "invalid", message };
}
