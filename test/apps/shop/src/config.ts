export interface Config {
  readonly port: number;
  readonly databaseUrl: string;
}

/** What the operator has to set right; its message is for them, without a stack. */
export class ConfigError extends Error {}

const defaultPort = 8080;

export function readConfig(env: NodeJS.ProcessEnv): Config {
  return { port: readPort(env["PORT"]), databaseUrl: readDatabaseUrl(env["DATABASE_URL"]) };
}

function readPort(text: string | undefined): number {
  if (text === undefined || text === "") return defaultPort;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new ConfigError(`PORT is "${text}": set it to a number from 0 to 65535`);
  }
  return port;
}

function readDatabaseUrl(text: string | undefined): string {
  if (text === undefined || text === "") {
    throw new ConfigError("DATABASE_URL is not set: set it to postgres://user:password@host:5432/database");
  }
  const protocol = URL.canParse(text) ? new URL(text).protocol : "";
  if (protocol !== "postgres:" && protocol !== "postgresql:") {
    // The value holds a password, so the message leaves it out.
    throw new ConfigError("DATABASE_URL is not a PostgreSQL address: it starts with postgres://");
  }
  return text;
}
