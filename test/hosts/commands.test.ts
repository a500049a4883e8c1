/** `weir init` and `weir verify` on real folders. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { initCommand } from "../../ci/commands/init.ts";
import { verifyCommand } from "../../ci/commands/verify.ts";
import { pinFor, readOwnPin } from "../../ci/hosts/own-pin.ts";
import { pathIn } from "../../ci/hosts/wrapper-files.ts";
import { wrapperHosts, wrappers } from "../../ci/hosts/wrappers.ts";

let root: string;
let printed: string[];

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "weir-hosts-")));
  git("init", "--quiet", "--initial-branch=main");
  write("package.json", "{}");
  printed = [];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => printed.push(String(text)) > 0);
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(root, { recursive: true, force: true });
});

const git = (...args: readonly string[]) => execFileSync("git", ["-C", root, ...args], { encoding: "utf8", timeout: 10_000 });

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

const read = (path: string) => readFileSync(join(root, path), "utf8");
const from = { weirRepository: "https://git.example.org/weir.git" };
const init = (host: (typeof wrapperHosts)[number], more: object = {}) => initCommand({ host, source: root, ...from, ...more });
const verify = (more: object = {}) => verifyCommand({ source: root, ...more });

describe("weir init", () => {
  it.each(wrapperHosts)("writes the file of %s where the host looks for it, and verify is content", async (host) => {
    expect(await init(host)).toBe(0);
    expect(printed[0]).toContain(`wrote ${wrappers[host].path}: it runs Weir `);
    expect(await verify({ host })).toBe(0);
    expect(await verify()).toBe(0);
    printed = [];
    expect(await init(host)).toBe(0);
    expect(printed).toEqual([`${wrappers[host].path} is as this Weir writes it\n`]);
  });

  it.each(wrapperHosts)("never overwrites what a person wrote for %s", async (host) => {
    const { path } = wrappers[host];
    write(path, "mine\n");
    await expect(init(host)).rejects.toMatchObject({
      code: "init.foreign",
      exitCode: 2,
      remedy: expect.stringContaining("--file"),
    });
    expect(read(path)).toBe("mine\n");
    expect(await init(host, { force: true })).toBe(0);
    expect(read(`${path}.before-weir`)).toBe("mine\n");
    write(path, "mine again\n");
    expect(await init(host, { force: true })).toBe(0);
    expect([read(`${path}.before-weir`), read(`${path}.before-weir-2`)]).toEqual(["mine\n", "mine again\n"]);
    expect(await verify({ host })).toBe(0);
  });

  it.each(wrapperHosts)("never overwrites what a person changed for %s, and verify says what", async (host) => {
    const { path } = wrappers[host];
    await init(host);
    write(path, `${read(path)}# mine\n`);
    const changed = read(path);
    await expect(init(host)).rejects.toMatchObject({ code: "init.edited" });
    expect(read(path)).toBe(changed);
    expect(await verify({ host })).toBe(1);
    expect(printed.join("")).toContain(": - # mine\n");
    expect(await init(host, { force: true })).toBe(0);
    expect(read(`${path}.before-weir`)).toBe(changed);
  });

  it("brings an older wrapper up to date without being forced, and keeps the address and the runner", async () => {
    const commit = "3".repeat(40);
    await init("gitlab", { weirCommit: commit, runner: "shell", weirRepository: "file:///srv/weir" });
    expect(await verify()).toBe(1);
    expect(printed.at(-1)).toMatch(/^\.gitlab-ci\.yml: of Weir \S+ at 333333333333, and this is Weir \S+ at [0-9a-f]{12}\n/);
    expect(await initCommand({ host: "gitlab", source: root })).toBe(0);
    expect(read(".gitlab-ci.yml")).toMatch(/repository=file:\/\/\/srv\/weir .*runner=shell /);
    expect(read(".gitlab-ci.yml")).not.toContain(commit);
    expect(existsSync(join(root, ".gitlab-ci.yml.before-weir"))).toBe(false);
    expect(await verify()).toBe(0);
  });

  it("writes into the repository's root for an app in a folder of it, one app a file", async () => {
    write("services/shop/package.json", "{}");
    write("services/web/package.json", "{}");
    expect(await init("github", { source: join(root, "services/shop") })).toBe(0);
    expect(read(".github/workflows/weir.yml")).toContain('WEIR_SOURCE: "services/shop"');
    await expect(init("github", { source: join(root, "services/web") })).rejects.toMatchObject({ code: "init.source" });
    const file = ".github/workflows/web.yml";
    expect(await init("github", { source: join(root, "services/web"), file })).toBe(0);
    expect(await verify({ host: "github", source: join(root, "services/web"), file })).toBe(0);
    expect(await verify({ host: "github", source: join(root, "services/web") })).toBe(1);
  });

  it("starts for tags where a kind of branch is of tags", async () => {
    await init("github");
    write("weir.yaml", 'branches:\n  version: { ref: tag, patterns: ["v*"] }\n');
    expect(await verify()).toBe(1);
    expect(printed.join("")).toContain(': +     tags: ["**"]');
    await init("github");
    expect(await verify()).toBe(0);
  });

  it("follows no link", async () => {
    const outside = mkdtempSync(join(tmpdir(), "weir-outside-"));
    try {
      symlinkSync(outside, join(root, ".github"));
      await expect(init("github")).rejects.toMatchObject({ code: "init.link" });
      symlinkSync(join(outside, "x"), join(root, "Jenkinsfile"));
      await expect(init("jenkins")).rejects.toMatchObject({ code: "init.foreign" });
      expect(await verify({ host: "jenkins" })).toBe(1);
      expect(existsSync(join(outside, "x"))).toBe(false);
    } finally {
      rmSync(outside, { recursive: true, force: true });
    }
  });

  it.each([
    ["a runner that the host does not have", { runner: "container" as const }, "init.runner"],
    ["an address with a password", { weirRepository: "https://a:secret@git.example.org/x" }, "init.repository"],
    ["an address that a shell would read", { weirRepository: "https://git.example.org/$(x)" }, "init.repository"],
    ["a branch in place of a commit", { weirCommit: "main" }, "init.commit"],
    ["a path out of the repository", { file: "../weir.yml" }, "init.file"],
  ])("refuses %s", async (_, flags, code) => {
    const failure = init("github", flags);
    await expect(failure).rejects.toMatchObject({ code, exitCode: 2 });
    await expect(failure).rejects.not.toMatchObject({ message: expect.stringContaining("secret") });
    expect(existsSync(join(root, ".github"))).toBe(false);
  });

  it("works in a folder that is no repository", async () => {
    rmSync(join(root, ".git"), { recursive: true });
    expect(await init("gitlab")).toBe(0);
    expect(await verify()).toBe(0);
  });
});

describe("weir verify", () => {
  it("fails where there is no wrapper at all", async () => {
    expect(await verify()).toBe(1);
    expect(printed.join("")).toContain(".gitlab-ci.yml: missing");
    expect(await verify({ host: "github" })).toBe(1);
  });

  it("passes over the files of hosts that Weir does not run on, unless asked for one", async () => {
    await init("github");
    write(".gitlab-ci.yml", "pages: {}\n");
    expect(await verify()).toBe(0);
    expect(await verify({ host: "gitlab" })).toBe(1);
  });

  it("says it for scripts", async () => {
    await init("github");
    write(".github/workflows/weir.yml", `${read(".github/workflows/weir.yml")}# mine\n`);
    printed = [];
    expect(await verify({ json: true })).toBe(1);
    const { version, wrappers: all } = JSON.parse(printed.join("")) as {
      version: number;
      wrappers: { host: string; verdict: string; differences: unknown[] }[];
    };
    expect([version, all.map(({ host, verdict }) => [host, verdict])]).toEqual([1, [["github", "edited"]]]);
    expect(all[0]?.differences[0]).toMatchObject({ side: "-", text: "# mine" });
  });
});

describe("which Weir this is", () => {
  it("is the commit and the origin of its clone", async () => {
    git("-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "--quiet", "--allow-empty", "--message=x");
    const commit = git("rev-parse", "HEAD").trim();
    expect(await readOwnPin(process.env, root)).toEqual({ repository: null, commit, published: false });
    git("remote", "add", "origin", "https://git.example.org/weir.git");
    git("update-ref", "refs/remotes/origin/main", commit);
    expect(await readOwnPin(process.env, root)).toEqual({
      repository: "https://git.example.org/weir.git",
      commit,
      published: true,
    });
  });

  it("is not known of an installed package, be it in a repository of its user's", async () => {
    write("node_modules/weir/package.json", "{}");
    git("add", "--all");
    git("-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "--quiet", "--message=x");
    const own = await readOwnPin(process.env, join(root, "node_modules/weir"));
    expect(own).toEqual({ repository: null, commit: null, published: false });
    expect(() => pinFor(own, {}, null)).toThrow("this Weir does not know which commit it is: it is no clone");
    expect(() => pinFor({ ...own, commit: "1".repeat(40) }, {}, null)).toThrow("its clone has no origin");
    expect(pinFor(own, { ...from, repository: "https://a.example/b", commit: "1".repeat(40) }, null)).toMatchObject({
      repository: "https://a.example/b",
    });
  });
});

it("takes plain paths below the root for --file", () => {
  expect([".gitlab/weir.yml", "a/b.c"].map(pathIn)).toEqual([".gitlab/weir.yml", "a/b.c"]);
  for (const path of ["/a", "../a", "a/../b", "a//b", "./a", "a/", "-a", ".git/hooks/x", "a\nb", ""])
    expect(() => pathIn(path)).toThrow("is no path below the repository's root");
});
