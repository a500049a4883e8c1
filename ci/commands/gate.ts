/** `weir gate`: the one check that a host requires. */
import { visible } from "../config/problem.ts";
import type { ExitCode } from "../errors.ts";
import { runGate, type GateResult } from "../gate/gate.ts";
import type { GateLine } from "../gate/judge.ts";
import { version } from "../version.ts";
import { print, table } from "./output.ts";

interface Flags {
  readonly source?: string;
  readonly run?: string;
  readonly json?: boolean;
  readonly report?: boolean;
}

export async function gateCommand(flags: Flags, signal: AbortSignal): Promise<ExitCode> {
  const result = await runGate({
    source: flags.source ?? ".",
    env: process.env,
    run: flags.run,
    report: flags.report === true,
    weirVersion: version,
    signal,
  });
  print(flags.json === true ? gateJson(result) : gateText(result));
  if (result.status?.reported === false) {
    const { code, message, remedy } = result.status.error;
    process.stderr.write(`weir: the verdict was not reported to the host: ${message}\n  → ${remedy} [${code}]\n`);
  }
  return result.exitCode;
}

/** Text from outside is made visible line by line already; the trigger's names are not. */
export function gateJson({ version: form, verdict, exitCode, trigger, lines, status }: GateResult): string {
  const { host, event, branch, target, sha, pullRequest } = trigger;
  const change = { host, event, branch, target, sha, pullRequest: pullRequest?.id ?? null };
  return JSON.stringify({ version: form, verdict, exitCode, change, lines, status }, (_key, value: unknown) => plain(value), 2);
}

function plain(value: unknown): unknown {
  return typeof value === "string" ? visible(value) : value;
}

export function gateText({ verdict, trigger, lines, status }: GateResult, width?: number): string {
  const { event, branch, target, sha } = trigger;
  const where = `${event} on ${branch ?? "no known branch"}${target === null ? "" : ` into ${target}`}`;
  const rows = lines.map((line) => [line.verdict, subjectOf(line), line.reason]);
  const remedies = lines.flatMap((line) =>
    "check" in line && line.verdict === "fail" ? [`  → ${line.check}: ${line.remedy ?? ""} [${line.code ?? ""}]`] : [],
  );
  const told =
    status?.reported === true
      ? [`${status.unchanged ? "shown" : "reported"} as ${status.context} on ${status.sha.slice(0, 12)}`]
      : [];
  const heading = visible(`gate: ${verdict}: ${where}, at ${sha?.slice(0, 12) ?? "no commit"}`);
  return [heading, "", table(["verdict", "check", "reason"], rows, width), ...remedies, ...told].join("\n");
}

function subjectOf(line: GateLine): string {
  return "stage" in line ? line.stage : line.check;
}
