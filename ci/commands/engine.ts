/** `weir engine …`: the embedded engine, by hand. */
import { existsSync } from "node:fs";
import { execa } from "execa";
import { plainProgress } from "../engine/progress.ts";
import { chooseEngine } from "../engine/choose.ts";
import { readLog } from "../engine/native/daemon.ts";
import { down, removeAll, status, up } from "../engine/native/engine.ts";
import { engineVersion, layoutOf, type Layout } from "../engine/native/layout.ts";
import { openSession } from "../engine/session.ts";
import { ExitCode } from "../errors.ts";
import { version } from "../version.ts";
import { print } from "./output.ts";

const progress = plainProgress((line) => process.stderr.write(`engine │ ${line}\n`));

export async function engineCommand(
  name: "up" | "status" | "down",
  { json = false }: { readonly json?: boolean },
): Promise<ExitCode> {
  if (name === "up") {
    const engine = await up(progress);
    print(
      json
        ? JSON.stringify(engine, null, 2)
        : `the embedded engine v${engineVersion} runs: ${engine.runnerHost}, registry ${engine.registry}`,
    );
    return ExitCode.passed;
  }
  if (name === "down") {
    const ran = await down();
    print(json ? JSON.stringify({ ended: ran }) : ran ? "the embedded engine has ended" : "no embedded engine runs");
    return ExitCode.passed;
  }
  return engineStatus(json);
}

async function engineStatus(json: boolean): Promise<ExitCode> {
  const now = await status();
  const folders = await Promise.all(
    foldersOf(now.layout).map(async ([what, path]) => ({ what, path, bytes: await sizeOf(path) })),
  );
  if (json) {
    print(JSON.stringify({ version: engineVersion, running: now.running, answers: now.answers, folders }, null, 2));
    return ExitCode.passed;
  }
  const state =
    now.running === null
      ? "does not run"
      : now.answers
        ? `runs (process ${String(now.running.supervisor)})`
        : "runs, but does not answer";
  print(`the embedded engine v${engineVersion} ${state}`);
  if (now.running !== null)
    print(`  engine    unix://${now.layout.socket}\n  registry  127.0.0.1:${String(now.running.registryPort)}`);
  for (const { what, path, bytes } of folders) print(`  ${what.padEnd(9)} ${path}  ${(bytes / 1e9).toFixed(2)} GB`);
  return ExitCode.passed;
}

const foldersOf = (layout: Layout): readonly (readonly [string, string])[] => [
  ["programs", layout.programs],
  ["roots", layout.roots],
  ["images", layout.registry],
  ["cache", layout.state],
  ["run", layout.run],
];

async function sizeOf(path: string): Promise<number> {
  if (!existsSync(path)) return 0;
  const { stdout } = await execa("du", ["--summarize", "--bytes", "--one-file-system", path], { reject: false, timeout: 60_000 });
  return Number.parseInt(stdout, 10) || 0;
}

export function engineLogs({ lines = 100 }: { readonly lines?: number }): ExitCode {
  print(readLog(layoutOf(), Math.max(1, lines || 100)) || "there is no log: the embedded engine has not run");
  return ExitCode.passed;
}

export async function enginePrune({ all = false }: { readonly all?: boolean }): Promise<ExitCode> {
  if (all) {
    await removeAll();
    print("the embedded engine, its images and its folder are gone");
    return ExitCode.passed;
  }
  const { running } = await status();
  if (running === null) {
    print("no embedded engine runs: nothing to prune (--all removes its folder)");
    return ExitCode.passed;
  }
  const session = await openSession(
    await chooseEngine(progress, { ...process.env, _EXPERIMENTAL_DAGGER_RUNNER_HOST: "" }),
    version,
  );
  try {
    await session.client.engine().localCache().prune();
  } finally {
    await session.close();
  }
  print("the cache of layers is empty");
  return ExitCode.passed;
}
