import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { appWith, loadFrom, problemsIn, problemsOf } from "./app.ts";

describe("a file that can't be read as configuration", () => {
  it("is a folder named weir.yaml", () => {
    expect(problemsIn(appWith({ "weir.yaml/x": "" }))).toEqual(["weir.yaml:1:1: is a folder; expected a file"]);
  });

  it("is one of both weir.yaml and weir.yml", () => {
    expect(problemsOf("", { "weir.yml": "" })).toEqual(["weir.yml:1:1: stands beside weir.yaml; expected one of the two"]);
  });

  it("is larger than a megabyte, and is not read to find out", () => {
    expect(problemsOf("#".repeat(1_000_001))).toEqual(["weir.yaml:1:1: is 1000001 bytes long; expected at most 1000000"]);
    expect(problemsOf(`#${"x".repeat(999_000)}\n`)).toEqual([]);
  });

  it("is not UTF-8", () => {
    expect(problemsOf("", { "weir.yaml": Buffer.from("name: a\napp: \xff\n", "latin1") })).toEqual([
      "weir.yaml:2:6: is not UTF-8 text; expected UTF-8",
    ]);
    expect(problemsOf("", { "weir.yaml": Buffer.from("\ufeffname: a\n", "utf16le") })).toEqual([
      "weir.yaml:1:1: is not UTF-8 text; expected UTF-8",
    ]);
  });

  it("is a symlink out of the app's folder, to nowhere, or to itself", () => {
    const outside = appWith({ "weir.yaml": "name: outside\n" });
    const linked = (target: string) => {
      const folder = appWith({});
      symlinkSync(target, join(folder, "weir.yaml"));
      return problemsIn(folder);
    };
    const leaves = ["weir.yaml:1:1: is a symlink out of the app's folder; expected a file inside it"];
    expect(linked(join(outside, "weir.yaml"))).toEqual(leaves);
    expect(linked("/dev/zero")).toEqual(leaves);
    expect(linked("nowhere.yaml")).toEqual(["weir.yaml:1:1: can't be read: it does not exist; expected a file that can be read"]);
    expect(linked("weir.yaml")).toEqual([
      "weir.yaml:1:1: can't be read: its symlinks lead in a circle; expected a file that can be read",
    ]);
  });

  it("lies in an environments folder that is a symlink out of the app's folder", () => {
    const outside = appWith({ "environments/staging.yaml": "replicas: 9\n" });
    const folder = appWith({});
    symlinkSync(join(outside, "environments"), join(folder, "environments"));
    expect(problemsIn(folder)).toEqual([
      "environments/staging.yaml:1:1: is a symlink out of the app's folder; expected a file inside it",
    ]);
  });

  it("is a pipe that nobody writes to", () => {
    const folder = appWith({});
    execFileSync("mkfifo", [join(folder, "weir.yaml")], { timeout: 5_000 });
    expect(problemsIn(folder)).toEqual(["weir.yaml:1:1: is a pipe or a device; expected a file"]);
  });

  it("is one that may not be read, though root may read it all the same", () => {
    const folder = appWith({ "weir.yaml": "" });
    chmodSync(join(folder, "weir.yaml"), 0);
    const denied = "weir.yaml:1:1: can't be read: permission denied; expected a file that can be read";
    expect(problemsIn(folder)).toEqual(process.getuid?.() === 0 ? [] : [denied]);
  });
});

describe("files that are read", () => {
  it("may be called weir.yml, start with a byte order mark, and have any line ends", () => {
    expect(loadFrom({ "weir.yml": "\ufeffname: shop\r\napp:\r\n  port: 80\r\n" }).config).toMatchObject({
      name: "shop",
      app: { port: 80 },
    });
    expect(problemsOf("\ufeffnam: shop\r\n")[0]).toMatch(/^weir\.yaml:1:1: nam: /);
  });

  it("may be symlinks within the app's folder", () => {
    const folder = appWith({ "config/weir.yaml": "nam: x\n" });
    symlinkSync("config/weir.yaml", join(folder, "weir.yaml"));
    expect(problemsIn(folder)[0]).toBe("weir.yaml:1:1: nam: is not a key at the top of the file; did you mean `name`?");
  });

  it("are those of an app that is itself reached by a symlink", () => {
    const folder = appWith({ "weir.yaml": "name: 3\n" });
    const link = join(appWith({}), "link");
    symlinkSync(folder, link);
    expect(problemsIn(link)).toHaveLength(1);
  });
});

describe("the environments folder", () => {
  it("may be absent or hold other things, which are passed over", () => {
    expect(problemsOf("", { "environments/README.md": "[", "environments/.hidden.yaml": "[" })).toEqual([]);
  });

  it("is a folder", () => {
    expect(problemsOf("", { environments: "x" })).toEqual([
      "environments:1:1: can't be listed: it is not a folder; expected a folder that can be read",
    ]);
  });

  it("holds at most a hundred files", () => {
    const folder = appWith({});
    mkdirSync(join(folder, "environments"));
    for (let index = 0; index <= 100; index += 1) writeFileSync(join(folder, `environments/e${index}.yaml`), "");
    expect(problemsIn(folder)).toEqual(["environments:1:1: holds 101 YAML files; expected at most 100"]);
  });

  it("holds at most a megabyte in all", () => {
    const comment = `#${"x".repeat(600_000)}\n`;
    expect(problemsOf("", { "environments/a.yaml": comment, "environments/b.yaml": comment })).toEqual([
      "environments:1:1: holds 1200004 characters in its YAML files; expected at most 1000000",
    ]);
  });

  it("may hold names that would fool a terminal, which are shown escaped", () => {
    expect(problemsOf("", { "environments/a\u001b[2J\u202e.yaml": "" })).toEqual([
      "environments/a\\u{1b}[2J\\u{202e}.yaml:1:1: has a name that no environment can have; expected an `environment` key in it",
    ]);
  });
});

describe("an environment's name", () => {
  it("is that of its file, or the one in it", () => {
    const { environments } = loadFrom({ "environments/qa.yaml": "", "environments/Live System.yaml": "environment: live\n" });
    expect(Object.keys(environments)).toEqual(["development", "staging", "production", "live", "qa"]);
  });

  it("decides which of Weir's environments its file changes", () => {
    const { environments } = loadFrom({ "environments/prod.yaml": "environment: production\nreplicas: 5\ndatabase: null\n" });
    expect(environments["production"]).toMatchObject({
      replicas: 5,
      strategy: "canary",
      database: null,
      api: { name: "prod-api" },
    });
  });

  it("is in one file only", () => {
    expect(problemsOf("", { "environments/a.yaml": "environment: b\n", "environments/b.yaml": "" })).toEqual([
      "environments/b.yaml:1:1: `b` is in environments/a.yaml already; expected one file an environment",
    ]);
    expect(problemsOf("", { "environments/b.yml": "", "environments/c.yaml": "replicas: 1\nenvironment: b\n" })).toEqual([
      "environments/c.yaml:2:14: environment: `b` is in environments/b.yml already; expected one file an environment",
    ]);
    expect(problemsOf("", { "environments/alerts.yaml": "[]", "environments/alerts.yml": "[]" })).toEqual([
      "environments/alerts.yml:1:1: stands beside environments/alerts.yaml; expected one of the two",
    ]);
  });
});
