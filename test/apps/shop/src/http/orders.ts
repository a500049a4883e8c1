import type { FastifyInstance } from "fastify";
import { parseId, parseOrderRequest } from "../domain/order-request.ts";
import type { Placed, Store } from "../store.ts";
import type { Metrics } from "./metrics.ts";

export function orderRoutes(app: FastifyInstance, store: Store, metrics: Metrics): void {
  app.post("/orders", async (request, reply) => {
    const parsed = parseOrderRequest(request.body);
    if (parsed.kind === "invalid") {
      return reply.code(400).send({ error: "invalid-request", message: parsed.message });
    }
    const placed = await store.placeOrder(parsed.lines);
    if (placed.kind === "placed") {
      metrics.orderPlaced(placed.order.lines.reduce((units, line) => units + line.quantity, 0));
    }
    const { status, body } = answer(placed);
    return reply.code(status).send(body);
  });

  app.get<{ Params: { id: string } }>("/orders/:id", async (request, reply) => {
    const id = parseId(request.params.id);
    const order = id === null ? null : await store.findOrder(id);
    return order ?? reply.code(404).send({ error: "not-found", message: "no such order" });
  });
}

function answer(placed: Placed): { status: number; body: object } {
  switch (placed.kind) {
    case "placed":
      return { status: 201, body: placed.order };
    case "unknown-product":
      return {
        status: 422,
        body: { error: "unknown-product", message: `there is no product ${placed.productId}` },
      };
    case "out-of-stock":
      return {
        status: 409,
        body: {
          error: "out-of-stock",
          message: `product ${placed.productId}: ${placed.requested} asked for, ${placed.available} in stock`,
          productId: placed.productId,
          available: placed.available,
        },
      };
  }
}
