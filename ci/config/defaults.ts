/**
 * The environments and alerts of an app that writes none. environments/*.yaml at the root of this repository say the
 * same with explanations, to be copied; a test holds the two together. (In code, so that a bundle needs no files.)
 */
import type { AlertsInput, EnvironmentInput } from "./environment-schema.ts";

export const defaultEnvironments: Readonly<Record<string, EnvironmentInput>> = {
  development: {
    environment: "development",
    database: "dev-db",
    api: "dev-api",
    monitoring: "dev-monitoring",
    replicas: 1,
    strategy: "rolling",
  },
  staging: {
    environment: "staging",
    database: "staging-db",
    api: "staging-api",
    monitoring: "staging-monitoring",
    replicas: 2,
    strategy: "blue-green",
  },
  production: {
    environment: "production",
    database: "prod-db",
    api: "prod-api",
    monitoring: "prod-monitoring",
    replicas: 2,
    strategy: "canary",
  },
};

export const defaultAlerts: AlertsInput = [
  {
    name: "high-error-rate",
    condition: "error_rate > 1%",
    duration: "5m",
    severity: "critical",
    description: "More than one request in a hundred fails: the release is bad, or something that it needs is down.",
  },
  {
    name: "slow-responses",
    condition: "response_time > 500ms",
    duration: "5m",
    severity: "critical",
    description: "One request in twenty takes longer than half a second.",
  },
];
