import type pg from "pg";
import { type Order, type OrderLine, type PricedLine, decide, total } from "../domain/order.ts";
import type { Product } from "../domain/product.ts";
import type { Placed, Store } from "../store.ts";
import { inTransaction } from "./pool.ts";

const productColumns = `id, sku, name, price_cents AS "priceCents", stock`;

export function createPostgresStore(pool: pg.Pool): Store {
  return {
    async ping() {
      await pool.query("SELECT 1");
    },
    async listProducts() {
      const { rows } = await pool.query<Product>(`SELECT ${productColumns} FROM products ORDER BY id`);
      return rows;
    },
    async findProduct(id) {
      const { rows } = await pool.query<Product>(`SELECT ${productColumns} FROM products WHERE id = $1`, [
        id,
      ]);
      return rows[0] ?? null;
    },
    placeOrder: (lines) => inTransaction(pool, (client) => placeOrder(client, lines)),
    findOrder: (id) => findOrder(pool, id),
  };
}

async function placeOrder(client: pg.PoolClient, lines: readonly OrderLine[]): Promise<Placed> {
  const decision = decide(lines, await lockProducts(client, lines));
  if (decision.kind !== "accepted") return decision;
  for (const line of decision.lines) {
    await client.query("UPDATE products SET stock = stock - $2 WHERE id = $1", [
      line.productId,
      line.quantity,
    ]);
  }
  const id = await insertOrder(client, decision.lines);
  return { kind: "placed", order: { id, lines: decision.lines, totalCents: decision.totalCents } };
}

/** Locked in the order of their ids: two orders of the same products wait for each other instead of deadlocking. */
async function lockProducts(client: pg.PoolClient, lines: readonly OrderLine[]): Promise<readonly Product[]> {
  const { rows } = await client.query<Product>(
    `SELECT ${productColumns} FROM products WHERE id = ANY($1::integer[]) ORDER BY id FOR UPDATE`,
    [lines.map(({ productId }) => productId)],
  );
  return rows;
}

async function insertOrder(client: pg.PoolClient, lines: readonly PricedLine[]): Promise<number> {
  const { rows } = await client.query<{ id: number }>("INSERT INTO orders DEFAULT VALUES RETURNING id");
  const id = rows[0]?.id;
  if (id === undefined) throw new Error("INSERT INTO orders returned no id");
  await client.query(
    `INSERT INTO order_lines (order_id, product_id, quantity, unit_price_cents)
     SELECT $1, line.* FROM unnest($2::integer[], $3::integer[], $4::integer[]) AS line`,
    [
      id,
      lines.map(({ productId }) => productId),
      lines.map(({ quantity }) => quantity),
      lines.map(({ unitPriceCents }) => unitPriceCents),
    ],
  );
  return id;
}

async function findOrder(pool: pg.Pool, id: number): Promise<Order | null> {
  const { rows: lines } = await pool.query<PricedLine>(
    `SELECT product_id AS "productId", quantity, unit_price_cents AS "unitPriceCents"
     FROM order_lines WHERE order_id = $1 ORDER BY product_id`,
    [id],
  );
  // An order and its lines are written in one transaction, so no lines means no order.
  return lines.length === 0 ? null : { id, lines, totalCents: total(lines) };
}
