/**
 * The one way that Weir asks git: argv only, with a deadline, offline, and with nothing switched on that would run
 * a program of the repository's choosing. `node:child_process` and not execa, since loading execa takes longer than
 * all of git's answers together, and `weir plan` has 120 ms.
 */
import { execFile } from "node:child_process";

const deadlineMs = 10_000;
const maxBytes = 64 * 1024 * 1024;

export type GitFailure = "missing" | "deadline" | "too-much" | "refused";

export type GitAnswer =
  | { readonly ok: true; readonly stdout: string }
  | {
      readonly ok: false;
      readonly failure: GitFailure;
      readonly code: number | null;
      readonly stdout: string;
      readonly stderr: string;
    };

const options = [
  "--no-pager",
  "--no-optional-locks",
  // These would start a program that the repository's configuration names.
  ...["core.fsmonitor=false", "core.hooksPath=/dev/null", "log.showSignature=false"].flatMap((setting) => ["-c", setting]),
];

/** Variables by which a caller (a git hook, say) points git at another repository, or at other files in it, than was asked about. */
const repositoryVariables = new Set([
  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
  "GIT_COMMON_DIR",
  "GIT_CONFIG",
  "GIT_DIR",
  "GIT_EXTERNAL_DIFF",
  "GIT_GLOB_PATHSPECS",
  "GIT_GRAFT_FILE",
  "GIT_ICASE_PATHSPECS",
  "GIT_IMPLICIT_WORK_TREE",
  "GIT_INDEX_FILE",
  "GIT_INTERNAL_SUPER_PREFIX",
  "GIT_LITERAL_PATHSPECS",
  "GIT_NAMESPACE",
  "GIT_NOGLOB_PATHSPECS",
  "GIT_NO_REPLACE_OBJECTS",
  "GIT_OBJECT_DIRECTORY",
  "GIT_PREFIX",
  "GIT_REPLACE_REF_BASE",
  "GIT_SHALLOW_FILE",
  "GIT_WORK_TREE",
]);

export type Env = Readonly<Record<string, string | undefined>>;

/** The environment that git gets: the caller's, without what redirects it, and with the network and prompts closed. */
export function gitEnv(env: Env): Record<string, string> {
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !repositoryVariables.has(entry[0]),
  );
  return {
    ...Object.fromEntries(kept),
    LC_ALL: "C", // failures are told apart by git's English text
    GIT_OPTIONAL_LOCKS: "0",
    GIT_TERMINAL_PROMPT: "0",
    GIT_NO_LAZY_FETCH: "1",
    GIT_ALLOW_PROTOCOL: "none", // a partial clone would otherwise fetch what it lacks; older gits know only this switch
  };
}

/** The argv that asks git about a folder. */
export function gitArgv(source: string, args: readonly string[]): string[] {
  return [...options, "-C", source, ...args];
}

/** Asks git and always answers: a failure is a value. */
export function git(source: string, args: readonly string[], env: Env): Promise<GitAnswer> {
  return new Promise((resolve) => {
    const limits = {
      env: gitEnv(env),
      timeout: deadlineMs,
      killSignal: "SIGKILL",
      maxBuffer: maxBytes,
      encoding: "utf8",
    } as const;
    execFile("git", gitArgv(source, args), limits, (error, stdout, stderr) => {
      if (error === null) {
        resolve({ ok: true, stdout });
        return;
      }
      const code = typeof error.code === "number" ? error.code : null;
      resolve({ ok: false, failure: failureOf(error), code, stdout, stderr });
    });
  });
}

function failureOf(error: { code?: string | number | null | undefined; killed?: boolean | undefined }): GitFailure {
  if (error.code === "ENOENT") return "missing";
  if (error.code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER") return "too-much";
  return error.killed === true ? "deadline" : "refused";
}

/** Why git did not answer, as part of a sentence. */
export function whyNot(answer: GitAnswer & { ok: false }): string {
  switch (answer.failure) {
    case "missing":
      return "git is not installed";
    case "deadline":
      return `git did not answer within ${String(deadlineMs / 1000)} s`;
    case "too-much":
      return "git's answer is larger than Weir reads";
    case "refused":
      return firstLine(answer.stderr) || `git failed with code ${String(answer.code)}`;
  }
}

function firstLine(text: string): string {
  const line = text.split("\n").find((candidate) => /^(fatal|error): /.test(candidate)) ?? text.split("\n")[0] ?? "";
  return line.replace(/^(fatal|error): /, "").trim();
}
