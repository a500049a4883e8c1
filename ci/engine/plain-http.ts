/**
 * HTTP over loopback by node:http. Node's own fetch gives up on an answer that takes five minutes to begin, and a stage may
 * take longer; and loading it costs a tenth of a second of every start.
 */
import { Agent, request } from "node:http";

export interface Answer {
  readonly status: number;
  readonly text: string;
}

export interface Message {
  readonly method?: "GET" | "HEAD" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** Sends it and reads the whole answer. @throws the signal's reason once that is aborted, else node's own error. */
export function send(url: string, { method = "GET", headers = {}, body, signal }: Message): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      reject(signal.aborted ? (signal.reason as Error) : error);
    };
    const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
    const sent = request(url, { agent, method, headers: { ...headers, ...length }, signal }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("error", fail);
      answer.on("end", () => {
        resolve({ status: answer.statusCode ?? 500, text: Buffer.concat(chunks).toString("utf8") });
      });
    });
    sent.on("error", fail);
    sent.end(body);
  });
}
