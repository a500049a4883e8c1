/**
 * A repository that stands in for Weir's: its scripts/weir notes each call and what it saw, and leaves what a run leaves. And
 * an app with a wrapper that fetches it.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { WrapperHost, WrapperInput } from "../../ci/hosts/wrapper.ts";
import { wrappers } from "../../ci/hosts/wrappers.ts";
import { given } from "./examples.ts";

/** The environment is noted outside the app's folder: hosts clean that. */
const script = `#!/usr/bin/env bash
set -eu
notes=$(cat "$(dirname "$0")/notes")
printf '%s\\n' "$*" >>"$notes/calls"
env -0 >"$notes/env-$1"
[[ $1 != run ]] || {
  [[ ! -x \${_EXPERIMENTAL_DAGGER_CLI_BIN:-} ]] || "$_EXPERIMENTAL_DAGGER_CLI_BIN" 2>"$notes/client"
  mkdir -p .weir/runs/one .weir/state
  printf '*\\n' >.weir/.gitignore
  printf '{}' >.weir/runs/one/run.json
  printf '<testsuites><testsuite name="unit" tests="1"><testcase name="adds" classname="sum"/></testsuite></testsuites>' >.weir/runs/one/junit.xml
}
[[ ! -e "$notes/fail-$1" ]] || { echo "$1 has failed"; exit 1; }
`;

export interface StandIn {
  /** The app's folder, a repository on branch feature/x. */
  readonly app: string;
  /** What scripts/weir was called with, in order. */
  calls(): readonly string[];
  /** What a command saw of the environment. */
  envOf(command: string): Readonly<Record<string, string>>;
  /** What the client that the wrapper built says for itself; null where there was none. */
  client(): string | null;
  /** Lets a command fail. */
  fail(command: string): void;
}

/** Everything lies in one folder below the system's temporary one, which the caller takes away. */
export function standIn(host: WrapperHost, folder: string, changes: Partial<WrapperInput> = {}): StandIn {
  const [weir, app, notes] = ["weir", "app", "notes"].map((name) => join(folder, name)) as [string, string, string];
  mkdirSync(notes, { recursive: true });
  const write = (path: string, text: string) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  };
  write(join(weir, "scripts/weir"), script);
  chmodSync(join(weir, "scripts/weir"), 0o755);
  write(join(weir, "scripts/notes"), notes);
  const engine = join(weir, "scripts/engine");
  write(
    join(engine, "go.mod"),
    "module weir.dev/scripts/engine\n\ngo 1.24\n\nrequire github.com/dagger/dagger v0.0.0\n\nreplace github.com/dagger/dagger => ./dagger\n",
  );
  write(join(engine, "dagger/go.mod"), "module github.com/dagger/dagger\n\ngo 1.24\n");
  write(join(engine, "dagger/cmd/dagger/main.go"), 'package main\n\nfunc main() { println("stands in for the client") }\n');
  const commit = repository(weir, "main");
  const pin = { version: "0.1.0", repository: `file://${weir}`, commit };
  write(join(app, "package.json"), "{}\n");
  write(join(app, wrappers[host].path), wrappers[host].text(given({ pin, ...changes })));
  repository(app, "feature/x");
  git(app, "remote", "add", "origin", "https://git.example.org/team/app.git");
  return {
    app,
    calls: () => (existsSync(join(notes, "calls")) ? readFileSync(join(notes, "calls"), "utf8").trimEnd().split("\n") : []),
    envOf: (command) =>
      Object.fromEntries(
        readFileSync(join(notes, `env-${command}`), "utf8")
          .split("\0")
          .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
      ),
    client: () => (existsSync(join(notes, "client")) ? readFileSync(join(notes, "client"), "utf8") : null),
    fail: (command) => {
      write(join(notes, `fail-${command}`), "");
    },
  };
}

export const temporary = () => mkdtempSync(join(tmpdir(), "weir-client-"));

function repository(folder: string, branch: string): string {
  git(folder, "init", "--quiet", `--initial-branch=${branch}`);
  git(folder, "add", "--all");
  git(folder, "-c", "user.name=Test", "-c", "user.email=test@example.com", "commit", "--quiet", "--message=A state to test");
  return git(folder, "rev-parse", "HEAD").trim();
}

const git = (folder: string, ...args: readonly string[]) =>
  execFileSync("git", ["-C", folder, ...args], { encoding: "utf8", timeout: 30_000 });
