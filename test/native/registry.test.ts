/** The loopback registry, as the OCI distribution specification has it: what is there, and a root pushed as an image. */
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { arch, tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { hasManifest, isRegistryUp, pushRoot } from "../../ci/engine/native/registry.ts";
import { ExitCode } from "../../ci/errors.ts";

const digestOf = (content: Buffer) => `sha256:${createHash("sha256").update(content).digest("hex")}`;

interface Registry {
  readonly address: string;
  /** `METHOD path`, without queries. */
  readonly asked: string[];
  readonly blobs: Map<string, Buffer>;
  readonly manifests: Map<string, { readonly type: string; readonly text: string }>;
}

type Handler = (request: IncomingMessage, body: Buffer, answer: ServerResponse) => void;

async function serve(handler: Handler): Promise<string> {
  const server: Server = createServer((request, answer) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      handler(request, Buffer.concat(chunks), answer);
    });
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

/** A registry that holds to the specification: a blob's digest and length must be right, a manifest's blobs be there. */
async function startRegistry(location = (path: string, _address: string) => path): Promise<Registry> {
  const asked: string[] = [];
  const blobs: Registry["blobs"] = new Map();
  const manifests: Registry["manifests"] = new Map();
  const address: string = await serve((request, body, answer) => {
    const url = new URL(request.url ?? "", "http://registry");
    const { method = "" } = request;
    asked.push(`${method} ${url.pathname}`);
    const end = (status: number, headers: Readonly<Record<string, string>> = {}, text = "") =>
      answer.writeHead(status, headers).end(method === "HEAD" ? undefined : text);
    const refuse = (status: number, code: string) =>
      end(status, { "content-type": "application/json" }, JSON.stringify({ errors: [{ code }] }));
    const [, repository, kind, reference] = /^\/v2\/(.+)\/(manifests|blobs)\/(.+)$/.exec(url.pathname) ?? [];
    if (url.pathname === "/v2/") end(200);
    else if (kind === "blobs" && method === "HEAD") end(blobs.has(reference!) ? 200 : 404);
    else if (kind === "blobs" && method === "POST")
      end(202, { location: location(`/v2/${repository!}/blobs/uploads/0a1b?_state=x%3D`, address) });
    else if (kind === "blobs" && method === "PUT") {
      const digest = url.searchParams.get("digest") ?? "";
      if (url.searchParams.get("_state") !== "x=") refuse(400, "BLOB_UPLOAD_INVALID");
      else if (digest !== digestOf(body) || Number(request.headers["content-length"]) !== body.length)
        refuse(400, "DIGEST_INVALID");
      else {
        blobs.set(digest, body);
        end(201);
      }
    } else if (kind === "manifests" && method === "HEAD") {
      const type = manifests.get(`${repository!}:${reference!}`)?.type;
      end(type !== undefined && (request.headers.accept ?? "").includes(type) ? 200 : 404);
    } else if (kind === "manifests" && method === "PUT") {
      const { config, layers } = JSON.parse(body.toString()) as { config: { digest: string }; layers: { digest: string }[] };
      if ([config, ...layers].every(({ digest }) => blobs.has(digest))) {
        manifests.set(`${repository!}:${reference!}`, { type: request.headers["content-type"] ?? "", text: body.toString() });
        end(201);
      } else refuse(404, "MANIFEST_BLOB_UNKNOWN");
    } else refuse(405, "UNSUPPORTED");
  });
  return { address, asked, blobs, manifests };
}

const content = Buffer.concat([Buffer.from("a tar file, as it were\0"), Buffer.alloc(300_000, 7)]);
let tar: string;

beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), "weir-registry-"));
  tar = join(folder, "seed.tar");
  writeFileSync(tar, content);
  return () => {
    rmSync(folder, { recursive: true });
  };
});

const push = ({ address }: Registry, env: Readonly<Record<string, string>> = {}) =>
  pushRoot(address, "weir/seed", "key", tar, env);

