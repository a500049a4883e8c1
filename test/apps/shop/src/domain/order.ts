import type { Product } from "./product.ts";

export interface OrderLine {
  readonly productId: number;
  readonly quantity: number;
}

export interface PricedLine extends OrderLine {
  readonly unitPriceCents: number;
}

export interface Order {
  readonly id: number;
  readonly lines: readonly PricedLine[];
  readonly totalCents: number;
}

/** Whether an order can be taken from the stock; decided on values, so that any store decides alike. */
export type Decision =
  | { readonly kind: "accepted"; readonly lines: readonly PricedLine[]; readonly totalCents: number }
  | { readonly kind: "unknown-product"; readonly productId: number }
  | {
      readonly kind: "out-of-stock";
      readonly productId: number;
      readonly requested: number;
      readonly available: number;
    };

export function decide(lines: readonly OrderLine[], products: readonly Product[]): Decision {
  const byId = new Map(products.map((product) => [product.id, product]));
  const priced: PricedLine[] = [];
  for (const { productId, quantity } of lines) {
    const product = byId.get(productId);
    if (product === undefined) return { kind: "unknown-product", productId };
    if (quantity > product.stock) {
      return { kind: "out-of-stock", productId, requested: quantity, available: product.stock };
    }
    priced.push({ productId, quantity, unitPriceCents: product.priceCents });
  }
  return { kind: "accepted", lines: priced, totalCents: total(priced) };
}

export function total(lines: readonly PricedLine[]): number {
  return lines.reduce((sum, line) => sum + line.quantity * line.unitPriceCents, 0);
}
