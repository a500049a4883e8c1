/**
 * Where the native engine keeps everything: one folder under the user's cache, and nothing else on the host.
 * `weir engine status` lists it; `weir engine prune` empties it.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { infrastructureError } from "../../errors.ts";

/** The engine's and the CLI's release; scripts/engine/go.mod and package.json pin the same one. */
export const engineVersion = "0.19.10";

export interface Layout {
  readonly home: string;
  /** Programs built from Go modules, a folder for each recipe. */
  readonly programs: string;
  /** Root file systems: the seed of all images, and the engine's own. */
  readonly roots: string;
  /** The engine's state: layers, caches, volumes. */
  readonly state: string;
  /** The loopback registry's blobs. */
  readonly registry: string;
  /** Socket, log and record of the engine that runs. */
  readonly run: string;
  readonly socket: string;
  readonly log: string;
  readonly record: string;
  readonly lock: string;
}

/** A unix socket's path may have 107 bytes (unix(7)). */
const longestSocketPath = 107;

/** The layout under `WEIR_ENGINE_HOME`, or under the user's cache folder. */
export function layoutOf(env: NodeJS.ProcessEnv = process.env): Layout {
  const home = env["WEIR_ENGINE_HOME"] ?? join(env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "weir", "engine");
  const run = join(home, "run");
  const socket = join(run, "engine.sock");
  if (Buffer.byteLength(socket) > longestSocketPath) {
    throw infrastructureError(
      "engine.home-too-long",
      `the engine's folder ${home} is too long for a unix socket's path`,
      "set WEIR_ENGINE_HOME to a shorter folder",
    );
  }
  return {
    home,
    programs: join(home, "programs"),
    roots: join(home, "roots"),
    state: join(home, "state"),
    registry: join(home, "registry"),
    run,
    socket,
    log: join(run, "engine.log"),
    record: join(run, "engine.json"),
    lock: join(home, "lock"),
  };
}

/** The folder that holds go.mod, go.sum and start.sh: found upwards, since a bundle lies elsewhere than its source. */
export function recipeFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "scripts", "engine", "go.mod"))) {
    const parent = dirname(folder);
    if (parent === folder) {
      throw infrastructureError(
        "engine.no-recipe",
        "scripts/engine/go.mod is not beside Weir",
        "use a complete checkout of Weir",
      );
    }
    folder = parent;
  }
  return join(folder, "scripts", "engine");
}

/** A short name for content: sixteen hex digits of its SHA-256. */
export function contentKey(...parts: readonly (string | Buffer)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("hex").slice(0, 16);
}

/** Certificates that the host trusts beyond its distribution's, by file name: a company's proxy has one. */
export function hostCertificates(folder = "/usr/local/share/ca-certificates"): ReadonlyMap<string, Buffer> {
  if (!existsSync(folder)) return new Map();
  // As update-ca-certificates looks for them: files, in folders below it too, whatever else bears the ending.
  const isFile = (name: string) => statSync(join(folder, name), { throwIfNoEntry: false })?.isFile() === true;
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
    (name) => name.endsWith(".crt") && isFile(name),
  );
  return new Map(names.sort().map((name) => [name.replaceAll("/", "_"), readFileSync(join(folder, name))]));
}
