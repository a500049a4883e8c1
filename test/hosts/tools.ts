/**
 * The hosts' real clients, each fetched once at an exact version into a folder that git ignores, by the package manager
 * that it comes from.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { execa } from "execa";

export const root = resolve(import.meta.dirname, "../..");
export const cache = join(root, "node_modules", ".cache", "weir-test-tools");

export const versions = {
  gitlabCiLocal: "4.65.1", // the newest that runs on Node 20; 4.75 needs methods of sets that only Node 22 has
  actionlint: "1.7.12",
  act: "0.2.89",
  zizmor: "1.32.0",
  groovy: "2.4.21", // Jenkins runs Pipelines with 2.4
} as const;

/** Longest that fetching and building one may take on two busy cores. */
export const fetchMs = 10 * 60_000;

/** The folder of a tool, made by `make` in another place and then renamed: it is there whole or not at all. */
async function tool(name: string, make: (folder: string) => Promise<unknown>): Promise<string> {
  const folder = join(cache, name);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const making = mkdtempSync(join(cache, "making-"));
  try {
    await make(making);
    renameSync(making, folder);
  } catch (error) {
    rmSync(making, { recursive: true, force: true });
    throw error;
  }
  return folder;
}

const run = (file: string, args: readonly string[], env: Readonly<Record<string, string>> = {}, cwd = root) =>
  execa(file, args, { env, cwd, timeout: fetchMs, killSignal: "SIGKILL", stdin: "ignore" });

async function goTool(module: string, name: string, version: string): Promise<string> {
  const folder = await tool(`${name}-${version}`, (making) =>
    run("go", ["install", `${module}@v${version}`], { GOBIN: making, GOFLAGS: "", GOWORK: "off" }),
  );
  return join(folder, name);
}

export const actionlint = () => goTool("github.com/rhysd/actionlint/cmd/actionlint", "actionlint", versions.actionlint);
export const act = () => goTool("github.com/nektos/act", "act", versions.act);

export async function zizmor(): Promise<string> {
  const folder = await tool(`zizmor-${versions.zizmor}`, (making) =>
    run("python3", ["-m", "pip", "install", "--quiet", "--no-deps", "--target", making, `zizmor==${versions.zizmor}`]),
  );
  return join(folder, "bin", "zizmor");
}

export async function gitlabCiLocal(): Promise<string> {
  const folder = await tool(`gitlab-ci-local-${versions.gitlabCiLocal}`, (making) =>
    run("npm", [
      ...["install", "--prefix", making, "--ignore-scripts", "--no-fund", "--no-audit", "--no-save"],
      `gitlab-ci-local@${versions.gitlabCiLocal}`,
    ]),
  );
  return join(folder, "node_modules", ".bin", "gitlab-ci-local");
}

/** Groovy's jar. */
export async function groovy(): Promise<string> {
  const folder = await tool(`groovy-${versions.groovy}`, (making) =>
    run("mvn", [
      ...["--quiet", "--batch-mode", "--file", join(root, "test", "hosts", "jenkins", "pom.xml")],
      ...["dependency:copy-dependencies", `-DoutputDirectory=${making}`],
    ]),
  );
  return join(folder, `groovy-all-${versions.groovy}.jar`);
}

/** gitlab-ci-local copies files with rsync: the machine's, or on Debian and Ubuntu its package without installing it. */
export async function withRsync(): Promise<Readonly<Record<string, string>>> {
  const path = process.env["PATH"] ?? "";
  if (path.split(delimiter).some((folder) => existsSync(join(folder, "rsync")))) return {};
  const folder = await tool("rsync", async (making) => {
    const packages = ["rsync", "libpopt0", "libxxhash0"];
    await run("apt-get", ["download", ...packages], {}, making).catch(async () => {
      await run("apt-get", ["update"]);
      await run("apt-get", ["download", ...packages], {}, making);
    });
    for (const file of readdirSync(making)) await run("dpkg", ["-x", file, "."], {}, making);
  });
  const [libraries = ""] = readdirSync(join(folder, "usr", "lib")).filter((name) => name.includes("linux"));
  return {
    PATH: `${join(folder, "usr", "bin")}${delimiter}${path}`,
    LD_LIBRARY_PATH: join(folder, "usr", "lib", libraries),
  };
}
