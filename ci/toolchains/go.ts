/** Go: modules. `go` builds, vets and tests; gotestsum turns its test events into JUnit. */
import semver from "semver";
import type { Config } from "../config/schema.ts";
import { absent, command } from "./commands.ts";
import type { Argv, FileReader, Package, RuntimeImage, StageCommand, Toolchain } from "./toolchain.ts";

/** go.mod's `go` line is a least version, and Go keeps its promise of compatibility: this release, where it is new enough. */
const release = "1.25";
const gotestsum = "gotest.tools/gotestsum@v1.13.0";
/** Where Weir's builds and reports lie in the app's folder. */
const out = ".weir";
const mostFilesRead = 5000;

export const go: Toolchain = {
  name: "go",
  detect(files, path, config) {
    const module = files.read(inside(path, "go.mod"));
    if (module === null) return null;
    const { version, from } = versionOf(module, config);
    const mains = mainPackages(files, path);
    const main = mains.length === 1 ? mains[0] : mains.find((each) => each.name === config.name);
    return {
      path,
      toolchain: "go",
      version,
      versionFrom: from,
      image: `golang:${version}-bookworm`,
      env: { CI: "true", CGO_ENABLED: "0", GOFLAGS: "-buildvcs=false" },
      caches: [
        { name: "go-mod", path: "/go/pkg/mod" },
        { name: `go-build-${version}`, path: "/root/.cache/go-build" },
      ],
      dependencyFiles: ["go.mod", "go.sum", "go.work", "go.work.sum", "**/go.mod", "**/go.sum"],
      exclude: [out],
      setup: [["go", "install", gotestsum]],
      commands: {
        install:
          files.read(inside(path, "vendor/modules.txt")) === null
            ? command("go.mod", [["go", "mod", "download"]])
            : absent("the dependencies are in vendor/"),
        build: command("go.mod", [["go", "build", "./..."], ...mains.map((each) => buildMain(each))]),
        lint: command("go vet", [["go", "vet", "./..."]]),
        types: absent("Go's compiler checks types as it builds"),
        format: command("gofmt", [
          [
            "sh",
            "-c",
            'found=$(gofmt -l . | grep -v "^vendor/"); [ -z "$found" ] || { echo "not formatted:"; echo "$found"; exit 1; }',
          ],
        ]),
        unit: tests("unit", []),
        integration: taggedTests("integration", files, path),
        e2e: taggedTests("e2e", files, path),
        performance: absent("Go has no usual name for a load test"),
      },
      runtime: main === undefined ? null : runtimeOf(main),
    } satisfies Package;
  },
};

interface MainPackage {
  readonly name: string;
  /** As `go build` takes it: `./cmd/greeter`. */
  readonly pattern: string;
}

const inside = (path: string, name: string) => (path === "." ? name : `${path}/${name}`);

function versionOf(module: string, config: Config): { version: string; from: string } {
  if (config.app.version !== null) return { version: config.app.version, from: "weir.yaml app.version" };
  const toolchain = /^toolchain\s+go(\d+\.\d+)/m.exec(module)?.[1];
  if (toolchain !== undefined) return { version: toolchain, from: "go.mod toolchain" };
  const least = /^go\s+(\d+\.\d+)/m.exec(module)?.[1];
  const isNewer = least !== undefined && semver.gt(`${least}.0`, `${release}.0`);
  return isNewer
    ? { version: least, from: "go.mod go" }
    : { version: release, from: least === undefined ? "default" : `default, go.mod asks for ${least} or later` };
}

const buildMain = ({ name, pattern }: MainPackage): Argv => [
  "go",
  "build",
  "-trimpath",
  "-ldflags=-s -w",
  "-o",
  `${out}/bin/${name}`,
  pattern,
];

function tests(stage: string, flags: readonly string[]): StageCommand {
  const junit = `${out}/junit-${stage}.xml`;
  const profile = `${out}/cover-${stage}.out`;
  const cover = stage === "unit" ? ["-covermode=atomic", `-coverprofile=${profile}`, "-coverpkg=./..."] : [];
  return command(
    stage === "unit" ? "go test" : `//go:build ${stage}`,
    [
      ["mkdir", "-p", out],
      ["gotestsum", "--junitfile", junit, "--format", "standard-verbose", "--", ...cover, ...flags, "./..."],
    ],
    { reports: [{ kind: "junit", path: junit }, ...(stage === "unit" ? [{ kind: "go-cover", path: profile } as const] : [])] },
  );
}

/** Tests behind a build tag that bears the stage's name. */
function taggedTests(tag: string, files: FileReader, path: string): StageCommand {
  const line = new RegExp(`^//go:build\\b.*\\b${tag}\\b`, "m");
  const found = goFiles(files, path).some((file) => file.endsWith("_test.go") && line.test(files.read(file) ?? ""));
  return found ? tests(tag, [`-tags=${tag}`]) : absent(`no _test.go file has the line //go:build ${tag}`);
}

/** A `main` package in the root, and one for each folder of cmd/. */
function mainPackages(files: FileReader, path: string): readonly MainPackage[] {
  const isMain = (folder: string) =>
    files
      .list(folder)
      .some(
        (name) =>
          name.endsWith(".go") && !name.endsWith("_test.go") && /^package main\b/m.test(files.read(inside(folder, name)) ?? ""),
      );
  const commands = files
    .list(inside(path, "cmd"))
    .filter((name) => name.endsWith("/"))
    .map((name) => name.slice(0, -1))
    .filter((name) => isMain(inside(path, `cmd/${name}`)))
    .map((name) => ({ name, pattern: `./cmd/${name}` }));
  return isMain(path) ? [{ name: "app", pattern: "." }, ...commands] : commands;
}

function goFiles(files: FileReader, path: string): readonly string[] {
  const found: string[] = [];
  const visit = (folder: string) => {
    for (const name of files.list(folder)) {
      if (found.length >= mostFilesRead) return;
      if (name.endsWith("/")) {
        if (!/^(\.|vendor\/|testdata\/|node_modules\/)/.test(name)) visit(inside(folder, name.slice(0, -1)));
      } else if (name.endsWith(".go")) found.push(inside(folder, name));
    }
  };
  visit(path);
  return found;
}

/** A static binary needs nothing around it but the certificates to call others by. */
function runtimeOf(main: MainPackage): RuntimeImage {
  return {
    base: "scratch",
    prepare: [],
    files: [
      { from: `${out}/bin/${main.name}`, to: `/app/${main.name}` },
      { from: "/etc/ssl/certs/ca-certificates.crt", to: "/etc/ssl/certs/ca-certificates.crt" },
    ],
    workdir: "/app",
    entrypoint: [`/app/${main.name}`],
    env: {},
    user: "65532:65532",
  };
}
