import { Counter, Histogram, Registry, collectDefaultMetrics } from "prom-client";

export interface Observation {
  /** The route's pattern, never the address itself: one series for each id would have no end. */
  readonly route: string;
  readonly method: string;
  readonly status: number;
  readonly seconds: number;
}

export interface Metrics {
  readonly contentType: string;
  observe(request: Observation): void;
  orderPlaced(units: number): void;
  render(): Promise<string>;
}

const labelNames = ["route", "method", "status"] as const;

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: "http_requests_total",
    help: "Requests answered.",
    labelNames,
    registers: [registry],
  });
  const duration = new Histogram({
    name: "http_request_duration_seconds",
    help: "Time from a request's arrival to the end of its answer.",
    labelNames,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  });
  const sold = new Counter({ name: "shop_units_sold_total", help: "Units sold.", registers: [registry] });
  return {
    contentType: registry.contentType,
    observe({ route, method, status, seconds }) {
      const labels = { route, method, status: String(status) };
      requests.inc(labels);
      duration.observe(labels, seconds);
    },
    orderPlaced: (units) => sold.inc(units),
    render: () => registry.metrics(),
  };
}
