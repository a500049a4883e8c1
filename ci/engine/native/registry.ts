/** The loopback registry, spoken to over its HTTP API (OCI distribution spec 1.1): is a tag there, and push a root as an image. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { arch } from "node:os";
import { Readable } from "node:stream";
import { infrastructureError } from "../../errors.ts";
import { send } from "../plain-http.ts";

const types = {
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar",
};

/** True where the registry holds the tag or digest. @throws WeirError `registry.unreachable` */
export async function hasManifest(registry: string, repository: string, reference: string): Promise<boolean> {
  const headers = { accept: `${types.manifest}, application/vnd.oci.image.index.v1+json` };
  return isThere(registry, `/v2/${repository}/manifests/${reference}`, headers);
}

/** True once the registry answers. */
export async function isRegistryUp(registry: string): Promise<boolean> {
  return isThere(registry, "/v2/", {}).catch(() => false);
}

/** Every start asks this for each image, so not by fetch, which costs a tenth of a second to load. */
async function isThere(registry: string, path: string, headers: Readonly<Record<string, string>>): Promise<boolean> {
  try {
    const { status } = await send(`http://${registry}${path}`, { method: "HEAD", headers, signal: AbortSignal.timeout(10_000) });
    return status === 200;
  } catch (error) {
    throw unreachable(registry, error);
  }
}

/** Pushes a tar file as an image of one layer. `env` becomes the image's environment. */
export async function pushRoot(
  registry: string,
  repository: string,
  tag: string,
  tar: string,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const size = (await stat(tar)).size;
  const layer = await sha256(createReadStream(tar));
  await pushBlob(registry, repository, layer, size, () => Readable.toWeb(createReadStream(tar)) as ReadableStream);
  const config = Buffer.from(
    JSON.stringify({
      architecture: arch() === "arm64" ? "arm64" : "amd64",
      os: "linux",
      config: { Env: Object.entries(env).map(([name, value]) => `${name}=${value}`), Cmd: ["/bin/bash"] },
      rootfs: { type: "layers", diff_ids: [layer] },
    }),
  );
  const configDigest = await sha256(Readable.from([config]));
  await pushBlob(registry, repository, configDigest, config.length, () => config);
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: types.manifest,
    config: { mediaType: types.config, digest: configDigest, size: config.length },
    layers: [{ mediaType: types.layer, digest: layer, size }],
  });
  await expectOk(
    await ask(registry, `/v2/${repository}/manifests/${tag}`, {
      method: "PUT",
      headers: { "content-type": types.manifest },
      body: manifest,
    }),
    "manifest",
  );
}

async function pushBlob(
  registry: string,
  repository: string,
  digest: string,
  size: number,
  body: () => ReadableStream | Buffer,
): Promise<void> {
  if (await isThere(registry, `/v2/${repository}/blobs/${digest}`, {})) return;
  const started = await expectOk(await ask(registry, `/v2/${repository}/blobs/uploads/`, { method: "POST" }), "upload");
  const target = new URL(started.headers.get("location") ?? "", `http://${registry}`);
  target.searchParams.set("digest", digest);
  const content = body();
  await expectOk(
    await ask(registry, `${target.pathname}${target.search}`, {
      method: "PUT",
      headers: { "content-type": "application/octet-stream", "content-length": String(size) },
      body: content instanceof Buffer ? new Uint8Array(content) : content,
      duplex: "half",
      signal: AbortSignal.timeout(300_000),
    }),
    "blob",
  );
}

async function ask(registry: string, path: string, init: RequestInit & { duplex?: "half" }): Promise<Response> {
  try {
    return await fetch(`http://${registry}${path}`, { signal: AbortSignal.timeout(10_000), ...init });
  } catch (error) {
    throw unreachable(registry, error);
  }
}

function unreachable(registry: string, cause: unknown) {
  const remedy = "scripts/weir engine logs shows why; scripts/weir engine up starts it";
  return infrastructureError("registry.unreachable", `the registry at ${registry} does not answer`, remedy, cause);
}

async function expectOk(response: Response, what: string): Promise<Response> {
  if (response.ok) return response;
  throw infrastructureError(
    "registry.refused",
    `the registry refused the ${what}: ${String(response.status)} ${await response.text()}`,
    "scripts/weir engine logs shows why",
  );
}

async function sha256(stream: Readable): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of stream) hash.update(chunk as Buffer);
  return `sha256:${hash.digest("hex")}`;
}
