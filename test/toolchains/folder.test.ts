/** A real folder as toolchains read it: what can't be read is not there, and nothing outside it is read. */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { folderReader } from "../../ci/toolchains/folder.ts";
import { filesOf } from "./files.ts";

let root: string;
let outside: string;

beforeEach(() => {
  const home = realpathSync(mkdtempSync(join(tmpdir(), "weir-folder-")));
  root = join(home, "app");
  outside = join(home, "app-secrets");
  mkdirSync(root);
  mkdirSync(outside);
  writeFileSync(join(outside, "key"), "secret");
  return () => {
    rmSync(home, { recursive: true, force: true });
  };
});

function write(path: string, text = path): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** Runs `work` as somebody who is not root, whom permissions bind. */
function asNobody<T>(work: () => T): T {
  if (process.geteuid?.() !== 0) return work();
  chmodSync(dirname(root), 0o755);
  process.seteuid!(65_534);
  try {
    return work();
  } finally {
    process.seteuid!(0);
  }
}

describe("reading", () => {
  it("gives the text of a file, with names from the folder's root", () => {
    write("a/b/c.txt", "ü\r\n");
    expect(folderReader(root).read("a/b/c.txt")).toBe("ü\r\n");
    expect(folderReader(root).read("./a//b/../b/c.txt")).toBe("ü\r\n");
    expect(folderReader(root).read("/a/b/c.txt")).toBe("ü\r\n");
  });

  it.each(["missing", "a/missing", "a", ".", "", "a/b.txt/c", "nul\0byte", "x".repeat(5000)])("finds no file at %j", (path) => {
    write("a/b.txt");
    expect(folderReader(root).read(path)).toBeNull();
  });

  it.each(["../app-secrets/key", "a/../../app-secrets/key", "/../app-secrets/key", "../app-secrets", ".."])(
    "does not leave the folder by %j",
    (path) => {
      write("a/b.txt");
      expect(folderReader(root).read(path)).toBeNull();
      expect(folderReader(root).list(path)).toEqual([]);
    },
  );

  it("follows a link within the folder, and none that leaves it", () => {
    write("real.txt", "inside");
    symlinkSync("real.txt", join(root, "inner"));
    symlinkSync(join(outside, "key"), join(root, "absolute"));
    symlinkSync("../app-secrets/key", join(root, "relative"));
    symlinkSync(outside, join(root, "folder"));
    symlinkSync("loop", join(root, "loop"));
    symlinkSync("nowhere", join(root, "dangling"));
    const files = folderReader(root);
    expect(files.read("inner")).toBe("inside");
    for (const path of ["absolute", "relative", "folder/key", "loop", "dangling"])
      expect([path, files.read(path)]).toEqual([path, null]);
    expect(files.list("folder")).toEqual([]);
  });

  it("works where the folder itself is a link", () => {
    write("a.txt", "text");
    symlinkSync(root, join(outside, "link"));
    expect(folderReader(join(outside, "link")).read("a.txt")).toBe("text");
  });

  it("passes over a file of more than 5 MB, and does not read it", () => {
    write("large.txt", "");
    truncateSync(join(root, "large.txt"), 5_000_000);
    expect(folderReader(root).read("large.txt")).toHaveLength(5_000_000);
    truncateSync(join(root, "large.txt"), 1e12);
    expect(folderReader(root).read("large.txt")).toBeNull();
  });

  it("passes over what is no file, and does not wait for it", () => {
    execFileSync("mkfifo", [join(root, "pipe")], { timeout: 5000 });
    expect(folderReader(root).read("pipe")).toBeNull();
  });

  it("passes over a file and a folder that it may not read", () => {
    write("closed.txt");
    write("closed/a.txt");
    chmodSync(join(root, "closed.txt"), 0);
    chmodSync(join(root, "closed"), 0);
    const [text, names, below] = asNobody(() => {
      const files = folderReader(root);
      return [files.read("closed.txt"), files.list("closed"), files.read("closed/a.txt")];
    });
    expect([text, names, below]).toEqual([null, [], null]);
  });
});

describe("listing", () => {
  it("gives sorted names, with a slash for folders", () => {
    for (const path of ["b.txt", "a/x", ".hidden/x", "B", "c d"]) write(path);
    mkdirSync(join(root, "empty"));
    expect(folderReader(root).list(".")).toEqual([".hidden/", "B", "a/", "b.txt", "c d", "empty/"]);
    expect(folderReader(root).list("empty")).toEqual([]);
  });

  it("gives a link to a folder without a slash, so that nobody walks in circles", () => {
    write("a/x");
    symlinkSync("..", join(root, "a/up"));
    expect(folderReader(root).list("a")).toEqual(["up", "x"]);
  });

  it.each(["missing", "b.txt", "nul\0byte"])("finds nothing at %j", (path) => {
    write("b.txt");
    expect(folderReader(root).list(path)).toEqual([]);
  });

  it("gives what the files in memory of the other tests give", () => {
    const texts = { "go.mod": "1", "cmd/a/main.go": "2", "cmd/b.go": "3", "x/y/z/deep.go": "4" };
    for (const [path, text] of Object.entries(texts)) write(path, text);
    const [real, memory] = [folderReader(root), filesOf(texts)];
    for (const path of [".", "cmd", "cmd/a", "x", "x/y", "none", "go.mod"])
      expect([path, real.list(path)]).toEqual([path, memory.list(path)]);
    for (const path of [...Object.keys(texts), "none", "cmd"]) expect([path, real.read(path)]).toEqual([path, memory.read(path)]);
  });
});

describe("a folder that is not there", () => {
  it("is the user's to mend", () => {
    write("a.txt");
    for (const path of ["nowhere", "a.txt"]) {
      expect(() => folderReader(join(root, path))).toThrow(
        expect.objectContaining({
          code: "app.missing",
          exitCode: 2,
          message: `there is no folder ${join(root, path)}`,
          remedy: "name the app's folder in weir.yaml (app.path), or with --source",
        }),
      );
    }
  });
});
