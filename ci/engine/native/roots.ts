/**
 * Two root file systems, made by debootstrap from Debian's packages alone: the seed, which every image of the loopback
 * registry grows from, and the engine's own, which is the seed and the programs that the engine calls.
 * Everything runs in a mount namespace that dies with it, and apt works in folders of ours: the host stays as it was.
 */
import { existsSync, readFileSync } from "node:fs";
import { chmod, copyFile, mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { infrastructureError } from "../../errors.ts";
import { contentKey, hostCertificates, recipeFolder, type Layout } from "./layout.ts";
import { programsKey } from "./programs.ts";
import { runCommand } from "./run-command.ts";

export const suite = "bookworm";
const enginePackages = [
  "runc",
  "containernetworking-plugins",
  "dnsmasq-base",
  "iptables",
  "iproute2",
  "nftables",
  "git",
  "docker-registry",
  "tini",
  "busybox-static",
];
const networkPlugins = ["bridge", "loopback", "firewall", "host-local"];
/** Counts the changes of this file's own recipe. */
const recipe = "3";

/** Certificates change the seed, since they are baked into it: an engine that installs them costs a second an exec. */
export function seedKey(): string {
  const certificates = [...hostCertificates()].flatMap(([name, pem]) => [name, pem]);
  return contentKey(recipe, suite, ...certificates);
}

export function engineRootKey(registryPort: number): string {
  return contentKey(
    seedKey(),
    programsKey(),
    enginePackages.join(),
    String(registryPort),
    readFileSync(join(recipeFolder(), "start.sh")),
  );
}

const seedFile = (layout: Layout) => join(layout.roots, `seed-${seedKey()}.tar`);

export const hasSeed = (layout: Layout): boolean => existsSync(seedFile(layout));

/** The seed as a tar file; made once for each key. */
export async function ensureSeed(layout: Layout, note: (line: string) => void): Promise<string> {
  const file = seedFile(layout);
  if (existsSync(file)) return file;
  await inTemporaryFolder(layout.roots, async (folder) => {
    const root = join(folder, "root");
    await debootstrap(folder, root, note);
    note("adding certificates");
    await installCertificates(root);
    await speedUpDpkg(root);
    await leaveNoLists(root);
    note("packing");
    await runCommand({
      argv: [
        "tar",
        "--create",
        "--numeric-owner",
        "--sort=name",
        `--file=${join(folder, "seed.tar")}`,
        `--directory=${root}`,
        ".",
      ],
      deadlineMs: 300_000,
    });
    await rename(join(folder, "seed.tar"), file);
  });
  return file;
}

/** The engine's root folder; made once for each key. */
export async function ensureEngineRoot(
  layout: Layout,
  programs: string,
  registryPort: number,
  note: (line: string) => void,
): Promise<string> {
  const root = join(layout.roots, `engine-${engineRootKey(registryPort)}`);
  if (existsSync(root)) return root;
  const seed = await ensureSeed(layout, note);
  await inTemporaryFolder(layout.roots, async (folder) => {
    const building = join(folder, "root");
    await mkdir(building);
    await runCommand({
      argv: ["tar", "--extract", "--numeric-owner", `--file=${seed}`, `--directory=${building}`],
      deadlineMs: 300_000,
    });
    note("installing the engine's packages");
    await copyHostNetworkFiles(building);
    await inRoot(building, ["apt-get", "update"], note);
    await inRoot(building, ["apt-get", "install", "--yes", "--no-install-recommends", ...enginePackages], note);
    await leaveNoLists(building);
    await furnish(building, programs, registryPort);
    await rename(building, root);
  });
  const keep = [`seed-${seedKey()}.tar`, `engine-${engineRootKey(registryPort)}`];
  const others = (await readdir(layout.roots)).filter((name) => !keep.includes(name));
  await Promise.all(others.map((name) => rm(join(layout.roots, name), { recursive: true, force: true })));
  return root;
}

/** Work that appears at once or not at all: in a folder of its own, removed whatever happens. */
async function inTemporaryFolder(parent: string, work: (folder: string) => Promise<void>): Promise<void> {
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, "tmp-"));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs debootstrap from its package, without installing that: only apt and dpkg are the host's. */
async function debootstrap(folder: string, root: string, note: (line: string) => void): Promise<void> {
  note("fetching debootstrap");
  const apt = [
    "-o",
    `Dir::State::lists=${join(folder, "lists")}`,
    "-o",
    `Dir::Cache=${join(folder, "cache")}`,
    "-o",
    "APT::Sandbox::User=root",
    "-o",
    "Acquire::Retries=3",
  ];
  await mkdir(join(folder, "lists", "partial"), { recursive: true });
  await mkdir(join(folder, "cache", "archives", "partial"), { recursive: true });
  await runCommand({ argv: ["apt-get", ...apt, "update"], deadlineMs: 300_000 });
  await runCommand({
    argv: ["apt-get", ...apt, "download", "debootstrap", "debian-archive-keyring"],
    cwd: folder,
    deadlineMs: 120_000,
  });
  const tool = join(folder, "tool");
  for (const name of await readdir(folder)) {
    if (name.endsWith(".deb")) await runCommand({ argv: ["dpkg", "--extract", join(folder, name), tool], deadlineMs: 60_000 });
  }
  // debootstrap downloads with wget, which a minimal Debian lacks; apt's own helper is always there and honours its proxies.
  const wget = join(tool, "bin", "wget");
  await mkdir(join(tool, "bin"), { recursive: true });
  await copyFile(join(recipeFolder(), "wget.sh"), wget);
  await chmod(wget, 0o755);
  await inNamespace(
    [
      join(tool, "usr", "sbin", "debootstrap"),
      "--variant=minbase",
      "--include=ca-certificates",
      `--keyring=${join(tool, "usr", "share", "keyrings", "debian-archive-keyring.gpg")}`,
      suite,
      root,
    ],
    note,
    {
      DEBOOTSTRAP_DIR: join(tool, "usr", "share", "debootstrap"),
      PATH: `${join(tool, "bin")}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    },
  );
}

async function installCertificates(root: string): Promise<void> {
  const folder = join(root, "usr", "local", "share", "ca-certificates");
  await mkdir(folder, { recursive: true });
  for (const [name, pem] of hostCertificates()) await writeFile(join(folder, name), pem);
  await inRoot(root, ["update-ca-certificates"]);
}

/** What is installed can be made again: no fsync for each file, and no manuals that nobody reads in a container. */
async function speedUpDpkg(root: string): Promise<void> {
  const settings = [
    "force-unsafe-io",
    "path-exclude=/usr/share/doc/*",
    "path-include=/usr/share/doc/*/copyright",
    "path-exclude=/usr/share/man/*",
    "path-exclude=/usr/share/locale/*",
  ];
  await writeFile(join(root, "etc", "dpkg", "dpkg.cfg.d", "weir"), `${settings.join("\n")}\n`);
  for (const folder of ["man", "locale"]) await rm(join(root, "usr", "share", folder), { recursive: true, force: true });
}

/** Names and addresses as the host resolves them, for the time of an installation. */
async function copyHostNetworkFiles(root: string): Promise<void> {
  for (const name of ["resolv.conf", "hosts"]) {
    const file = join("/etc", name);
    if (existsSync(file)) await writeFile(join(root, "etc", name), readFileSync(file));
  }
}

/** Package lists age and are large; whoever installs fetches them anew. */
async function leaveNoLists(root: string): Promise<void> {
  for (const folder of [join(root, "var", "lib", "apt", "lists"), join(root, "var", "cache", "apt", "archives")]) {
    await rm(folder, { recursive: true, force: true });
    await mkdir(join(folder, "partial"), { recursive: true });
  }
}

/** Puts programs and settings where the engine looks for them (engine/distconsts holds the paths). */
async function furnish(root: string, programs: string, registryPort: number): Promise<void> {
  const bin = join(root, "usr", "local", "bin");
  for (const name of ["dagger", "dagger-engine", "dagger-init"]) await copyFile(join(programs, name), join(bin, name));
  await symlink("/usr/sbin/runc", join(bin, "runc"));
  await symlink("/usr/bin/tini", join(bin, "tini"));
  const plugins = join(root, "opt", "cni", "bin");
  await mkdir(plugins, { recursive: true });
  for (const name of networkPlugins) await copyFile(join(root, "usr", "lib", "cni", name), join(plugins, name));
  await copyFile(join(programs, "dnsname"), join(plugins, "dnsname"));
  for (const folder of [
    "etc/dagger",
    "etc/weir",
    "var/lib/dagger",
    "var/lib/docker-registry",
    "usr/local/share/dagger/content",
  ]) {
    await mkdir(join(root, folder), { recursive: true });
  }
  // The engine would install these into every container again, at a second an exec; the images have them already.
  const certificates = join(root, "usr", "local", "share", "ca-certificates");
  await rm(certificates, { recursive: true, force: true });
  await mkdir(certificates);
  const registry = `127.0.0.1:${String(registryPort)}`;
  await writeFile(
    join(root, "etc", "dagger", "engine.json"),
    JSON.stringify({ registries: { "docker.io": { mirrors: [registry] }, [registry]: { http: true } } }, null, 2),
  );
  await writeFile(
    join(root, "etc", "weir", "registry.yaml"),
    "version: 0.1\nlog: { level: warn }\nstorage:\n  filesystem: { rootdirectory: /var/lib/docker-registry }\n  delete: { enabled: true }\nhttp: {}\n",
  );
}

const inRoot = (root: string, argv: readonly string[], note?: (line: string) => void) =>
  inNamespace(
    [
      "chroot",
      root,
      "env",
      "-i",
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      "DEBIAN_FRONTEND=noninteractive",
      ...argv,
    ],
    note,
  );

/** In namespaces of its own, so that what it mounts and starts ends with it, even with kill -9. */
async function inNamespace(
  argv: readonly string[],
  note?: (line: string) => void,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  try {
    await runCommand({
      argv: ["unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "--mount-proc", ...argv],
      env,
      deadlineMs: 10 * 60_000,
      ...(note === undefined ? {} : { note }),
    });
  } catch (error) {
    throw infrastructureError(
      "engine.packages",
      `Debian's packages could not be installed: ${(error as Error).message}`,
      "check that this machine reaches its Debian mirror (apt-get update)",
      error,
    );
  }
}
