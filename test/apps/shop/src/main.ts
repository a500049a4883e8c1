import { fileURLToPath } from "node:url";
import { pino } from "pino";
import { type Config, ConfigError, readConfig } from "./config.ts";
import { createApp } from "./http/app.ts";
import { createMetrics } from "./http/metrics.ts";
import { readMigrations } from "./migrations/folder.ts";
import { migrate } from "./postgres/migrate.ts";
import { createPool, isStartingUp } from "./postgres/pool.ts";
import { createPostgresStore } from "./postgres/store.ts";
import { retry } from "./retry.ts";
import { createShutdown } from "./shutdown.ts";

const logger = pino({
  base: { app: "shop" },
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (label) => ({ level: label }) },
});
const migrationsFolder = fileURLToPath(new URL("../migrations/", import.meta.url));

async function bringSchemaUpToDate({ databaseUrl }: Config): Promise<void> {
  const migrations = await readMigrations(migrationsFolder);
  const applied = await retry(() => migrate(databaseUrl, migrations), {
    attempts: 30,
    pauseMs: 1_000,
    worthwhile: isStartingUp,
    onFailure: (error, attempt) => logger.warn({ err: error, attempt }, "waiting for the database"),
  });
  logger.info({ applied }, "the schema is up to date");
}

async function serve(config: Config): Promise<void> {
  const pool = createPool(config.databaseUrl, logger);
  const app = createApp({ store: createPostgresStore(pool), metrics: createMetrics(), logger });
  const stop = createShutdown({
    steps: [() => app.close(), () => pool.end()],
    deadlineMs: 10_000,
    log: (message, error) => logger.info(error === undefined ? {} : { err: error }, message),
    exit: (code) => process.exit(code),
  });
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  await app.listen({ host: "0.0.0.0", port: config.port });
}

async function main(command: string | undefined): Promise<void> {
  const config = readConfig(process.env);
  await bringSchemaUpToDate(config);
  if (command !== "migrate") await serve(config);
}

main(process.argv[2]).catch((error: unknown) => {
  // A wrong setting needs its message and nothing else; anything else needs its stack.
  if (error instanceof ConfigError) logger.fatal(error.message);
  else logger.fatal({ err: error }, "cannot start");
  process.exit(1);
});
