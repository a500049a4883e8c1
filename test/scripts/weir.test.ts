/** The launcher, run as a user runs it, in a folder of its own and with an npm that only pretends to install. */
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const repository = join(import.meta.dirname, "../..");
/** What the launcher needs of Debian besides Node and npm. */
const tools = ["bash", "env", "find", "flock", "mkdir", "mv", "perl", "readlink", "rm", "sleep", "tail", "touch", "ln", "cat"];
const installing = "installing 1 Node packages (npm ci)";

let home: string;
let root: string;
let weir: string;
let bin: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "weir-launcher-"));
  root = join(home, "a clone");
  weir = join(root, "scripts/weir");
  bin = join(home, "bin");
  mkdirSync(join(root, "ci"), { recursive: true });
  mkdirSync(bin);
  cpSync(join(repository, "scripts/weir"), weir);
  cpSync(join(repository, "scripts/lib"), join(root, "scripts/lib"), { recursive: true });
  write("package.json", `{ "name": "fake", "type": "module" }`);
  write("tsconfig.json", `{}`);
  writeLockfile("1.0.0");
  write(
    "ci/cli.ts",
    `import { word } from "./word.ts"; console.log(word, process.cwd(), JSON.stringify(process.argv.slice(2)));`,
  );
  write("ci/word.ts", `export const word: string = "first";`);
  for (const tool of tools) link(tool);
  symlinkSync(process.execPath, join(bin, "node"));
  program(
    "npm",
    `echo "$*" >>"$FAKE_CALLS"
     rm -rf node_modules/*
     mkdir -p node_modules/left-pad
     sleep "\${FAKE_SECONDS:-0}"
     [ -z "\${FAKE_FAILURE:-}" ] || { echo "$FAKE_FAILURE"; exit 7; }
     ln -s ${join(repository, "node_modules/esbuild")} node_modules/esbuild
     echo '{}' >node_modules/left-pad/package.json
     cat package-lock.json >node_modules/.package-lock.json`,
  );
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

function write(path: string, text: string): void {
  writeFileSync(join(root, path), text);
}

function writeLockfile(version: string): void {
  const packages = { "": {}, "node_modules/left-pad": { version, integrity: "sha512-x" } };
  write("package-lock.json", JSON.stringify({ lockfileVersion: 3, packages }));
}

function program(name: string, body: string): void {
  rmSync(join(bin, name), { force: true });
  writeFileSync(join(bin, name), `#!${join(bin, "bash")}\n${body}\n`);
  chmodSync(join(bin, name), 0o755);
}

function link(tool: string): void {
  const place = (process.env["PATH"] ?? "").split(delimiter).find((folder) => existsSync(join(folder, tool)));
  if (place) symlinkSync(join(place, tool), join(bin, tool));
}

interface Start {
  readonly args?: string[];
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  readonly command?: string;
}

function start({ args = [], env = {}, cwd = home, command = weir }: Start = {}) {
  return execa(command, args, {
    cwd,
    env: { PATH: bin, HOME: home, FAKE_CALLS: join(home, "calls"), ...env },
    extendEnv: false,
    reject: false,
    stdin: "ignore",
    detached: true,
  });
}

