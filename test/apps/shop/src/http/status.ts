import type { FastifyInstance } from "fastify";
import type { Store } from "../store.ts";
import type { Metrics } from "./metrics.ts";

export function statusRoutes(app: FastifyInstance, store: Store, metrics: Metrics): void {
  app.get("/healthz", async (request, reply) => {
    try {
      await store.ping();
      return { status: "ok" };
    } catch (error) {
      request.log.warn({ err: error }, "the database does not answer");
      return reply.code(503).send({ status: "unavailable", reason: "the database does not answer" });
    }
  });

  app.get("/metrics", async (_request, reply) => {
    return reply.type(metrics.contentType).send(await metrics.render());
  });
}
