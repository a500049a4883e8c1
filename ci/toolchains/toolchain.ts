/**
 * What Weir must know of a language to build and test an app: found by reading files, said as data, no container yet.
 * Reading is `detect`; the stages turn what it returns into containers.
 */
import type { Config } from "../config/schema.ts";

/** A command as argv; nothing here is ever joined into a shell line. */
export type Argv = readonly string[];

/** Where a report lands in the container, relative to the app's folder, and what it is. */
export interface ReportFile {
  readonly kind: "junit" | "lcov" | "cobertura" | "go-cover" | "sarif";
  readonly path: string;
}

/** What a stage runs for this app, or why there is nothing to run. */
export type StageCommand =
  | {
      readonly kind: "command";
      /** Run one after the other; the first that fails ends the stage. */
      readonly commands: readonly Argv[];
      readonly env?: Readonly<Record<string, string>>;
      readonly reports?: readonly ReportFile[];
      /** Where it was found: `package.json scripts.test`, `go.mod`, `weir.yaml:12`. */
      readonly from: string;
    }
  | { readonly kind: "absent"; readonly reason: string };

/** A cache volume: a name that is unique by toolchain and version, and where it is mounted. */
export interface CacheMount {
  readonly name: string;
  readonly path: string;
}

/** One package of the app, as its toolchain sees it. */
export interface Package {
  /** Folder relative to the app's root, `.` for the root itself. */
  readonly path: string;
  readonly toolchain: string;
  /** The version of the language, such as `22`; and the file and key that asked for it, or `default`. */
  readonly version: string;
  readonly versionFrom: string;
  /** The image that commands run in, an ordinary reference such as `node:22-bookworm-slim`. */
  readonly image: string;
  readonly env: Readonly<Record<string, string>>;
  readonly caches: readonly CacheMount[];
  /** Files that decide the dependency layer; only these are in the container when `install` runs. */
  readonly dependencyFiles: readonly string[];
  /** Globs (gitignore syntax) that never enter a container: `node_modules`, `coverage`. */
  readonly exclude: readonly string[];
  /** What is put into the image before the app's files: tools of the toolchain's own, such as gotestsum. */
  readonly setup: readonly Argv[];
  readonly commands: {
    readonly install: StageCommand;
    readonly build: StageCommand;
    readonly lint: StageCommand;
    readonly types: StageCommand;
    readonly format: StageCommand;
    readonly unit: StageCommand;
    readonly integration: StageCommand;
    readonly e2e: StageCommand;
    readonly performance: StageCommand;
  };
  /** How to make a runtime image when the app has no Dockerfile. */
  readonly runtime: RuntimeImage | null;
}

export interface RuntimeImage {
  /** The base image's reference; `scratch` for none. */
  readonly base: string;
  /** Run in the build container before anything is copied: taking out what only the build needed. */
  readonly prepare: readonly Argv[];
  /** Paths in the build container to copy, relative to the app's folder, and where to. */
  readonly files: readonly { readonly from: string; readonly to: string }[];
  readonly workdir: string;
  readonly entrypoint: Argv;
  readonly env: Readonly<Record<string, string>>;
  /** Numeric `uid:gid`, never root. */
  readonly user: string;
}

/** The app's files as a toolchain reads them: injected, so that detection is tested without a disk. */
export interface FileReader {
  /** The file's text, or null where it does not exist. */
  read(path: string): string | null;
  /** Names in a folder; empty where it does not exist. Folders end with `/`. */
  list(path: string): readonly string[];
}

export interface Toolchain {
  readonly name: string;
  /** The package in this folder, or null where the folder is none of this toolchain's. */
  detect(files: FileReader, path: string, config: Config): Package | null;
}
