/** Builds the engine's and the CLI's programs from their Go modules, once for each recipe. */
import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { contentKey, engineVersion, recipeFolder, type Layout } from "./layout.ts";
import { runCommand } from "./run-command.ts";

/** Command of the Dagger module → name of the program that we make of it. */
const commands = { dagger: "dagger", engine: "dagger-engine", init: "dagger-init", dnsname: "dnsname" } as const;

const flags = `-s -w -X github.com/dagger/dagger/engine.Version=v${engineVersion} -X github.com/dagger/dagger/engine.Tag=v${engineVersion}`;

/** Changes when anything that the programs are built from does. */
export function programsKey(): string {
  const folder = recipeFolder();
  return contentKey(
    flags,
    ...["go.mod", "go.sum", "distconsts/go.mod", "distconsts/consts.go"].map((file) => readFileSync(join(folder, file))),
  );
}

/** The folder of the built programs, or null where they have not been built. */
export function builtPrograms(layout: Layout): string | null {
  const folder = join(layout.programs, programsKey());
  return existsSync(folder) ? folder : null;
}

/** Builds them if need be and returns their folder. A folder that bears the key is complete: it was renamed into place. */
export async function ensurePrograms(layout: Layout, note: (line: string) => void): Promise<string> {
  const built = builtPrograms(layout);
  if (built !== null) return built;
  await mkdir(layout.programs, { recursive: true });
  const building = await mkdtemp(join(layout.programs, "tmp-"));
  const cwd = recipeFolder();
  // The compiler's garbage is collected half as often: memory is cheaper here than minutes.
  const env = { CGO_ENABLED: "0", GOFLAGS: "-mod=readonly -trimpath -buildvcs=false", GOWORK: "off", GOGC: "200" };
  note("downloading modules");
  await runCommand({ argv: ["go", "mod", "download"], cwd, env, deadlineMs: 10 * 60_000 });
  note("compiling");
  // All at once, so that no core waits while one program is linked.
  const packages = Object.keys(commands).map((command) => `github.com/dagger/dagger/cmd/${command}`);
  await runCommand({
    argv: ["go", "build", "-ldflags", flags, "-o", `${building}/`, ...packages],
    cwd,
    env,
    deadlineMs: 40 * 60_000,
  });
  for (const [command, program] of Object.entries(commands)) await rename(join(building, command), join(building, program));
  await writeFile(join(building, "VERSION"), `${engineVersion}\n`);
  const folder = join(layout.programs, programsKey());
  await rename(building, folder);
  await removeOthers(layout.programs, [programsKey()]);
  return folder;
}

/** Removes what earlier recipes and killed builds left; the caller holds the lock. */
export async function removeOthers(folder: string, keep: readonly string[]): Promise<void> {
  const { readdir } = await import("node:fs/promises");
  const names = existsSync(folder) ? await readdir(folder) : [];
  await Promise.all(
    names.filter((name) => !keep.includes(name)).map((name) => rm(join(folder, name), { recursive: true, force: true })),
  );
}
