/** What a stage is: a plain function from the app's containers to a result. */
import type { Client, Container, Directory, File, Service } from "@dagger.io/dagger";
import type { Config } from "../config/schema.ts";
import type { Tools } from "../engine/exec.ts";
import type { Coverage, StageStatus, TestCounts } from "../report/report.ts";
import type { Package, ReportFile } from "../toolchains/toolchain.ts";

/** What every stage works on. Containers are lazy: making one runs nothing. */
export interface StageContext {
  readonly client: Client;
  readonly config: Config;
  readonly app: Package;
  readonly tools: Tools;
  /** The app's files, without what never enters a container. */
  readonly source: Directory;
  /** Of these only what decides the dependencies: its name in the engine's cache is that of these files alone. */
  readonly dependencies: Directory;
  /** The app's Dockerfile, relative to its folder; null where it has none. */
  readonly dockerfile: string | null;
  /** The host's certificates for the containers; null for none. */
  readonly certificates: File | null;
  /** The environment that this run leads to, and the coverage that it asks for, in percent. */
  readonly environment: string | null;
  readonly minimumCoverage: number;
  /** Where images are pushed: `127.0.0.1:5000/shop`. Null where no registry is known. */
  readonly registry: string | null;
  /** The image's tag: the commit's short name, or a word for a tree that is no commit. */
  readonly tag: string;
  /** Nothing is built: the release is the one that an earlier branch proved and pushed. */
  readonly promotes: boolean;
  /** Changes what must not be answered from the cache (`--fresh`); empty leaves everything to the cache. */
  readonly nonce: string;
  /** The results of stages that this one needs, and the containers that they left. */
  readonly results: ReadonlyMap<string, StageOutcome>;
  /** Fetches a folder of a container into the run's folder, and returns where it lies. */
  fetch(stage: string, container: Container): Promise<string>;
}

/** What a stage returns; the scheduler adds times and the cache's part. */
export interface StageOutcome {
  readonly status: Extract<StageStatus, "passed" | "failed" | "error">;
  readonly reason: string | null;
  /** The container as the stage left it, for those that build on it. */
  readonly container?: Container;
  readonly exitCode?: number | null;
  /** The name, time and duration of the execution, where a command ran. */
  readonly execution?: { readonly id: string; readonly startedAt: number; readonly ranMs: number };
  /** Where the log lies; or its text, where no container keeps it. */
  readonly log?: string;
  readonly logText?: string;
  readonly reports?: readonly { readonly kind: ReportFile["kind"]; readonly path: string }[];
  readonly tests?: TestCounts;
  readonly coverage?: Coverage;
  readonly outputs?: Readonly<Record<string, string>>;
}

export type Stage = (context: StageContext) => Promise<StageOutcome>;

/** A service by the name under which the app reaches it. */
export interface BoundService {
  readonly alias: string;
  readonly service: Service;
}
