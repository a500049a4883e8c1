/** `weir verify`: fails where a wrapper is not what this Weir writes, and says what differs. */
import { resolve } from "node:path";
import { visible } from "../config/problem.ts";
import { ExitCode } from "../errors.ts";
import { driftOf, type Difference, type Drift } from "../hosts/drift.ts";
import { pinOf, readOwnPin } from "../hosts/own-pin.ts";
import { pathIn, placeOf, readWrapper } from "../hosts/wrapper-files.ts";
import type { Pin, WrapperHost } from "../hosts/wrapper.ts";
import { wrapperHosts, wrappers } from "../hosts/wrappers.ts";
import { version } from "../version.ts";
import { configOf } from "../world.ts";
import { print } from "./output.ts";

interface Flags {
  readonly host?: WrapperHost;
  readonly source?: string;
  readonly file?: string;
  readonly json?: boolean;
}

interface Verified {
  readonly host: WrapperHost;
  readonly path: string;
  readonly drift: Drift;
}

export async function verifyCommand(flags: Flags): Promise<ExitCode> {
  const folder = resolve(flags.source ?? ".");
  const tags = configOf(folder).config.branches.some(({ ref }) => ref === "tag");
  const [{ root, source }, own] = await Promise.all([placeOf(folder, process.env), readOwnPin(process.env)]);
  const pin = pinOf(own);
  const all = (flags.host === undefined ? wrapperHosts : [flags.host]).map((host): Verified => {
    const path = pathIn(flags.file ?? wrappers[host].path);
    const found = readWrapper(root, path);
    const drift: Drift =
      found.kind === "other"
        ? { kind: "foreign" }
        : driftOf(host, found.kind === "text" ? found.text : null, pin, { source, tags });
    return { host, path, drift };
  });
  // Without --host, a host that nobody uses is no drift; but one there must be.
  const used = all.filter(({ drift }) => drift.kind !== "missing" && drift.kind !== "foreign");
  const meant = flags.host === undefined && used.length > 0 ? used : all;
  if (flags.json === true) print(verifyJson(meant));
  else for (const each of meant) print(verifyText(each, pin).join("\n"));
  return meant.every(({ drift }) => drift.kind === "current") ? ExitCode.passed : ExitCode.stageFailed;
}

function verifyJson(all: readonly Verified[]): string {
  const wrappers = all.map(({ host, path, drift }) => ({
    host,
    path,
    verdict: drift.kind,
    differences: "differences" in drift ? drift.differences.map((each) => ({ ...each, text: visible(each.text) })) : [],
  }));
  return JSON.stringify({ version: 1, wrappers }, null, 2);
}

/** What it is, what differs, and how to mend it. */
export function verifyText({ host, path, drift }: Verified, own: Pin | null): readonly string[] {
  const mend = `  → weir init --host ${host}`;
  switch (drift.kind) {
    case "current":
      return [`${path}: as this Weir writes it`];
    case "missing":
      return [`${path}: missing`, `${mend} writes it`];
    case "foreign":
      return [`${path}: there, but not written by Weir`, `  → ${wrappers[host].beside}, or weir init --host ${host} --force`];
    case "edited":
      return [
        `${path}: changed by hand since Weir ${drift.marker.pin.version} wrote it`,
        ...lines(path, drift.differences),
        `${mend} --force takes Weir's text, and keeps this one beside it`,
      ];
    case "outdated":
      return [
        `${path}: ${older(drift.marker.pin, own)}`,
        ...lines(path, drift.differences),
        `${mend} writes it anew; or use the Weir that it names`,
      ];
  }
}

function older({ version: written, commit }: Pin, own: Pin | null): string {
  const of = `of Weir ${written} at ${commit.slice(0, 12)}`;
  return own === null
    ? `${of}, and this is Weir ${version}`
    : `${of}, and this is Weir ${own.version} at ${own.commit.slice(0, 12)}`;
}

const mostShown = 40;

function lines(path: string, differences: readonly Difference[]): readonly string[] {
  const shown = differences
    .slice(0, mostShown)
    .map(({ side, line, text }) => `  ${path}:${String(line)}: ${side} ${visible(text)}`);
  const more = differences.length - shown.length;
  return more > 0 ? [...shown, `  and ${String(more)} more lines`] : shown;
}
