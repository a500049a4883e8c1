/** Go apps: which Go, what is built, which tests are behind tags. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { go } from "../../ci/toolchains/go.ts";
import type { Package } from "../../ci/toolchains/toolchain.ts";
import { configOf, filesOf, said } from "./files.ts";

type Texts = Readonly<Record<string, string>>;

const module = "module example.org/shop\n\ngo 1.22\n";

function detect(texts: Texts, config = configOf()): Package {
  const found = go.detect(filesOf({ "go.mod": module, ...texts }), ".", config);
  if (found === null) throw new Error("nothing was detected");
  return found;
}

const main = "package main\n\nfunc main() {}\n";

describe("a folder", () => {
  it("without a go.mod is none of Go's", () => {
    expect(go.detect(filesOf({ "main.go": main }), ".", configOf())).toBeNull();
  });

  it("below the app's root is read with its own files", () => {
    const found = go.detect(filesOf({ "api/go.mod": module, "api/cmd/shop/main.go": main, "main.go": main }), "api", configOf());
    expect(found).toMatchObject({ path: "api", runtime: { entrypoint: ["/app/shop"] } });
    expect(said(found!.commands.build)).toEqual([
      ["go", "build", "./..."],
      ["go", "build", "-trimpath", "-ldflags=-s -w", "-o", ".weir/bin/shop", "./cmd/shop"],
    ]);
  });
});

describe("Go's version", () => {
  const version = (text: string, config = configOf()) => {
    const { version: found, versionFrom, image, caches } = detect({ "go.mod": text }, config);
    expect(image).toBe(`golang:${found}-bookworm`);
    expect(caches).toContainEqual({ name: `go-build-${found}`, path: "/root/.cache/go-build" });
    return [found, versionFrom];
  };

  it.each([
    ["module x\n", "1.25", "default"],
    ["module x\ngo 1.13\n", "1.25", "default, go.mod asks for 1.13 or later"],
    ["module x\ngo 1.22.4\n", "1.25", "default, go.mod asks for 1.22 or later"],
    ["module x\ngo 1.25\n", "1.25", "default, go.mod asks for 1.25 or later"],
    ["module x\ngo 1.26.1\n", "1.26", "go.mod go"],
    ["module x\r\ngo 1.26\r\n", "1.26", "go.mod go"],
    ["module x\ngo 1.27rc1\n", "1.27", "go.mod go"],
    ["module x\ngo 1.100\n", "1.100", "go.mod go"],
    ["module x\ngo 2.0\n", "2.0", "go.mod go"],
    ["module x\ngo 1.22\ntoolchain go1.26.2\n", "1.26", "go.mod toolchain"],
    ["module x\ngo 1.27\ntoolchain go1.26.2\n", "1.27", "go.mod go"],
    ["module x\ngo 1.26\ntoolchain default\n", "1.26", "go.mod go"],
    ["module x\n// go 1.99\n", "1.25", "default"],
    ["module go\nrequire (\n\tgo.uber.org/zap v1.99.0\n)\n", "1.25", "default"],
  ])("of %j is %s, from %s", (text, wanted, from) => {
    expect(version(text)).toEqual([wanted, from]);
  });

  it("is never an older one for the sake of a toolchain line, which gotestsum would not build with", () => {
    expect(version("module x\ngo 1.20\ntoolchain go1.21.3\n")).toEqual(["1.25", "default, go.mod asks for 1.21 or later"]);
  });

  it("is asked for by weir.yaml before all else", () => {
    expect(version("go 1.26\n", configOf({ app: { version: "1.24.1" } }))).toEqual(["1.24.1", "weir.yaml app.version"]);
  });
});

describe("the commands", () => {
  it("of a module without programs", () => {
    const { commands, runtime, setup } = detect({ "shop.go": "package shop\n", "shop_test.go": "package shop\n" });
    expect(setup).toEqual([["go", "install", "gotest.tools/gotestsum@v1.13.0"]]);
    expect(said(commands.install)).toEqual([["go", "mod", "download"]]);
    expect(said(commands.build)).toEqual([["go", "build", "./..."]]);
    expect(said(commands.lint)).toEqual([["go", "vet", "./..."]]);
    expect(said(commands.types)).toBe("Go's compiler checks types as it builds");
    expect(said(commands.performance)).toBe("Go has no usual name for a load test");
    expect(runtime).toBeNull();
  });

  it("of the unit tests measure coverage and write JUnit", () => {
    expect(detect({}).commands.unit).toEqual({
      kind: "command",
      from: "go test",
      commands: [
        ["mkdir", "-p", ".weir"],
        [
          ...["gotestsum", "--junitfile", ".weir/junit-unit.xml", "--format", "standard-verbose", "--"],
          ...["-covermode=atomic", "-coverprofile=.weir/cover-unit.out", "-coverpkg=./...", "./..."],
        ],
      ],
      reports: [
        { kind: "junit", path: ".weir/junit-unit.xml" },
        { kind: "go-cover", path: ".weir/cover-unit.out" },
      ],
    });
  });

  it("download nothing where the dependencies are vendored", () => {
    expect(said(detect({ "vendor/modules.txt": "# x v1\n" }).commands.install)).toBe("the dependencies are in vendor/");
    expect(said(detect({ "vendor/readme": "" }).commands.install)).toEqual([["go", "mod", "download"]]);
  });

  it("leave what is vendored and what tests read out of the format check", () => {
    const [[shell, , script]] = said(detect({}).commands.format) as [[string, string, string]];
    expect(shell).toBe("sh");
    expect(script).toContain(`gofmt -l . | grep -vE "(^|/)(vendor|testdata)/"`);
  });
});

describe("programs", () => {
  const built = (texts: Texts, name = "shop") => {
    const { commands, runtime } = detect(texts, configOf({ name }));
    const [, ...programs] = said(commands.build) as string[][];
    return [programs.map((argv) => argv.at(-1)), runtime?.entrypoint[0] ?? null];
  };

  it.each<[string, Texts, (string | undefined)[], string | null]>([
    ["in the root", { "main.go": main }, ["."], "/app/app"],
    ["in cmd/", { "cmd/server/main.go": main }, ["./cmd/server"], "/app/server"],
    [
      "several, and one bears the app's name",
      { "cmd/tool/main.go": main, "cmd/shop/x.go": main },
      ["./cmd/shop", "./cmd/tool"],
      "/app/shop",
    ],
    ["several, and none bears the app's name", { "cmd/a/main.go": main, "cmd/b/main.go": main }, ["./cmd/a", "./cmd/b"], null],
    ["the root's, with a tool beside it", { "main.go": main, "cmd/migrate/main.go": main }, [".", "./cmd/migrate"], "/app/app"],
    ["the app's, with another in the root", { "main.go": main, "cmd/shop/main.go": main }, [".", "./cmd/shop"], "/app/shop"],
    ["in several files", { "a.go": "package main\n", "b.go": main }, ["."], "/app/app"],
    ["after a licence", { "main.go": `/*\npackage licence\n*/\n\n// Shop.\n${main}` }, ["."], "/app/app"],
    ["for this machine", { "main.go": `//go:build linux && amd64 && !cgo\n\n${main}` }, ["."], "/app/app"],
  ])("%s", (_where, texts, patterns, entrypoint) => {
    expect(built(texts)).toEqual([patterns, entrypoint]);
  });

  it.each<[string, Texts]>([
    ["a library", { "shop.go": "package shop\n" }],
    ["a test of package main", { "main_test.go": main }],
    ["another package whose name begins so", { "main.go": "package mainly\n", "x.go": "package main_x\n" }],
    ["the example in a library's comment", { "doc.go": "/*\nUse it:\n\npackage main\n*/\npackage shop\n" }],
    [
      "a generator that is never built",
      { "shop.go": "package shop\n", "gen.go": `// Copyright.\n\n//go:build ignore\n\n${main}` },
    ],
    ["a generator of before Go 1.17", { "shop.go": "package shop\n", "gen.go": `// +build ignore\n\n${main}` }],
    ["one for another system", { "main.go": `//go:build windows || js\n\n${main}` }],
    ["one with a tag", { "cmd/x/main.go": `//go:build tools\n\n${main}` }],
    ["a file that Go passes over", { "_main.go": main, ".main.go": main }],
    ["a folder of cmd/ that is a module of its own", { "cmd/x/main.go": main, "cmd/x/go.mod": "module x\n" }],
    ["a folder in cmd/ deeper down", { "cmd/group/x/main.go": main }],
    ["a file in cmd/ itself", { "cmd/main.go": main }],
    ["a folder that Go passes over", { "cmd/_x/main.go": main, "cmd/testdata/main.go": main }],
    ["a file that is no Go", { "main.go.tmpl": main, "main.txt": main }],
  ])("are not taken for one: %s", (_what, texts) => {
    expect(built(texts)).toEqual([[], null]);
  });
});

