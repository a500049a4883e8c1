/**
 * fetch over node:http. Node's own gives up on an answer that takes five minutes to begin, and a stage may take longer;
 * the engine's answers have no other limit than the run's own signal.
 */
import { Agent, request } from "node:http";

export function plainFetch(signal: AbortSignal): typeof fetch {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  return async (input, init = {}) => {
    signal.throwIfAborted();
    const url = new URL(input instanceof Request ? input.url : input);
    const headers = Object.fromEntries(new Headers(init.headers).entries());
    return new Promise<Response>((resolve, reject) => {
      const fail = (error: Error) => {
        reject(signal.aborted ? (signal.reason as Error) : error);
      };
      const sent = request(url, { agent, method: init.method ?? "GET", headers, signal }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("error", fail);
        answer.on("end", () => {
          const fields = Object.entries(answer.headers).map(([name, value]): [string, string] => [name, String(value)]);
          resolve(new Response(Buffer.concat(chunks), { status: answer.statusCode ?? 500, headers: fields }));
        });
      });
      sent.on("error", fail);
      sent.end(typeof init.body === "string" ? init.body : undefined);
    });
  };
}
