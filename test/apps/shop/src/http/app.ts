import {
  LogController,
  fastify,
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
} from "fastify";
import type { Store } from "../store.ts";
import type { Metrics } from "./metrics.ts";
import { orderRoutes } from "./orders.ts";
import { productRoutes } from "./products.ts";
import { statusRoutes } from "./status.ts";

export interface Parts {
  readonly store: Store;
  readonly metrics: Metrics;
  readonly logger: FastifyBaseLogger;
}

/** What probes and scrapers ask every second; a log line for each would bury the others. */
const quietRoutes: ReadonlySet<string> = new Set(["/healthz", "/metrics"]);

export function createApp({ store, metrics, logger }: Parts): FastifyInstance {
  const app = fastify({
    loggerInstance: logger,
    // Fastify writes two lines a request; observeRequests writes one, with the route that the metrics have.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 64 * 1024,
  });
  closeConnectionsWhenStopping(app);
  observeRequests(app, metrics);
  answerErrors(app);
  statusRoutes(app, store, metrics);
  productRoutes(app, store);
  orderRoutes(app, store, metrics);
  return app;
}

/** A client that keeps its connection open after the last answer would hold up the shutdown to its deadline. */
function closeConnectionsWhenStopping(app: FastifyInstance): void {
  let stopping = false;
  app.addHook("preClose", (done) => {
    stopping = true;
    done();
  });
  app.addHook("onSend", (_request, reply, payload, done) => {
    if (stopping) reply.header("connection", "close");
    done(null, payload);
  });
}

function observeRequests(app: FastifyInstance, metrics: Metrics): void {
  app.addHook("onResponse", (request, reply, done) => {
    const route = request.routeOptions.url ?? "unmatched";
    const seen = { route, method: request.method, status: reply.statusCode };
    metrics.observe({ ...seen, seconds: reply.elapsedTime / 1000 });
    const level = quietRoutes.has(route) && reply.statusCode < 500 ? "debug" : "info";
    request.log[level]({ ...seen, ms: Math.round(reply.elapsedTime * 10) / 10 }, "request");
    done();
  });
}

function answerErrors(app: FastifyInstance): void {
  app.setNotFoundHandler((request, reply) => {
    return reply.code(404).send({ error: "not-found", message: `no route ${request.method} ${request.url}` });
  });
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status < 500) return reply.code(status).send({ error: "invalid-request", message: error.message });
    request.log.error({ err: error }, "request failed");
    return reply.code(500).send({ error: "internal", message: "the request failed; the log says why" });
  });
}
