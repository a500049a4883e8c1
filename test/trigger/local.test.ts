import { chmodSync, chownSync, existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { gitArgv, gitEnv } from "../../ci/trigger/git.ts";
import { commit, env, folder, git, read, repository, write } from "./clone.ts";

describe("the trigger of a clone", () => {
  it("is manual and trusted, and knows branch, commit, base and changes", async () => {
    const { at, base, sha } = repository();
    expect(await read(at)).toEqual({
      host: "local",
      event: "manual",
      ref: "refs/heads/feature/x",
      branch: "feature/x",
      target: null,
      mergedFrom: null,
      sha,
      base,
      changedFiles: { known: true, files: ["src/b.ts"] },
      pullRequest: null,
      actor: null,
      protectedBranch: null,
      trust: "trusted",
      dirty: false,
      shallow: false,
      sources: {
        event: "no CI host",
        trust: "no CI host",
        ref: "git for-each-ref",
        branch: "git for-each-ref",
        sha: "git status",
        base: "git merge-base HEAD refs/heads/development",
      },
      notes: [],
    });
  });

  it("counts what is not committed: changed, staged, deleted, untracked", async () => {
    const { at } = repository();
    write(at, "src/a.ts", "changed");
    write(at, "new file\nwith a line break");
    write(at, "staged.ts");
    git(at, "add", "staged.ts");
    git(at, "rm", "-q", "README.md");
    git(at, "mv", "src/b.ts", "src/c.ts");
    const found = await read(at);
    expect(found.dirty).toBe(true);
    expect(found.changedFiles).toEqual({
      known: true,
      files: ["README.md", "new file\nwith a line break", "src/a.ts", "src/b.ts", "src/c.ts", "staged.ts"],
    });
  });

  it("leaves out what git ignores", async () => {
    const { at } = repository();
    write(at, ".gitignore", "node_modules/\n*.log\n");
    write(at, "node_modules/a/b.js");
    write(at, "x.log");
    expect((await read(at)).changedFiles).toEqual({ known: true, files: [".gitignore", "src/b.ts"] });
  });

  it("leaves out what Weir writes itself", async () => {
    const { at } = repository();
    write(at, ".weir/runs/1/run.json");
    write(at, "apps/shop/.weir/runs/1/run.json");
    expect(await read(join(at, "apps/shop"))).toMatchObject({ dirty: false, changedFiles: { files: [] } });
    expect((await read(at, { env: { ...env, GIT_LITERAL_PATHSPECS: "1" } })).changedFiles).toEqual({
      known: true,
      files: ["apps/shop/.weir/runs/1/run.json", "src/b.ts"],
    });
  });

  it("does not list more files than anybody reads", { timeout: 60_000 }, async () => {
    const { at } = repository();
    for (let file = 0; file <= 10_000; file += 1) write(at, `many/${file}`, "");
    expect(await read(at)).toMatchObject({ dirty: true, changedFiles: { known: false, reason: "more than 10000 files differ" } });
  });

  it("sees only the source folder, relative to it", async () => {
    const { at } = repository();
    commit(at, "apps/shop/web/page.ts", "apps/other/x.ts", "apps/shop-two/y.ts");
    write(at, "apps/shop/new.ts");
    write(at, "elsewhere.ts");
    const found = await read(join(at, "apps/shop"));
    expect(found.changedFiles).toEqual({ known: true, files: ["new.ts", "web/page.ts"] });
    git(at, "clean", "-q", "-f", "apps/shop");
    expect((await read(join(at, "apps/shop"))).dirty).toBe(false);
  });

  it("sees a source folder with any name", async () => {
    const { at } = repository();
    const name = "a b\n--weir-end-of-prefix\n$(touch x)";
    commit(at, `${name}/in.ts`);
    expect((await read(join(at, name))).changedFiles).toEqual({ known: true, files: ["in.ts"] });
  });

  it("reaches the folder through a link", async () => {
    const { at, sha } = repository();
    const link = join(folder(), "link");
    symlinkSync(join(at, "src"), link);
    expect(await read(link)).toMatchObject({ sha, changedFiles: { files: ["b.ts"] } });
  });

  it("takes the nearest of the local target and the one of origin", async () => {
    const { at, base } = repository();
    const clone = join(folder(), "clone");
    git(at, "clone", "-q", `file://${at}`, clone);
    expect(await read(clone)).toMatchObject({
      branch: "feature/x",
      base,
      sources: { base: "git merge-base HEAD refs/remotes/origin/development" },
    });
    git(clone, "branch", "development", "refs/remotes/origin/development");
    git(at, "checkout", "-q", "development");
    const newer = commit(at, "later.ts");
    git(clone, "fetch", "-q");
    git(clone, "rebase", "-q", "origin/development");
    expect(await read(clone)).toMatchObject({ base: newer, changedFiles: { files: ["src/b.ts"] } });
  });

  it("says that all counts as changed where there is no branch to measure from", async () => {
    const at = folder();
    git(at, "init", "-q", "-b", "main");
    commit(at, "a");
    expect(await read(at)).toMatchObject({
      branch: "main",
      base: null,
      changedFiles: { known: false, reason: "this clone has no branch of kind production" },
    });
  });

  it("says so where the branches have no common commit", async () => {
    const { at } = repository();
    git(at, "checkout", "-q", "--orphan", "feature/y");
    commit(at, "z");
    expect(await read(at)).toMatchObject({
      base: null,
      changedFiles: { known: false, reason: "no common commit with refs/heads/development is to be found" },
    });
  });
});

describe("what is hard to know", () => {
  it("a detached HEAD is no branch, though one points there", async () => {
    const { at, sha } = repository();
    git(at, "checkout", "-q", "--detach");
    expect(await read(at)).toMatchObject({
      ref: null,
      branch: null,
      sha,
      base: null,
      changedFiles: { known: false, reason: "no branch is known" },
      notes: [
        `detached HEAD at ${sha.slice(0, 12)}: only branch feature/x points there, which proves nothing; --branch feature/x takes it for that`,
      ],
    });
    git(at, "branch", "other");
    expect((await read(at)).notes[0]).toContain("2 branches point there");
    commit(at, "further");
    expect((await read(at)).notes[0]).toContain("no branch points there");
  });

  it("a detached HEAD with --branch is that branch, with its base", async () => {
    const { at, base } = repository();
    git(at, "checkout", "-q", "--detach");
    expect(await read(at, { simulate: { branch: "feature/x" } })).toMatchObject({
      branch: "feature/x",
      base,
      notes: ["simulated: --branch feature/x"],
    });
  });

  it("a branch called (detached) is a branch", async () => {
    const { at } = repository();
    git(at, "checkout", "-q", "-b", "(detached)");
    expect(await read(at)).toMatchObject({ branch: "(detached)", notes: [] });
  });

  it("a tag or a remote branch of the same name changes nothing", async () => {
    const { at, sha } = repository();
    git(at, "tag", "feature/x", "HEAD~1");
    git(at, "tag", "development");
    git(at, "update-ref", "refs/heads/refs/heads/feature/x", "HEAD~1");
    git(at, "update-ref", "refs/heads/refs/heads/development", "HEAD");
    git(at, "update-ref", "refs/heads/HEAD", "HEAD~1");
    expect(await read(at)).toMatchObject({ branch: "feature/x", sha, changedFiles: { files: ["src/b.ts"] } });
  });

  it.each([
    "feature/$(touch${IFS}x)",
    "feature/`id`",
    "feature/;x&&y|z",
    "feature/'\"",
    "feature/\u202e\u2066x",
    "feature/💥",
    "feature/--help",
  ])("a branch called %j is only a name", async (name) => {
    const { at, base } = repository();
    git(at, "checkout", "-q", "-b", name);
    expect(await read(at)).toMatchObject({ branch: name, base });
    expect(existsSync(join(at, "x")) || existsSync("x")).toBe(false);
  });

  it("a shallow clone without the base says how to get it", async () => {
    const { at, sha } = repository();
    const clone = join(folder(), "clone");
    git(at, "clone", "-q", "--depth", "1", "--no-single-branch", `file://${at}`, clone);
    expect(await read(clone)).toMatchObject({
      sha,
      shallow: true,
      base: null,
      changedFiles: {
        known: false,
        reason:
          "no common commit with refs/remotes/origin/development is to be found in this shallow clone: fetch the whole history",
      },
    });
  });

  it("no repository is no branch and no commit", async () => {
    const at = folder();
    expect(await read(at)).toMatchObject({
      ref: null,
      sha: null,
      base: null,
      dirty: false,
      changedFiles: { known: false, reason: "no git repository here" },
      trust: "trusted",
      notes: ["no git repository here"],
    });
  });

  it("no git is no repository", async () => {
    const { at } = repository();
    expect(await read(at, { env: { ...env, PATH: folder() } })).toMatchObject({
      sha: null,
      notes: ["git can't read the repository: git is not installed"],
    });
  });

  it("a repository without commits has a branch, and everything is new", async () => {
    const at = folder();
    git(at, "init", "-q", "-b", "feature/first");
    write(at, "a.ts");
    expect(await read(at)).toMatchObject({
      ref: "refs/heads/feature/first",
      branch: "feature/first",
      sha: null,
      dirty: true,
      changedFiles: { known: false, reason: "no commit yet" },
      notes: ["no commit yet: there is nothing to measure changes from"],
    });
  });

  it("a linked worktree has its own branch", async () => {
    const { at, base } = repository();
    const tree = join(folder(), "tree");
    git(at, "worktree", "add", "-q", "-b", "feature/tree", tree);
    commit(tree, "in-tree.ts");
    expect(await read(tree)).toMatchObject({
      branch: "feature/tree",
      base,
      changedFiles: { files: ["in-tree.ts", "src/b.ts"] },
      notes: ["a linked worktree: its branch and files are its own"],
    });
    expect((await read(at)).branch).toBe("feature/x");
  });

  it("a submodule is not the repository around it", async () => {
    const inner = repository();
    const { at } = repository();
    git(at, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", `file://${inner.at}`, "sub");
    const found = await read(join(at, "sub"));
    expect(found).toMatchObject({ branch: "feature/x", sha: inner.sha });
    expect(found.notes).toContain("a submodule: branch, base and changes are its own, not the outer repository's");
    expect((await read(at)).changedFiles).toEqual({ known: true, files: [".gitmodules", "src/b.ts", "sub"] });
  });

  it("a bare repository has a branch but no files", async () => {
    const { at, sha } = repository();
    const bare = join(folder(), "bare.git");
    git(at, "clone", "-q", "--bare", `file://${at}`, bare);
    expect(await read(bare)).toMatchObject({
      branch: "feature/x",
      sha,
      changedFiles: { known: false, reason: "the repository has no files" },
      notes: ["a bare repository: it has no files of its own"],
    });
    expect((await read(join(at, ".git"))).notes).toEqual(["a folder inside .git: it has no files of its own"]);
  });

  it("a folder that git ignores has changes that nobody knows", async () => {
    const { at } = repository();
    write(at, ".gitignore", "build/\n");
    write(at, "build/app/main.ts");
    expect((await read(join(at, "build/app"))).changedFiles).toEqual({ known: false, reason: "git ignores the folder" });
  });

  it("a folder that is new as a whole has all its files changed", async () => {
    const { at } = repository();
    write(at, "apps/new/main.ts");
    expect(await read(join(at, "apps/new"))).toMatchObject({ dirty: true, changedFiles: { known: true, files: ["main.ts"] } });
  });

  it("a rebase in progress is a detached HEAD with conflicts", async () => {
    const { at } = repository();
    write(at, "src/a.ts", "mine");
    commit(at);
    git(at, "checkout", "-q", "development");
    write(at, "src/a.ts", "theirs");
    commit(at);
    expect(() => git(at, "rebase", "-q", "development", "feature/x")).toThrow();
    expect(await read(at)).toMatchObject({ branch: null, dirty: true });
  });

  it.runIf(process.getuid?.() === 0)("a repository of another user is said, with git's own remedy", async () => {
    const { at } = repository();
    chownSync(at, 12345, 12345);
    chownSync(join(at, ".git"), 12345, 12345);
    const found = await read(at);
    expect(found).toMatchObject({ sha: null, branch: null });
    expect(found.notes[0]).toContain("safe.directory");
  });

  it("a repository that is broken is said, in one line", async () => {
    const { at } = repository();
    write(at, ".git/HEAD", "nonsense");
    expect((await read(at)).notes).toEqual(["no git repository here"]);
    const other = repository();
    write(other.at, ".git/index", "nonsense");
    expect((await read(other.at)).notes[0]).toMatch(/^git can't read the repository: .+/);
  });

  it("a source that is not there is a usage error", async () => {
    await expect(read(join(folder(), "nowhere"))).rejects.toMatchObject({ code: "trigger.source", exitCode: 2 });
  });

  it("a branch of no kind still has a commit and its changes are unknown", async () => {
    const { at, sha } = repository();
    git(at, "checkout", "-q", "-b", "patch-1");
    expect(await read(at)).toMatchObject({
      branch: "patch-1",
      sha,
      changedFiles: { known: false, reason: "the branch is of no one kind" },
    });
  });
});

describe("asking git", () => {
  it("runs no program that the repository names", async () => {
    const { at } = repository();
    const ran = join(folder(), "ran");
    const program = join(at, "evil.sh");
    write(at, "evil.sh", `#!/bin/sh\ntouch ${ran}\n`);
    chmodSync(program, 0o755);
    git(at, "config", "core.fsmonitor", program);
    git(at, "config", "diff.external", program);
    git(at, "config", "core.pager", program);
    git(at, "config", "core.sshCommand", program);
    git(at, "config", "alias.status", `!${program}`);
    git(at, "config", "core.hooksPath", at);
    git(at, "config", "log.showSignature", "true");
    git(at, "config", "gpg.program", program);
    mkdirSync(join(at, ".git/hooks"), { recursive: true });
    for (const hook of ["post-index-change", "post-checkout"]) symlinkSync(program, join(at, hook));
    expect((await read(at, { simulate: { event: "push" } })).branch).toBe("feature/x");
    expect(existsSync(ran)).toBe(false);
  });

  it("runs no program that a submodule names", async () => {
    const inner = repository();
    const { at } = repository();
    git(at, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", `file://${inner.at}`, "sub");
    const ran = join(folder(), "ran");
    write(at, "evil.sh", `#!/bin/sh\ntouch ${ran}\n`);
    chmodSync(join(at, "evil.sh"), 0o755);
    git(join(at, "sub"), "config", "core.fsmonitor", join(at, "evil.sh"));
    await read(at);
    expect(existsSync(ran)).toBe(false);
  });

  it("fetches nothing that a partial clone lacks", async () => {
    const { at } = repository();
    git(at, "config", "uploadpack.allowFilter", "true");
    const clone = join(folder(), "clone");
    git(at, "clone", "-q", "--filter=tree:0", `file://${at}`, clone);
    const objects = git(clone, "count-objects", "-v");
    const found = await read(clone);
    expect(found.changedFiles).toMatchObject({ known: false });
    expect(git(clone, "count-objects", "-v")).toBe(objects);
  });

  it("changes nothing in the repository", async () => {
    const { at } = repository();
    write(at, "src/a.ts");
    const before = git(at, "hash-object", ".git/index");
    await read(at);
    expect(git(at, "hash-object", ".git/index")).toBe(before);
    expect(existsSync(join(at, ".git/index.lock"))).toBe(false);
  });

  it("asks about the folder, whatever a git hook around it has set", async () => {
    const { at, sha } = repository();
    const other = repository();
    const hook = {
      ...env,
      GIT_DIR: join(other.at, ".git"),
      GIT_WORK_TREE: other.at,
      GIT_INDEX_FILE: join(other.at, ".git/index"),
      GIT_PREFIX: "x/",
    };
    expect((await read(at, { env: hook })).sha).toBe(sha);
  });

  it("is argv, offline and without prompts", () => {
    expect(gitArgv("/app", ["status"])).toEqual([
      ...["--no-pager", "--no-optional-locks"],
      ...[
        "-c",
        "core.fsmonitor=false",
        "-c",
        "core.hooksPath=/dev/null",
        "-c",
        "log.showSignature=false",
        "-C",
        "/app",
        "status",
      ],
    ]);
    expect(gitEnv({ HOME: "/h", GIT_DIR: "/d", LC_ALL: "de_DE", NOT: undefined })).toEqual({
      HOME: "/h",
      LC_ALL: "C",
      GIT_OPTIONAL_LOCKS: "0",
      GIT_TERMINAL_PROMPT: "0",
      GIT_NO_LAZY_FETCH: "1",
      GIT_ALLOW_PROTOCOL: "none",
    });
  });
});
