import type { FastifyInstance } from "fastify";
import { parseId } from "../domain/order-request.ts";
import type { Store } from "../store.ts";

export function productRoutes(app: FastifyInstance, store: Store): void {
  app.get("/products", async () => ({ products: await store.listProducts() }));

  app.get<{ Params: { id: string } }>("/products/:id", async (request, reply) => {
    const id = parseId(request.params.id);
    const product = id === null ? null : await store.findProduct(id);
    return product ?? reply.code(404).send({ error: "not-found", message: "no such product" });
  });
}
