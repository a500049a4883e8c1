import { describe, expect, it } from "vitest";

interface Product {
  readonly id: number;
  readonly stock: number;
}

function appUrl(): string {
  const url = process.env["APP_URL"];
  if (url === undefined || url === "") throw new Error("the end-to-end tests need APP_URL");
  return url.replace(/\/$/, "");
}

function get(path: string): Promise<Response> {
  return fetch(appUrl() + path, { signal: AbortSignal.timeout(5_000) });
}

function order(productId: number, quantity: number): Promise<Response> {
  return fetch(`${appUrl()}/orders`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ lines: [{ productId, quantity }] }),
    signal: AbortSignal.timeout(5_000),
  });
}

async function products(): Promise<readonly Product[]> {
  const { products } = (await (await get("/products")).json()) as { products: readonly Product[] };
  return products;
}

/** The tests run against a shop that may have sold already: what they need is looked for, never assumed. */
async function productWhere(holds: (product: Product) => boolean): Promise<Product> {
  const found = (await products()).find(holds);
  if (found === undefined) throw new Error("the shop has no product that this test can use");
  return found;
}

async function requestCount(series: string): Promise<number> {
  const text = await (await get("/metrics")).text();
  const line = text.split("\n").find((candidate) => candidate.startsWith(`http_requests_total{${series}}`));
  return line === undefined ? 0 : Number(line.split(" ").at(-1));
}

describe("the running shop", () => {
  it("is healthy", async () => {
    const response = await get("/healthz");
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: "ok" });
  });

  it("lists its products", async () => {
    expect((await products()).length).toBeGreaterThan(0);
  });

  it("takes an order and keeps it", async () => {
    const product = await productWhere(({ stock }) => stock > 0);
    const placed = await order(product.id, 1);
    expect(placed.status).toBe(201);
    const body = (await placed.json()) as { id: number };
    expect(await (await get(`/orders/${body.id}`)).json()).toEqual(body);
    const after = await productWhere(({ id }) => id === product.id);
    expect(after.stock).toBeLessThan(product.stock);
  });

  it("refuses an order beyond its stock with 409", async () => {
    const product = await productWhere(({ stock }) => stock < 10_000);
    const refused = await order(product.id, product.stock + 1);
    expect(refused.status).toBe(409);
    expect(await refused.json()).toMatchObject({ error: "out-of-stock", productId: product.id });
  });

  it("counts what it answers", async () => {
    const series = 'route="/products",method="GET",status="200"';
    const before = await requestCount(series);
    await get("/products");
    expect(await requestCount(series)).toBeGreaterThan(before);
  });
});
