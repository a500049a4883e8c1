/** `weir init`: writes the thin wrapper by which a CI host runs Weir. */
import { resolve } from "node:path";
import { oneOf } from "../config/problem.ts";
import { ExitCode, usageError, WeirError } from "../errors.ts";
import { driftOf, type Drift } from "../hosts/drift.ts";
import { pinFor, pinOf, readOwnPin } from "../hosts/own-pin.ts";
import { pathIn, placeOf, readWrapper, writeWrapper } from "../hosts/wrapper-files.ts";
import { markerOf, type Runner, type WrapperHost } from "../hosts/wrapper.ts";
import { wrappers } from "../hosts/wrappers.ts";
import { configOf } from "../world.ts";
import { print } from "./output.ts";

interface Flags {
  readonly host: WrapperHost;
  readonly source?: string;
  readonly file?: string;
  readonly runner?: Runner;
  readonly force?: boolean;
  readonly weirRepository?: string;
  readonly weirCommit?: string;
}

export async function initCommand(flags: Flags): Promise<ExitCode> {
  const { host } = flags;
  const env = process.env;
  const folder = resolve(flags.source ?? ".");
  const tags = configOf(folder).config.branches.some(({ ref }) => ref === "tag");
  const [{ root, source }, own] = await Promise.all([placeOf(folder, env), readOwnPin(env)]);
  const path = pathIn(flags.file ?? wrappers[host].path);
  const found = readWrapper(root, path);
  const before = found.kind === "text" ? found.text : null;
  const drift: Drift = found.kind === "other" ? { kind: "foreign" } : driftOf(host, before, pinOf(own), { source, tags });
  const marker = before === null ? null : markerOf(before.replaceAll("\r\n", "\n"));
  const force = flags.force === true;
  refuse(drift, { host, path, source, force, of: marker?.source ?? null });
  const pin = pinFor(own, { repository: flags.weirRepository, commit: flags.weirCommit }, marker?.pin ?? null);
  const runner = runnerOf(host, flags.runner ?? marker?.runner ?? null);
  const text = wrappers[host].text({ pin, source, tags, runner });
  if (text === before) {
    print(`${path} is as this Weir writes it`);
    return ExitCode.passed;
  }
  const kept = await writeWrapper(root, path, text, drift.kind === "foreign" || drift.kind === "edited");
  print(`wrote ${path}: it runs Weir ${pin.version} at ${pin.commit.slice(0, 12)} of ${pin.repository}`);
  if (kept !== null) print(`what was there is kept as ${kept}`);
  if (flags.weirCommit === undefined && !own.published)
    print("as far as this clone knows, no branch of its origin holds that commit: push it before a host has to fetch it");
  print("commit it, and let the host require the check `weir`");
  return ExitCode.passed;
}

function runnerOf(host: WrapperHost, wanted: Runner | null): Runner {
  const [usual, ...others] = wrappers[host].runners;
  if (wanted === null || wanted === usual || others.includes(wanted)) return wanted ?? usual;
  throw usageError(
    "init.runner",
    `jobs of ${host} have no runner ${wanted}`,
    `leave out --runner, or take ${oneOf(wrappers[host].runners)}`,
  );
}

/** What a person wrote, or changed, is theirs. */
function refuse(
  drift: Drift,
  { host, path, source, force, of }: { host: WrapperHost; path: string; source: string; force: boolean; of: string | null },
): void {
  if (force) return;
  const aside = "--force writes it all the same, and keeps what was there beside it";
  if (drift.kind === "foreign")
    throw usageError("init.foreign", `${path} is there, and Weir did not write it`, `${wrappers[host].beside}; ${aside}`);
  if (drift.kind === "edited") {
    throw usageError(
      "init.edited",
      `${path} was changed by hand: ${String(drift.differences.length)} lines differ from what Weir writes`,
      `weir verify --host ${host} shows them; ${aside}`,
    );
  }
  if (of !== null && of !== source) {
    throw new WeirError(
      "init.source",
      `${path} runs Weir for the folder ${of}, and this is ${source}`,
      `name another file with --file, or take its place with --force`,
      ExitCode.usage,
    );
  }
}
