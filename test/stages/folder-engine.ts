/**
 * An engine made of a folder: what a container mounts lies there, and what it executes runs on this machine when its
 * results are fetched. So stages are run as they are, scripts and all, in a moment and without an engine.
 */
import { spawn } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Client, Container } from "@dagger.io/dagger";
import { afterAll } from "vitest";
import type { WeirInput } from "../../ci/config/schema.ts";
import { outFolder, toolsOf } from "../../ci/engine/exec.ts";
import type { StageContext, StageOutcome } from "../../ci/stages/stage.ts";
import { node } from "../../ci/toolchains/node.ts";
import type { Argv } from "../../ci/toolchains/toolchain.ts";
import { configOf, filesOf } from "../toolchains/files.ts";
import type { Shell } from "./busybox.ts";

const workdir = "/src";
const shellFile = Symbol("the shell");

interface Made {
  readonly files: Readonly<Record<string, string | typeof shellFile>>;
  readonly folders: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly executions: readonly Argv[];
  readonly entrypoint: Argv;
}

const nothing: Made = { files: {}, folders: [], env: {}, executions: [], entrypoint: [] };

/** As much of a container as stages use of it. */
class FolderContainer {
  constructor(readonly made: Made = nothing) {}
  #with(more: Partial<Made>): FolderContainer {
    return new FolderContainer({ ...this.made, ...more });
  }
  from(): this {
    return this;
  }
  file(): typeof shellFile {
    return shellFile;
  }
  withMountedFile(path: string, file: string | typeof shellFile): FolderContainer {
    return this.#with({ files: { ...this.made.files, [path]: file } });
  }
  withDirectory(path: string, { folders }: FolderDirectory): FolderContainer {
    return this.#with({ folders: [...this.made.folders, ...folders.map((folder) => `${path}/${folder}`)] });
  }
  withEnvVariable(name: string, value: string): FolderContainer {
    return this.#with({ env: { ...this.made.env, [name]: value } });
  }
  withExec(argv: Argv): FolderContainer {
    return this.#with({ executions: [...this.made.executions, argv] });
  }
  withEntrypoint(entrypoint: Argv): FolderContainer {
    return this.#with({ entrypoint });
  }
  entrypoint(): Promise<Argv> {
    return Promise.resolve(this.made.entrypoint);
  }
  defaultArgs(): Promise<Argv> {
    return Promise.resolve([]);
  }
  exposedPorts(): Promise<readonly never[]> {
    return Promise.resolve([]);
  }
}

class FolderDirectory {
  constructor(readonly folders: readonly string[] = []) {}
  withFile(): this {
    return this;
  }
  file(): typeof shellFile {
    return shellFile;
  }
  withNewDirectory(path: string): FolderDirectory {
    return new FolderDirectory([...this.folders, path]);
  }
}

const client = {
  container: () => new FolderContainer(),
  directory: () => new FolderDirectory(),
  file: (_name: string, text: string) => text,
} as unknown as Client;

export const emptyContainer = new FolderContainer() as unknown as Container;

export function imageOf(entrypoint: Argv): Container {
  return new FolderContainer().withEntrypoint(entrypoint) as unknown as Container;
}

/** Removed at the end of the file: its tests run at once. */
const roots: string[] = [];
afterAll(() => {
  for (const root of roots) rmSync(root, { recursive: true, force: true, maxRetries: 3 });
});

export interface FolderEngine {
  readonly context: StageContext;
  /** The working folder of what is executed. */
  readonly src: string;
  /** Where a stage's results lie. */
  out(stage: string): string;
  /** What the last execution printed itself, and how it ended. */
  last(): { readonly stdout: string; readonly stderr: string; readonly exitCode: number | null };
}

export interface EngineOptions {
  readonly shell: Shell;
  readonly weir?: WeirInput;
  readonly results?: Readonly<Record<string, StageOutcome>>;
  readonly env?: Readonly<Record<string, string>>;
}

export function folderEngine({ shell, weir = {}, results = {}, env = {} }: EngineOptions): FolderEngine {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "weir-stage-")));
  roots.push(root);
  const src = join(root, workdir);
  mkdirSync(src);
  const inRoot = (text: string) => text.replaceAll("/.weir/", `${root}/.weir/`);
  const place = (path: string, file: string | typeof shellFile) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    if (file === shellFile) shell.install(join(root, path));
    else writeFileSync(join(root, path), inRoot(file));
  };
  let last = { stdout: "", stderr: "", exitCode: 0 as number | null };
  const fetch = async (stage: string, container: Container): Promise<string> => {
    const { made } = container as unknown as FolderContainer;
    for (const [path, file] of Object.entries(made.files)) place(path, file);
    for (const folder of made.folders) {
      mkdirSync(join(root, folder), { recursive: true });
      chmodSync(join(root, folder), 0o777);
    }
    for (const argv of made.executions) {
      last = await execute(
        argv.map((word) => (word.startsWith("/.weir/") ? `${root}${word}` : word)),
        src,
        { ...env, ...made.env },
      );
      // As in the engine: an execution that fails leaves nothing behind.
      if (last.exitCode !== 0)
        throw Object.assign(new Error(`exit code ${String(last.exitCode)}: ${last.stderr}`), { name: "ExecError" });
    }
    const exported = join(root, "exported", stage);
    rmSync(exported, { recursive: true, force: true });
    if (existsSync(join(root, outFolder(stage)))) cpSync(join(root, outFolder(stage)), exported, { recursive: true });
    return exported;
  };
  const context: Partial<StageContext> = {
    client,
    config: configOf(weir),
    app: node.detect(filesOf({ "package.json": "{}" }), ".", configOf())!,
    tools: toolsOf(client),
    dockerfile: null,
    certificates: null,
    environment: null,
    minimumCoverage: 80,
    registry: null,
    tag: "uncommitted",
    nonce: "",
    results: new Map(Object.entries(results)),
    fetch,
  };
  return { context: context as StageContext, src, out: (stage) => join(root, "exported", stage), last: () => last };
}

async function execute([program = "", ...argv]: Argv, cwd: string, env: Readonly<Record<string, string>>) {
  const child = spawn(program, argv, { cwd, env: { PATH: process.env["PATH"], ...env }, stdio: ["ignore", "pipe", "pipe"] });
  const said = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (said.stdout += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (said.stderr += chunk));
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject).once("close", resolve);
  });
  return { ...said, exitCode };
}
