/** Go: modules. `go` builds, vets and tests; gotestsum turns its test events into JUnit. */
import type { Config } from "../config/schema.ts";
import { absent, command } from "./commands.ts";
import { isBuilt, packageOf } from "./go-source.ts";
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
    // The program that bears the app's name; else the only one, or the one in the root beside tools in cmd/.
    const main = mains.find((each) => each.name === config.name) ?? (mains.length === 1 ? mains[0] : mains.find(isRoot));
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
            'found=$(gofmt -l . | grep -vE "(^|/)(vendor|testdata)/"); [ -z "$found" ] || { echo "not formatted:"; echo "$found"; exit 1; }',
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
  const wanted = newer(minorOf(module, /^toolchain\s+go(\d+\.\d+)/m, "toolchain"), minorOf(module, /^go\s+(\d+\.\d+)/m, "go"));
  if (wanted === null) return { version: release, from: "default" };
  return compare(wanted.version, release) > 0
    ? { version: wanted.version, from: `go.mod ${wanted.key}` }
    : { version: release, from: `default, go.mod asks for ${wanted.version} or later` };
}

interface Wanted {
  readonly version: string;
  readonly key: string;
}

function minorOf(module: string, line: RegExp, key: string): Wanted | null {
  const version = line.exec(module)?.[1];
  return version === undefined ? null : { version, key };
}

/** Both lines are least versions, and Go itself takes the greater. */
function newer(one: Wanted | null, other: Wanted | null): Wanted | null {
  if (one === null || other === null) return one ?? other;
  return compare(one.version, other.version) >= 0 ? one : other;
}

function compare(one: string, other: string): number {
  const [oneMajor = 0, oneMinor = 0] = one.split(".").map(Number);
  const [otherMajor = 0, otherMinor = 0] = other.split(".").map(Number);
  return oneMajor - otherMajor || oneMinor - otherMinor;
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

/** Tests that are built only with the tag that bears the stage's name. */
function taggedTests(tag: string, files: FileReader, path: string): StageCommand {
  const isTagged = (file: string) => {
    const text = files.read(file) ?? "";
    return isBuilt(text, [tag]) && !isBuilt(text);
  };
  const found = testFiles(files, path).some(isTagged);
  return found ? tests(tag, [`-tags=${tag}`]) : absent(`no _test.go file has the line //go:build ${tag}`);
}

const isRoot = ({ pattern }: MainPackage) => pattern === ".";

/** A `main` package in the root, and one for each folder of cmd/. */
function mainPackages(files: FileReader, path: string): readonly MainPackage[] {
  const commands = foldersOf(files, inside(path, "cmd"))
    .filter((name) => isMain(files, inside(path, `cmd/${name}`)))
    .map((name) => ({ name, pattern: `./cmd/${name}` }));
  return isMain(files, path) ? [{ name: "app", pattern: "." }, ...commands] : commands;
}

/** A generator behind `//go:build ignore` is a `main` that is none of the package's. */
function isMain(files: FileReader, folder: string): boolean {
  const sources = files.list(folder).filter((name) => /^[^._].*\.go$/.test(name) && !name.endsWith("_test.go"));
  return sources.some((name) => {
    const text = files.read(inside(folder, name)) ?? "";
    return packageOf(text) === "main" && isBuilt(text);
  });
}

/** Folders that `./...` goes into: no hidden ones, and none that is a module of its own. */
function foldersOf(files: FileReader, folder: string): readonly string[] {
  return files
    .list(folder)
    .filter((name) => name.endsWith("/") && !/^([._]|(vendor|testdata|node_modules)\/)/.test(name))
    .map((name) => name.slice(0, -1))
    .filter((name) => files.read(inside(folder, `${name}/go.mod`)) === null);
}

function testFiles(files: FileReader, path: string): readonly string[] {
  const found: string[] = [];
  const folders = [path];
  for (const folder of folders) {
    const names = files.list(folder).filter((name) => /^[^._].*_test\.go$/.test(name));
    found.push(...names.map((name) => inside(folder, name)).slice(0, mostFilesRead - found.length));
    if (found.length >= mostFilesRead) break;
    folders.push(...foldersOf(files, folder).map((name) => inside(folder, name)));
  }
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
