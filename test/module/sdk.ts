/** The SDK's own code by which Dagger reads a module and calls it; what of it the tests use. No package exports it. */
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

export const root = resolve(import.meta.dirname, "../..");
const sdk = join(root, "node_modules/@dagger.io/dagger/dist/src");
const sdkFile = async (path: string): Promise<unknown> => import(pathToFileURL(join(sdk, path)).href);

/** The parts of what the SDK's introspector returns that this test reads. */
export interface Described {
  readonly name: string;
  readonly description?: string;
}
export interface Argument extends Described {
  readonly type?: TypeDef;
  readonly isOptional: boolean;
  readonly defaultValue?: unknown;
  readonly ignore?: readonly string[];
  readonly defaultPath?: string;
}
export interface TypeDef {
  readonly kind: string;
  readonly name?: string;
  readonly typeDef?: TypeDef;
}
interface Method extends Described {
  readonly alias?: string;
  readonly cache?: string;
  readonly isCheck: boolean;
  readonly arguments: Readonly<Record<string, Argument>>;
  readonly returnType?: TypeDef;
}
export interface Scanned extends Described {
  readonly objects: Readonly<
    Record<
      string,
      Described & {
        readonly _constructor?: { readonly arguments: Readonly<Record<string, Argument>> };
        readonly methods: Readonly<Record<string, Method>>;
        readonly properties: Readonly<Record<string, Described & { readonly isExposed: boolean }>>;
      }
    >
  >;
  readonly enums: Readonly<
    Record<string, Described & { readonly values: Readonly<Record<string, Described & { readonly value: string }>> }>
  >;
}

export const manifest = JSON.parse(readFileSync(join(root, "dagger.json"), "utf8")) as Readonly<Record<string, unknown>>;

/** Reads the module as Dagger's runtime does: every file of src/, and the client's types from a client.gen.ts. */
export async function scanModule(): Promise<Scanned> {
  const folder = mkdtempSync(join(tmpdir(), "weir-module-"));
  try {
    const client = join(folder, "client.gen.ts");
    // The npm package brings the client's types only as declarations; their names are all that is asked of them.
    copyFileSync(join(sdk, "api/client.gen.d.ts"), client);
    const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
    const { scan } = (await sdkFile("module/introspector/index.js")) as {
      scan(files: readonly string[], module: string, load: boolean): Promise<Scanned>;
    };
    return await scan([...files.map((name) => join(root, "src", name)), client], String(manifest["name"]), false);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A call as the engine sends it: names of functions and enum members, ids of objects. */
export interface Sent {
  /** Empty for the constructor. */
  readonly fnName: string;
  readonly parentArgs: Readonly<Record<string, unknown>>;
  readonly fnArgs: Readonly<Record<string, unknown>>;
}

/** Calls the module as Dagger's runtime does, over the global client: what goes in and comes out is JSON. */
export async function invokeModule(scanned: Scanned, loaded: object, sent: Sent): Promise<unknown> {
  const { invoke } = (await sdkFile("module/entrypoint/invoke.js")) as {
    invoke(executor: unknown, module: Scanned, context: Sent & { parentName: string }): Promise<unknown>;
  };
  const { Executor } = (await sdkFile("module/executor.js")) as {
    Executor: new (loaded: readonly object[], module: Scanned) => unknown;
  };
  const made = await invoke(new Executor([loaded], scanned), scanned, { parentName: scanned.name, ...sent });
  return JSON.parse(JSON.stringify(made)) as unknown;
}
