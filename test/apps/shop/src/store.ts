import type { Decision, Order, OrderLine } from "./domain/order.ts";
import type { Product } from "./domain/product.ts";

export type Placed =
  { readonly kind: "placed"; readonly order: Order } | Exclude<Decision, { readonly kind: "accepted" }>;

export interface Store {
  /** Rejects when the database does not answer. */
  ping(): Promise<void>;
  listProducts(): Promise<readonly Product[]>;
  findProduct(id: number): Promise<Product | null>;
  /** All lines or none: an order that cannot be met takes nothing from the stock. */
  placeOrder(lines: readonly OrderLine[]): Promise<Placed>;
  findOrder(id: number): Promise<Order | null>;
}
