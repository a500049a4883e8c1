import { type Order, decide } from "../../src/domain/order.ts";
import type { Product } from "../../src/domain/product.ts";
import type { Store } from "../../src/store.ts";

/** The shop without a database: the same decisions, on products held in memory. */
export function createMemoryStore(seed: readonly Product[]): Store {
  const products = new Map(seed.map((product) => [product.id, product]));
  const orders = new Map<number, Order>();
  return {
    ping: async () => {},
    listProducts: async () => [...products.values()],
    findProduct: async (id) => products.get(id) ?? null,
    findOrder: async (id) => orders.get(id) ?? null,
    placeOrder: async (lines) => {
      const decision = decide(lines, [...products.values()]);
      if (decision.kind !== "accepted") return decision;
      for (const { productId, quantity } of decision.lines) {
        const product = products.get(productId);
        if (product !== undefined) products.set(productId, { ...product, stock: product.stock - quantity });
      }
      const order = { id: orders.size + 1, lines: decision.lines, totalCents: decision.totalCents };
      orders.set(order.id, order);
      return { kind: "placed", order };
    },
  };
}