describe("tests behind a tag", () => {
  const tagged = (texts: Texts) => detect(texts).commands.integration.kind;
  const test = (constraint: string) => `${constraint}\n\npackage shop\n\nimport "testing"\n`;

  it("are run with the tag", () => {
    const texts = { "deep/down/x_test.go": test("//go:build integration"), "x_test.go": test("//go:build e2e") };
    expect(said(detect(texts).commands.integration)).toEqual([
      ["mkdir", "-p", ".weir"],
      [
        "gotestsum",
        "--junitfile",
        ".weir/junit-integration.xml",
        "--format",
        "standard-verbose",
        "--",
        "-tags=integration",
        "./...",
      ],
    ]);
    expect(detect(texts).commands.e2e).toMatchObject({
      from: "//go:build e2e",
      reports: [{ kind: "junit", path: ".weir/junit-e2e.xml" }],
    });
  });

  it.each([
    "//go:build integration",
    "//go:build integration && linux",
    "//go:build (integration || e2e) && !windows",
    "//go:build linux && (amd64 || arm64) && integration",
    "// Copyright.\n\n//go:build integration\n// +build integration",
    "// +build integration,linux",
    "//go:build integration && go1.21",
  ])("are found by %j", (constraint) => {
    expect(tagged({ "x_test.go": test(constraint) })).toBe("command");
  });

  it.each([
    "//go:build !integration",
    "//go:build integration_db",
    "//go:build integration && windows",
    "//go:build unit || !integration",
    "//go:build linux || integration",
    "// go:build integration",
    "// integration",
    "",
  ])("are not found by %j", (constraint) => {
    expect(tagged({ "x_test.go": test(constraint) })).toBe("absent");
  });

  it("are not found in code, in other files, or where `./...` does not go", () => {
    const constrained = test("//go:build integration");
    expect(tagged({ "x_test.go": "package shop\n\nconst x = `\n//go:build integration\n`\n" })).toBe("absent");
    for (const path of [
      "x.go",
      "testdata/x_test.go",
      "a/testdata/b/x_test.go",
      "vendor/x/x_test.go",
      "node_modules/x/x_test.go",
      ".x/x_test.go",
      "_x/x_test.go",
      "_x_test.go",
    ])
      expect([path, tagged({ [path]: constrained })]).toEqual([path, "absent"]);
    expect(tagged({ "nested/go.mod": "module nested\n", "nested/x_test.go": constrained })).toBe("absent");
  });

  it("are absent with the line that would make them", () => {
    expect(said(detect({}).commands.e2e)).toBe("no _test.go file has the line //go:build e2e");
  });
});

