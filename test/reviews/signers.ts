/** Repositories whose commits are signed, with keys made for the test: SSH, and GnuPG where a test asks for it. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Trigger } from "../../ci/trigger/trigger.ts";
import { trigger } from "../plan/examples.ts";
import { env, folder, git, write } from "../trigger/clone.ts";

export interface Person {
  readonly name: string;
  readonly email: string;
  /** The settings by which git signs as this person. */
  readonly signing: readonly string[];
  /** The line of an allowed signers file. */
  readonly allowed: string;
}

/** Somebody with an SSH key. */
export function person(name: string, email = `${name}@example.org`): Person {
  const key = join(folder(), name);
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", key], { timeout: 10_000 });
  const signing = ["-c", "gpg.format=ssh", "-c", `user.signingkey=${key}.pub`, "-c", "gpg.ssh.program=ssh-keygen"];
  return { name, email, signing, allowed: `${email} ${readFileSync(`${key}.pub`, "utf8").trim()}` };
}

type Variables = Readonly<Record<string, string>>;

/** The environment of an empty keyring, or of one that knows another's keys and trusts none. */
export function gnupgHome(knowing?: Variables): Variables {
  const home = join(folder(), "g");
  mkdirSync(home, { mode: 0o700 });
  const gnupg = { ...env, GNUPGHOME: home };
  onTestFinished(() => {
    execFileSync("gpgconf", ["--kill", "all"], { env: gnupg, timeout: 10_000, stdio: "pipe" });
  });
  if (knowing !== undefined) {
    const keys = execFileSync("gpg", ["--batch", "--export"], { env: knowing, timeout: 10_000, stdio: "pipe" });
    execFileSync("gpg", ["--batch", "--quiet", "--import"], { env: gnupg, timeout: 10_000, stdio: "pipe", input: keys });
  }
  return gnupg;
}

/** Somebody with a key in a GnuPG home of its own; `gnupg` is the environment in which it is trusted. */
export function gnupgPerson(name: string): Person & { readonly gnupg: Variables } {
  const gnupg = gnupgHome();
  const email = `${name}@example.org`;
  const what = ["--passphrase", "", "--quick-generate-key", `${name} <${email}>`, "ed25519", "sign", "never"];
  execFileSync("gpg", ["--batch", "--quiet", ...what], { env: gnupg, timeout: 30_000, stdio: "pipe" });
  return { name, email, signing: ["-c", "gpg.format=openpgp", "-c", `user.signingkey=${email}`], allowed: "", gnupg };
}

/** A commit by somebody; with `files` it changes these, without it changes nothing. */
export function commitAs(
  at: string,
  by: Person,
  message: string,
  { files = [], sign = false, as = env }: { files?: readonly string[]; sign?: boolean; as?: Variables } = {},
): string {
  for (const file of files) write(at, file, `${file} ${message} ${Math.random()}`);
  git(at, "add", "-A");
  const who = ["-c", `user.name=${by.name}`, "-c", `user.email=${by.email}`];
  const author = {
    GIT_AUTHOR_NAME: by.name,
    GIT_AUTHOR_EMAIL: by.email,
    GIT_COMMITTER_NAME: by.name,
    GIT_COMMITTER_EMAIL: by.email,
  };
  execFileSync(
    "git",
    ["-C", at, ...who, ...(sign ? by.signing : []), "commit", "-q", "--allow-empty", ...(sign ? ["-S"] : []), "-m", message],
    { env: { ...as, ...author }, timeout: 20_000, stdio: ["ignore", "pipe", "pipe"] },
  );
  return git(at, "rev-parse", "HEAD");
}

export const reviewedBy = (...people: readonly (Person | string)[]): string =>
  `Review\n\n${people.map((who) => `Reviewed-by: ${typeof who === "string" ? who : `${who.name} <${who.email}>`}`).join("\n")}`;

export interface Change {
  readonly at: string;
  readonly base: string;
  /** The trigger of what is checked out now. */
  now(): Trigger;
}

/** A repository whose development names the allowed signers, and ann's change on feature/x. */
export function change(ann: Person, signers: readonly Person[], files: Readonly<Record<string, string>> = {}): Change {
  const at = folder();
  git(at, "init", "-q", "-b", "development");
  write(at, "signers", `${signers.map(({ allowed }) => allowed).join("\n")}\n`);
  for (const [path, text] of Object.entries(files)) write(at, path, text);
  const base = commitAs(at, ann, "base", { files: ["src/a.ts"] });
  git(at, "checkout", "-q", "-b", "feature/x");
  commitAs(at, ann, "change", { files: ["src/b.ts"] });
  return {
    at,
    base,
    now: () => trigger({ event: "pull-request", target: "development", sha: git(at, "rev-parse", "HEAD"), base }),
  };
}