describe("pushing a root", () => {
  it("makes an image of one layer", async () => {
    const registry = await startRegistry();
    expect(await hasManifest(registry.address, "weir/seed", "key")).toBe(false);
    await push(registry, { PATH: "/bin", A: "x=y z" });
    expect(await hasManifest(registry.address, "weir/seed", "key")).toBe(true);
    expect(await hasManifest(registry.address, "weir/seed", "other")).toBe(false);
    expect(await hasManifest(registry.address, "weir/other", "key")).toBe(false);
    const { type, text } = registry.manifests.get("weir/seed:key")!;
    const manifest = JSON.parse(text) as { config: { digest: string } };
    const config = registry.blobs.get(manifest.config.digest)!;
    expect(type).toBe("application/vnd.oci.image.manifest.v1+json");
    expect(manifest).toEqual({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: digestOf(config), size: config.length },
      layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar", digest: digestOf(content), size: content.length }],
    });
    expect(JSON.parse(config.toString())).toEqual({
      architecture: arch() === "arm64" ? "arm64" : "amd64",
      os: "linux",
      config: { Env: ["PATH=/bin", "A=x=y z"], Cmd: ["/bin/bash"] },
      rootfs: { type: "layers", diff_ids: [digestOf(content)] },
    });
    expect(registry.blobs.get(digestOf(content))!.equals(content)).toBe(true);
  });

  it("uploads nothing twice", async () => {
    const registry = await startRegistry();
    await push(registry);
    const uploads = () => registry.asked.filter((line) => line.startsWith("POST")).length;
    expect(uploads()).toBe(2);
    await push(registry);
    expect(uploads()).toBe(2);
    await push(registry, { A: "1" });
    expect(uploads()).toBe(3);
  });

  it("uploads where the registry says, an absolute address included, and to nobody else", async () => {
    await push(await startRegistry((path, address) => `http://${address}${path}`));
    await push(await startRegistry((path) => `http://registry.example.org${path}`));
  });

  it("needs no layer of any size in memory alone", async () => {
    const registry = await startRegistry();
    writeFileSync(tar, "");
    await push(registry);
    expect(registry.blobs.get(digestOf(Buffer.alloc(0)))).toEqual(Buffer.alloc(0));
  });

  it.each([
    ["upload", (method: string) => method === "POST"],
    ["blob", (method: string, path: string) => method === "PUT" && path.includes("/blobs/")],
    ["manifest", (method: string, path: string) => method === "PUT" && path.includes("/manifests/")],
  ])("that is refused (the %s) tells what the registry said", async (what, isRefused) => {
    const address = await serve((request, _body, answer) => {
      const { method = "", url = "" } = request;
      if (isRefused(method, url)) answer.writeHead(507).end("no room");
      else
        answer
          .writeHead(method === "HEAD" ? 404 : method === "POST" ? 202 : 201, { location: "/v2/weir/seed/blobs/uploads/1" })
          .end();
    });
    await expect(pushRoot(address, "weir/seed", "key", tar, {})).rejects.toMatchObject({
      code: "registry.refused",
      exitCode: ExitCode.infrastructure,
      message: `the registry refused the ${what}: 507 no room`,
      remedy: "scripts/weir engine logs shows why",
    });
  });
});

describe("a registry", () => {
  it("that answers is up", async () => {
    expect(await isRegistryUp((await startRegistry()).address)).toBe(true);
  });

  it.each([401, 404, 500, 302])("that answers %i is not, and has no manifest", async (status) => {
    const address = await serve((_request, _body, answer) => answer.writeHead(status, { location: "/" }).end());
    expect(await isRegistryUp(address)).toBe(false);
    expect(await hasManifest(address, "library/node", "22")).toBe(false);
  });

  it("that is gone is not up, and is told by name", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    await new Promise((resolve) => server.close(resolve));
    expect(await isRegistryUp(address)).toBe(false);
    const unreachable = {
      code: "registry.unreachable",
      exitCode: ExitCode.infrastructure,
      message: `the registry at ${address} does not answer`,
      remedy: "scripts/weir engine logs shows why; scripts/weir engine up starts it",
    };
    await expect(hasManifest(address, "library/node", "22")).rejects.toMatchObject(unreachable);
    await expect(pushRoot(address, "weir/seed", "key", tar, {})).rejects.toMatchObject(unreachable);
  });

  it("that hangs up in the middle is told by name", async () => {
    const address = await serve((request, _body, answer) => {
      if (request.method === "HEAD") answer.writeHead(404).end();
      else request.socket.destroy();
    });
    await expect(pushRoot(address, "weir/seed", "key", tar, {})).rejects.toMatchObject({ code: "registry.unreachable" });
  });
});
