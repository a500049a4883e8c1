/** What a user does, for tests: a clone of an app in a folder of its own, and Weir's command line run over it. */
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { execa } from "execa";
import type { RunRecord, StageResult } from "../../ci/report/report.ts";

export const root = resolve(import.meta.dirname, "../..");
export const weirScript = join(root, "scripts", "weir");
/** Longer than any run here takes, shorter than the test's own limit: a hang is named by the command. */
const deadlineMs = 9 * 60_000;

const folders: string[] = [];

/** An empty folder that `removeFolders` takes away. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "weir-test-"));
  folders.push(folder);
  return folder;
}

export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

export interface CloneOptions {
  readonly branch?: string;
  /** A patch of test/apps/patches, by name without its ending. */
  readonly patch?: string;
}

/** The app in a repository of its own, as a user has it: on a branch, all of it committed. */
export async function cloneApp(app: string, { branch = "main", patch }: CloneOptions = {}): Promise<string> {
  const folder = join(temporaryFolder(), app);
  const unwanted = new Set(["node_modules", "dist", "coverage", "reports", ".weir"]);
  cpSync(join(root, "test", "apps", app), folder, {
    recursive: true,
    filter: (path) => !unwanted.has(path.split("/").at(-1) ?? ""),
  });
  await git(folder, "init", "--quiet", `--initial-branch=${branch}`);
  if (patch !== undefined) await git(folder, "apply", join(root, "test", "apps", "patches", `${patch}.patch`));
  await commitAll(folder);
  return folder;
}

export async function commitAll(folder: string): Promise<void> {
  await git(folder, "add", "--all");
  await git(
    folder,
    "-c",
    "user.name=Test",
    "-c",
    "user.email=test@example.com",
    "commit",
    "--quiet",
    "--message",
    "A state to test",
  );
}

export const git = (folder: string, ...args: readonly string[]) => execa("git", ["-C", folder, ...args], { timeout: 30_000 });

export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly all: string;
}

/** Runs it to its end. */
export async function weir(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const { exitCode, stdout, stderr, all, timedOut } = await startWeir(args, env);
  if (timedOut) throw new Error(`weir ${args.join(" ")} did not end:\n${all}`);
  return { exitCode: exitCode ?? -1, stdout, stderr, all };
}

/** Starts it, for tests that do something meanwhile. */
export function startWeir(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return execa(weirScript, args, {
    reject: false,
    all: true,
    timeout: deadlineMs,
    killSignal: "SIGKILL",
    stdin: "ignore",
    env: { NO_COLOR: "1", WEIR_HOST: "local", ...env },
  });
}

/** Waits until the output holds the text; fails where the command ends before. */
export async function untilOutput(child: ReturnType<typeof startWeir>, text: string): Promise<void> {
  let seen = "";
  await new Promise<void>((done, fail) => {
    child.all.on("data", (chunk: Buffer) => {
      seen += chunk.toString();
      if (seen.includes(text)) done();
    });
    void child.finally(() => {
      fail(new Error(`it ended before it said "${text}":\n${seen}`));
    });
  });
}

/** `weir run` with the record that it printed. */
export async function runApp(
  folder: string,
  ...args: readonly string[]
): Promise<{ record: RunRecord; ended: Ended; folder: string }> {
  const ended = await weir(["run", "--source", folder, "--json", ...args]);
  if (!ended.stdout.trimStart().startsWith("{"))
    throw new Error(`no record was printed (exit code ${String(ended.exitCode)}):\n${ended.all}`);
  const record = JSON.parse(ended.stdout) as RunRecord;
  return { record, ended, folder: join(folder, ".weir", "runs", record.id) };
}

export function stageOf(record: RunRecord, name: string): StageResult {
  const found = record.stages.find((stage) => stage.name === name);
  if (found === undefined) throw new Error(`the record has no stage ${name}`);
  return found;
}

/** `passed install`, one line a stage: what a failed comparison should show. */
export const statuses = (record: RunRecord): readonly string[] =>
  record.stages.map(({ name, status, reason }) =>
    status === "passed" ? `${name} passed` : `${name} ${status}: ${String(reason)}`,
  );

export const textOf = (folder: string, path: string | null): string =>
  readFileSync(join(folder, path ?? "there is none"), "utf8");

/** Command lines of every process that runs in a container of ours. */
export async function containerProcesses(): Promise<readonly string[]> {
  const { stdout } = await execa("ps", ["-e", "-o", "args="], { timeout: 10_000 });
  return stdout.split("\n").filter((line) => line.includes("/.weir/run.sh"));
}