describe("the runtime image", () => {
  it("is the static program and the certificates, run by nobody", () => {
    expect(detect({ "cmd/shop/main.go": main }).runtime).toEqual({
      base: "scratch",
      prepare: [],
      files: [
        { from: ".weir/bin/shop", to: "/app/shop" },
        { from: "/etc/ssl/certs/ca-certificates.crt", to: "/etc/ssl/certs/ca-certificates.crt" },
      ],
      workdir: "/app",
      entrypoint: ["/app/shop"],
      env: {},
      user: "65532:65532",
    });
  });
});

describe("whatever the files hold", () => {
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom(
      "package main",
      "/*",
      "*/",
      "go 01.2",
      "go 99999999999999999999.1",
      "toolchain go1.",
      "go 1.2.3.4",
      "module x",
    ),
    fc
      .array(fc.constantFrom("integration", "(", ")", "!", "&&", "||", "linux", " ", "e2e"), { maxLength: 30 })
      .map((words) => `//go:build ${words.join(" ")}`),
    fc.constantFrom(
      "// +build",
      "// +build ,",
      "// +build !",
      `//go:build ${"(".repeat(100_000)}`,
      `//go:build ${"!".repeat(900)}`,
    ),
  );
  const text = fc.array(line, { maxLength: 8 }).map((lines) => lines.join("\n"));

  it("they are answered", () => {
    fc.assert(
      fc.property(text, text, (one, other) => {
        const found = detect({ "go.mod": one, "x_test.go": other, "main.go": one, "cmd/a/a.go": other });
        expect(found.image).toMatch(/^golang:\d+\.\d+-bookworm$/);
      }),
      { numRuns: 500 },
    );
  });
});
