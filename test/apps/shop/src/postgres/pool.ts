import pg from "pg";
import type { FastifyBaseLogger } from "fastify";

export function createPool(databaseUrl: string, logger: FastifyBaseLogger): pg.Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    application_name: "shop",
    max: 10,
    // Together less than the 5 s that a probe waits: a database that hangs is an answer of 503, not silence.
    connectionTimeoutMillis: 1_500,
    query_timeout: 3_000,
    // The server gives up too, or the locks of an abandoned order would outlive it.
    statement_timeout: 3_000,
  });
  // Without a listener a database that restarts would end this process through its idle connections.
  pool.on("error", (error) => logger.warn({ err: error }, "an idle database connection was lost"));
  return pool;
}

export async function inTransaction<T>(
  pool: pg.Pool,
  act: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let broken = false;
  try {
    await client.query("BEGIN");
    const result = await act(client);
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {
      broken = true;
    });
    throw error;
  } finally {
    // A connection that could not roll back must not return to the pool with an open transaction.
    client.release(broken);
  }
}

/** Errors of a database that is not up yet, as against one that refuses us. */
export function isStartingUp(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const cannotConnectNow = "57P03";
  return ["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "EAI_AGAIN", "ETIMEDOUT", cannotConnectNow].includes(
    String(code),
  );
}
