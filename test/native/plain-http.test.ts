/** HTTP as the engine's client needs it: no limit but the run's own signal. */
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { send } from "../../ci/engine/plain-http.ts";

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/query?a=b`;
}

const signal = new AbortController().signal;

describe("a message", () => {
  it("arrives as it was sent, and its answer as it was given", async () => {
    const url = await serve((request, answer) => {
      let body = "";
      request.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
      request.on("end", () =>
        answer
          .writeHead(203)
          .end(JSON.stringify([request.method, request.url, request.headers["x-a"], request.headers["content-length"], body])),
      );
    });
    const { status, text } = await send(url, { method: "POST", headers: { "x-a": "1" }, body: `{"ü":"→"}`, signal });
    expect([status, JSON.parse(text)]).toEqual([203, ["POST", "/query?a=b", "1", "12", `{"ü":"→"}`]]);
  });

  it.each([200, 204, 304, 404, 500])("is answered with %i as with any status", async (status) => {
    const url = await serve((_request, answer) => answer.writeHead(status).end());
    expect(await send(url, { signal })).toEqual({ status, text: "" });
    expect(await send(url, { method: "HEAD", signal })).toEqual({ status, text: "" });
  });

  it("is answered whole, in as many pieces as it comes, letters cut in two included", async () => {
    const url = await serve((_request, answer) => {
      const bytes = Buffer.from("ü".repeat(1000));
      answer.write(bytes.subarray(0, 501));
      setTimeout(() => answer.end(bytes.subarray(501)), 50);
    });
    expect((await send(url, { signal })).text).toBe("ü".repeat(1000));
  });

  it("waits for an answer that takes long, among many others", async () => {
    const url = await serve((_request, answer) => void setTimeout(() => answer.end("late"), 300));
    const all = await Promise.all(Array.from({ length: 100 }, () => send(url, { signal })));
    expect(all.every(({ text }) => text === "late")).toBe(true);
  });

  it("fails with the signal's reason once that is aborted, before and while it is sent", async () => {
    const url = await serve(() => undefined);
    const reason = new Error("interrupted");
    await expect(send(url, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const sent = send(url, { signal: controller.signal });
    sent.catch(() => undefined);
    await sleep(50);
    controller.abort(reason);
    await expect(sent).rejects.toBe(reason);
  });

  it("fails with the signal's reason in the middle of an answer too", async () => {
    const url = await serve((_request, answer) => void answer.write("begun"));
    const controller = new AbortController();
    const reason = new Error("interrupted");
    setTimeout(() => {
      controller.abort(reason);
    }, 100);
    await expect(send(url, { signal: controller.signal })).rejects.toBe(reason);
  });

  it("fails where nobody listens, and where the answer breaks off", async () => {
    await expect(send("http://127.0.0.1:1/", { signal })).rejects.toThrow("ECONNREFUSED");
    const url = await serve((request, answer) => {
      answer.write("begun");
      setTimeout(() => request.socket.destroy(), 50);
    });
    await expect(send(url, { signal })).rejects.toThrow("aborted");
  });
});
