import { pino } from "pino";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { createApp } from "../../src/http/app.ts";
import { createMetrics } from "../../src/http/metrics.ts";
import type { Store } from "../../src/store.ts";
import { createMemoryStore } from "../support/memory-store.ts";
import { mug, tea, teapot } from "../support/products.ts";

function createShop(overrides: Partial<Store> = {}) {
  const store = { ...createMemoryStore([mug, tea, teapot]), ...overrides };
  return createApp({ store, metrics: createMetrics(), logger: pino({ level: "silent" }) });
}

let shop = createShop();
beforeEach(() => {
  shop = createShop();
});

function order(productId: number, quantity: number) {
  return shop.inject({ method: "POST", url: "/orders", payload: { lines: [{ productId, quantity }] } });
}

describe("products", () => {
  it("are listed with their stock", async () => {
    const response = await shop.inject("/products");
    expect(response.statusCode).toBe(200);
    expect(response.json()).toEqual({ products: [mug, tea, teapot] });
  });

  it("are found by id", async () => {
    expect((await shop.inject("/products/1")).json()).toEqual(mug);
    expect((await shop.inject("/products/99")).statusCode).toBe(404);
    expect((await shop.inject("/products/mug")).statusCode).toBe(404);
  });
});

describe("an order", () => {
  it("takes from the stock and can be read again", async () => {
    const placed = await order(mug.id, 2);
    expect(placed.statusCode).toBe(201);
    expect(placed.json()).toMatchObject({ id: 1, totalCents: 2500 });
    expect((await shop.inject("/products/1")).json()).toMatchObject({ stock: 1 });
    expect((await shop.inject("/orders/1")).json()).toEqual(placed.json());
  });

  it("answers 409 when there is not enough", async () => {
    const refused = await order(teapot.id, 1);
    expect(refused.statusCode).toBe(409);
    expect(refused.json()).toMatchObject({ error: "out-of-stock", available: 0 });
  });

  it("answers 422 for a product that does not exist", async () => {
    expect((await order(99, 1)).statusCode).toBe(422);
  });

  it("answers 400 for what is no order", async () => {
    expect((await order(mug.id, 0)).statusCode).toBe(400);
    const broken = {
      method: "POST",
      url: "/orders",
      headers: { "content-type": "application/json" },
    } as const;
    expect((await shop.inject({ ...broken, payload: "{" })).statusCode).toBe(400);
  });

  it("answers 404 when it does not exist", async () => {
    expect((await shop.inject("/orders/7")).statusCode).toBe(404);
  });
});

describe("the state of the service", () => {
  it("is healthy while the database answers", async () => {
    expect((await shop.inject("/healthz")).statusCode).toBe(200);
  });

  it("is 503 while the database does not", async () => {
    shop = createShop({ ping: () => Promise.reject(new Error("no route to host")) });
    const response = await shop.inject("/healthz");
    expect(response.statusCode).toBe(503);
    expect(response.body).not.toContain("no route to host");
  });

  it("counts requests by route, method and status", async () => {
    await shop.inject("/products/1");
    await shop.inject("/products/2");
    await shop.inject("/nowhere");
    await order(mug.id, 2);
    const { body } = await shop.inject("/metrics");
    expect(body).toContain('http_requests_total{route="/products/:id",method="GET",status="200"} 2');
    expect(body).toContain('http_requests_total{route="unmatched",method="GET",status="404"} 1');
    expect(body).toContain(
      'http_request_duration_seconds_count{route="/orders",method="POST",status="201"} 1',
    );
    expect(body).toContain("shop_units_sold_total 2");
  });

  it("answers 500 without the cause when a request fails", async () => {
    shop = createShop({ listProducts: () => Promise.reject(new Error("relation products does not exist")) });
    const response = await shop.inject("/products");
    expect(response.statusCode).toBe(500);
    expect(response.body).not.toContain("relation");
  });
});

describe("a shop that stops", () => {
  it("finishes the open request and then lets its connection go", async () => {
    const waiting: ((products: readonly []) => void)[] = [];
    shop = createShop({ listProducts: () => new Promise((resolve) => waiting.push(resolve)) });
    const address = await shop.listen({ port: 0, host: "127.0.0.1" });
    const open = fetch(`${address}/products`);
    await vi.waitFor(() => expect(waiting).toHaveLength(1));
    const closed = shop.close();
    await vi.waitFor(() => expect(shop.server.listening).toBe(false));
    waiting[0]?.([]);
    const response = await open;
    expect(response.status).toBe(200);
    expect(response.headers.get("connection")).toBe("close");
    await closed;
  });
});
