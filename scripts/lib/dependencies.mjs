/**
 * What scripts/lib/install.sh asks of Node, in one line of four words: the hash of package-lock.json, Node's major
 * version, how many packages lie at the top of node_modules, and whether node_modules holds what the lockfile says
 * (`complete`) or not (`incomplete`).
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const root = process.argv[2];
const libcOfThisMachine = libcHere();
const lockText = readFileSync(join(root, "package-lock.json"), "utf8");
const wanted = packagesOf(lockText);
const topLevel = Object.keys(wanted).filter((path) => path.lastIndexOf("node_modules/") === 0 && fitsHere(wanted[path]));

console.log(
  createHash("sha256").update(lockText).digest("hex"),
  process.versions.node.split(".")[0],
  topLevel.length,
  isComplete() ? "complete" : "incomplete",
);

/**
 * npm writes its hidden lockfile last, and no longer believes it once a package's folder is younger. The same is
 * asked here, so an install that was broken off, and one that somebody edited by hand, count as incomplete.
 */
function isComplete() {
  const hidden = join(root, "node_modules/.package-lock.json");
  if (!existsSync(hidden)) return false;
  const found = packagesOf(readFileSync(hidden, "utf8"));
  if (Object.keys(found).some((path) => !(path in wanted))) return false;
  const finished = statSync(hidden).mtimeMs;
  return Object.entries(wanted).every(([path, { version, integrity, ...rest }]) => {
    if (!(path in found)) return !fitsHere(rest);
    if (found[path].version !== version || found[path].integrity !== integrity) return false;
    return existsSync(join(root, path, "package.json")) && statSync(join(root, path)).mtimeMs <= finished;
  });
}

/** Packages of the lockfile by their path, without the root's own entry. */
function packagesOf(text) {
  const { "": _root, ...packages } = JSON.parse(text).packages;
  return packages;
}

/**
 * Whether npm installs it on this machine: the binaries of every platform are in the lockfile, and what only such a
 * binary needs is there as an optional package of no platform, which may be missing.
 */
function fitsHere({ os, cpu, libc, optional }) {
  if (!optional) return true;
  return Boolean(os ?? cpu) && names(os, process.platform) && names(cpu, process.arch) && names(libc, libcOfThisMachine);
}

function names(list, here) {
  if (!list) return true;
  return list.includes(here) || (list.every((name) => name.startsWith("!")) && !list.includes(`!${here}`));
}

function libcHere() {
  if (process.platform !== "linux") return undefined;
  process.report.excludeNetwork = true;
  return process.report.getReport().header.glibcVersionRuntime ? "glibc" : "musl";
}
