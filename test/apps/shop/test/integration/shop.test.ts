import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createApp } from "../../src/http/app.ts";
import { createMetrics } from "../../src/http/metrics.ts";
import { migrate } from "../../src/postgres/migrate.ts";
import { createPool, isStartingUp } from "../../src/postgres/pool.ts";
import { createPostgresStore } from "../../src/postgres/store.ts";
import type { Store } from "../../src/store.ts";
import { type Database, createDatabase, shopMigrations } from "../support/database.ts";

let database: Database;
let store: Store;

beforeAll(async () => {
  database = await createDatabase();
  await migrate(database.url, await shopMigrations());
  store = createPostgresStore(database.pool);
});
afterAll(() => database.close());

const mug = 1;
const tea = 2;
const teapot = 4;

beforeEach(async () => {
  await database.pool.query("DELETE FROM orders");
  await database.pool.query("UPDATE products SET stock = 5 WHERE id <> $1", [teapot]);
});

async function stockOf(id: number): Promise<number | undefined> {
  return (await store.findProduct(id))?.stock;
}

describe("an order", () => {
  it("takes from the stock and is found again", async () => {
    const placed = await store.placeOrder([
      { productId: mug, quantity: 2 },
      { productId: tea, quantity: 1 },
    ]);
    if (placed.kind !== "placed") throw new Error(`the order was refused: ${placed.kind}`);
    expect(placed.order.totalCents).toBe(2 * 1250 + 890);
    expect(await store.findOrder(placed.order.id)).toEqual(placed.order);
    expect(await stockOf(mug)).toBe(3);
  });

  it("takes nothing when one line cannot be met", async () => {
    const lines = [
      { productId: mug, quantity: 1 },
      { productId: teapot, quantity: 1 },
    ];
    expect((await store.placeOrder(lines)).kind).toBe("out-of-stock");
    expect(await stockOf(mug)).toBe(5);
  });

  it("never sells more than there is, however many come at once", async () => {
    const orders = Array.from({ length: 20 }, () => store.placeOrder([{ productId: mug, quantity: 1 }]));
    const kinds = (await Promise.all(orders)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === "placed")).toHaveLength(5);
    expect(await stockOf(mug)).toBe(0);
  });

  it("does not deadlock with one that names the same products the other way round", async () => {
    const [there, back] = [[mug, tea] as const, [tea, mug] as const];
    const orders = [there, back, there, back].map((ids) =>
      store.placeOrder(ids.map((productId) => ({ productId, quantity: 1 }))),
    );
    expect((await Promise.all(orders)).every(({ kind }) => kind === "placed")).toBe(true);
  });

  it("that does not exist is not found", async () => {
    expect(await store.findOrder(2_147_483_647)).toBeNull();
  });
});

describe("the schema", () => {
  it("refuses a negative stock by itself", async () => {
    const query = database.pool.query("UPDATE products SET stock = -1 WHERE id = $1", [mug]);
    await expect(query).rejects.toThrow(/products_stock_check/);
  });
});

describe("the service", () => {
  function serve(served: Store) {
    return createApp({ store: served, metrics: createMetrics(), logger: pino({ level: "silent" }) });
  }

  it("answers from the database", async () => {
    const app = serve(store);
    expect((await app.inject("/healthz")).statusCode).toBe(200);
    expect((await app.inject("/products")).json().products).toHaveLength(4);
    const payload = { lines: [{ productId: teapot, quantity: 1 }] };
    expect((await app.inject({ method: "POST", url: "/orders", payload })).statusCode).toBe(409);
  });

  it("is unhealthy without its database", async () => {
    const nobody = "postgres://shop:shop@127.0.0.1:1/shop";
    const pool = createPool(nobody, pino({ level: "silent" }));
    expect((await serve(createPostgresStore(pool)).inject("/healthz")).statusCode).toBe(503);
    await expect(pool.query("SELECT 1")).rejects.toSatisfy(isStartingUp);
    await pool.end();
  });
});
