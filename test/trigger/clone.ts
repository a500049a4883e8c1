/** Git repositories for tests, made in a temporary folder by git itself. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { gitflow } from "../../ci/policy/branches.ts";
import { readTrigger, type ReadTriggerOptions } from "../../ci/trigger/read.ts";
import type { Trigger } from "../../ci/trigger/trigger.ts";

/** Nothing of the machine's own git configuration, and no CI host around. */
export const env: Readonly<Record<string, string>> = {
  PATH: process.env["PATH"] ?? "",
  HOME: "/nonexistent",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "A",
  GIT_AUTHOR_EMAIL: "a@example.org",
  GIT_AUTHOR_DATE: "2026-01-01T00:00:00Z",
  GIT_COMMITTER_NAME: "A",
  GIT_COMMITTER_EMAIL: "a@example.org",
  GIT_COMMITTER_DATE: "2026-01-01T00:00:00Z",
};

/** An empty folder that is gone after the test. */
export function folder(): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "weir-trigger-")));
  onTestFinished(() => {
    rmSync(path, { recursive: true, force: true });
  });
  return path;
}

export function git(at: string, ...args: readonly string[]): string {
  return execFileSync("git", ["-C", at, ...args], {
    env,
    encoding: "utf8",
    timeout: 10_000,
    stdio: ["ignore", "pipe", "pipe"],
  }).trim();
}

export function write(at: string, path: string, text = path): void {
  mkdirSync(dirname(join(at, path)), { recursive: true });
  writeFileSync(join(at, path), text);
}

export function commit(at: string, ...paths: readonly string[]): string {
  for (const path of paths) write(at, path, `${path} ${Math.random()}`);
  git(at, "add", "-A");
  git(at, "commit", "-q", "--allow-empty", "-m", paths.join(" ") || "empty");
  return git(at, "rev-parse", "HEAD");
}

/** A repository with one commit on development, and feature/x checked out one commit further. */
export function repository(): { at: string; base: string; sha: string } {
  const at = folder();
  git(at, "init", "-q", "-b", "development");
  const base = commit(at, "src/a.ts", "apps/shop/index.ts", "README.md");
  git(at, "checkout", "-q", "-b", "feature/x");
  const sha = commit(at, "src/b.ts");
  return { at, base, sha };
}

export function read(source: string, options: Partial<ReadTriggerOptions> = {}): Promise<Trigger> {
  return readTrigger({ source, env, kinds: gitflow, ...options });
}