function npmCalls(): string[] {
  const calls = join(home, "calls");
  return existsSync(calls) ? readFileSync(calls, "utf8").trimEnd().split("\n") : [];
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe("scripts/weir", { timeout: 60_000 }, () => {
  it("installs and bundles once, says so with the time, and hands over arguments and folder", async () => {
    const first = await start({ args: ["run", "a b", ""] });
    expect(first).toMatchObject({ exitCode: 0, stdout: `first ${home} ["run","a b",""]` });
    expect(first.stderr).toMatch(
      /^weir: installing 1 Node packages \(npm ci\); .*\nweir: installed in \d+\.\d s\nweir: bundled ci\/ in \d+\.\d s$/,
    );
    expect(npmCalls()).toEqual([expect.stringMatching(/^ci --include=dev --include=optional --ignore-scripts /)]);

    expect(await start({ args: ["plan"] })).toMatchObject({ exitCode: 0, stdout: `first ${home} ["plan"]`, stderr: "" });
    expect(npmCalls()).toHaveLength(1);
  });

  it("starts through links and from any folder", async () => {
    await start();
    mkdirSync(join(home, "links"));
    symlinkSync("../a clone/scripts/weir", join(home, "links/relative"));
    symlinkSync(join(home, "links/relative"), join(bin, "weir"));
    expect(await start({ command: "weir", cwd: root })).toMatchObject({ exitCode: 0, stdout: `first ${root} []`, stderr: "" });
    expect(await start({ command: "bash", args: ["weir", "x"], cwd: join(root, "scripts") })).toMatchObject({
      exitCode: 0,
      stderr: "",
    });
  });

  it("hands on the exit code of the command line", async () => {
    write("ci/cli.ts", `process.exit(3);`);
    expect((await start()).exitCode).toBe(3);
  });

  it("bundles again when a source changes, comes with an old date, or goes", async () => {
    await start();
    write("ci/word.ts", `export const word = "second";`);
    expect(await start()).toMatchObject({
      stdout: `second ${home} []`,
      stderr: expect.stringMatching(/^weir: bundled ci\/ in \S+ s$/),
    });
    expect((await start()).stderr).toBe("");

    write("ci/word.ts", `export const word = "third";`);
    utimesSync(join(root, "ci/word.ts"), 1, 1);
    expect((await start()).stdout).toBe(`third ${home} []`);

    rmSync(join(root, "ci/word.ts"));
    const broken = await start();
    expect(broken).toMatchObject({ exitCode: 4, stdout: "" });
    expect(broken.stderr).toContain("./word.ts");
    expect(npmCalls()).toHaveLength(1);
  });

  it("leaves import.meta of a source pointing at the source", async () => {
    write("ci/cli.ts", `console.log(import.meta.url, import.meta.dirname, import.meta.filename);`);
    const place = join(root, "ci");
    const url = `file://${encodeURI(place)}/cli.ts`;
    expect((await start()).stdout).toBe(`${url} ${place} ${join(place, "cli.ts")}`);
  });

  it("installs again when the lockfile changes, and not when only its date does", async () => {
    await start();
    utimesSync(join(root, "package-lock.json"), 1, 1);
    expect((await start()).stderr).not.toContain(installing);
    writeLockfile("1.0.1");
    expect((await start()).stderr).toContain(installing);
    expect(npmCalls()).toHaveLength(2);
  });

  it("takes what npm itself has installed completely, and nothing that was broken off", async () => {
    await start();
    writeLockfile("1.0.1");
    cpSync(join(root, "package-lock.json"), join(root, "node_modules/.package-lock.json"));
    expect((await start()).stderr).not.toContain(installing);

    rmSync(join(root, "node_modules/.weir-install"), { recursive: true });
    rmSync(join(root, "node_modules/left-pad/package.json"));
    expect((await start()).stderr).toContain(installing);
  });

  it("installs again for another major version of Node", async () => {
    await start();
    const stamp = join(root, "node_modules/.weir-install");
    const [hash] = readFileSync(join(stamp, "lock"), "utf8").split(" ");
    writeFileSync(join(stamp, "lock"), `${hash!} 19\n`);
    writeFileSync(join(stamp, "node"), "/elsewhere/node\n");
    expect((await start()).stderr).toContain(installing);
  });

  it.each(["flock", "perl"])("installs once when two start at once (lock by %s)", async (locker) => {
    if (locker === "perl") rmSync(join(bin, "flock"));
    const both = await Promise.all([start({ env: { FAKE_SECONDS: "1" } }), start({ env: { FAKE_SECONDS: "1" } })]);
    expect(both.map(({ exitCode, stdout }) => ({ exitCode, stdout }))).toEqual(
      Array(2).fill({ exitCode: 0, stdout: `first ${home} []` }),
    );
    expect(npmCalls()).toHaveLength(1);
    expect(both.map(({ stderr }) => stderr).filter((text) => text.includes("another start of weir"))).toHaveLength(1);
  });

  it("does an install again that kill -9 broke off", async () => {
    const killed = start({ env: { FAKE_SECONDS: "30" } });
    await until(() => npmCalls().length === 1);
    process.kill(-killed.pid!, "SIGKILL");
    expect((await killed).exitCode).not.toBe(0);
    expect(await start()).toMatchObject({ exitCode: 0, stdout: `first ${home} []`, stderr: expect.stringContaining(installing) });
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("ends at once on %s", async (signal, exitCode) => {
    const interrupted = start({ env: { FAKE_SECONDS: "30" } });
    await until(() => npmCalls().length === 1);
    const asked = Date.now();
    process.kill(interrupted.pid!, signal);
    expect((await interrupted).exitCode).toBe(exitCode);
    expect(Date.now() - asked).toBeLessThan(5000);
  });

  it("shows why npm ci failed, and tries again next time", async () => {
    const failed = await start({ env: { FAKE_FAILURE: "npm error network" } });
    expect(failed).toMatchObject({ exitCode: 4, stdout: "" });
    expect(failed.stderr).toMatch(
      /npm error network\nweir: npm ci failed with exit code 7 after \S+ s\. All of its output: .*\/build\/install\.log$/,
    );
    expect((await start()).exitCode).toBe(0);
  });

  it("names what is missing and the command that installs it, in one line", async () => {
    program("node", "echo 18.19.0");
    const old = await start();
    expect(old).toMatchObject({ exitCode: 4, stdout: "" });
    expect(old.stderr).toMatch(/^weir: needs Node\.js 20 or newer, and \S+ is 18\.19\.0\. Install it: .*$/);
    rmSync(join(bin, "node"));
    expect((await start()).stderr).toMatch(/^weir: needs Node\.js 20 or newer, and there is none\. Install it: .*$/);
    symlinkSync(process.execPath, join(bin, "node"));
    rmSync(join(bin, "npm"));
    expect((await start()).stderr).toMatch(/^weir: needs npm, .*\. Install it: apt-get install -y npm$/);
  });

  it("of an installed package starts the bundle that came with it", async () => {
    await start();
    rmSync(join(root, "package-lock.json"));
    rmSync(join(root, "node_modules"), { recursive: true });
    rmSync(join(root, "ci"), { recursive: true });
    expect(await start()).toMatchObject({ exitCode: 0, stdout: `first ${home} []`, stderr: "" });
  });
});
