/**
 * What the wrappers of all hosts have in common: what they are made from, and the line by which a wrapper is known to be
 * one, of which Weir, and unchanged. A wrapper decides nothing: it fetches Weir at one commit and runs it.
 */
import { createHash } from "node:crypto";
import type { Host } from "../trigger/trigger.ts";

export type WrapperHost = Exclude<Host, "local">;

/** Where the host gets Weir from. */
export interface Pin {
  readonly version: string;
  readonly repository: string;
  readonly commit: string;
}

/** Everything that a wrapper's text depends on. */
export interface WrapperInput {
  readonly pin: Pin;
  /** The folder of weir.yaml below the repository's root; `.` for the root itself. */
  readonly source: string;
  /** Whether a tag starts it: where no kind of branch is of tags, Weir has nothing to say of one. */
  readonly tags: boolean;
  readonly runner: Runner;
}

/** Whether the host's jobs run in a container that the wrapper names, or in the shell of a machine that has what Weir needs. */
export const runners = ["container", "shell"] as const;
export type Runner = (typeof runners)[number];

/** Minutes after which a host ends what has not ended by itself. */
export const timeoutMinutes = 90;

/** Where a stage's results lie, and what of them a host shows as tests. */
export const inSource = ({ source }: Pick<WrapperInput, "source">, path: string): string =>
  source === "." ? path : `${source}/${path}`;

/** What is said of a wrapper without reading on: it stands in the second line. */
export const notice =
  "Made by `weir init` and checked by `weir verify`, so a change by hand does not last: docs/hosts.md of Weir says more.";

export interface Marker {
  readonly host: WrapperHost;
  readonly pin: Pin;
  readonly source: string;
  readonly tags: boolean;
  readonly runner: Runner;
  /** As it is written; whether it is right is for `isUntouched` to say. */
  readonly hash: string;
}

const form =
  /^(?:#|\/\/) weir-wrapper host=(github|gitlab|jenkins) weir=(\S+) repository=(\S+) commit=([0-9a-f]{40}|[0-9a-f]{64}) source=(\S+) tags=(yes|no) runner=(container|shell) sha256=([0-9a-f]{64})$/;

/** A wrapper's text with its first line, which holds what it was made from and a hash of all of it. */
export function stamped(host: WrapperHost, input: WrapperInput, comment: "#" | "//", body: string): string {
  const { pin, source, tags, runner } = input;
  const facts = `${comment} weir-wrapper host=${host} weir=${pin.version} repository=${pin.repository} commit=${pin.commit} source=${source} tags=${tags ? "yes" : "no"} runner=${runner}`;
  const rest = `${comment} ${notice}\n${body}`;
  return `${facts} sha256=${hashOf(facts, rest)}\n${rest}`;
}

/** What a wrapper says of itself; null for a file that Weir did not write. */
export function markerOf(text: string): Marker | null {
  const found = form.exec(firstLine(text));
  if (found === null) return null;
  const [, host, version = "", repository = "", commit = "", source = "", tags, runner, hash = ""] = found;
  return {
    host: host as WrapperHost,
    pin: { version, repository, commit },
    source,
    tags: tags === "yes",
    runner: runner as Runner,
    hash,
  };
}

/** Whether a text is as Weir wrote it, to the letter. */
export function isUntouched(text: string): boolean {
  const marker = markerOf(text);
  const first = firstLine(text);
  const facts = first.replace(/ sha256=[0-9a-f]{64}$/, "");
  return marker !== null && marker.hash === hashOf(facts, text.slice(first.length + 1));
}

function firstLine(text: string): string {
  const end = text.indexOf("\n");
  return end === -1 ? text : text.slice(0, end);
}

function hashOf(facts: string, rest: string): string {
  return createHash("sha256").update(`${facts}\n${rest}`).digest("hex");
}

/** What is wrong with an address that wrappers are to fetch Weir from, or null: it ends in shells and YAML of three hosts. */
export function repositoryProblem(repository: string): string | null {
  if (/^(https:\/\/[^/]*|[a-z+]+:\/\/[^/]*:[^/]*)@/.test(repository)) return "holds a password, which a wrapper would publish";
  const form = /^(https:\/\/|ssh:\/\/|file:\/\/\/|[A-Za-z0-9._-]+@[A-Za-z0-9.-]+:)[A-Za-z0-9._~@:/+-]+$/;
  return form.test(repository) ? null : "is no address such as https://git.example.org/team/weir.git";
}

export function commitProblem(commit: string): string | null {
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(commit) ? null : "is no commit's full id";
}

export function sourceProblem(source: string): string | null {
  if (/^[A-Za-z0-9._/-]+$/.test(source) && !/(^|\/)-/.test(source)) return null;
  return "holds other characters than letters, digits, . _ - and /, which hosts take for patterns";
}
