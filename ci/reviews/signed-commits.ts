/**
 * What git says of the commits of a change and of who signed them. The programs that verify are named here and not by
 * the repository's configuration, which could name any.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { git, whyNot, type Env } from "../trigger/git.ts";

export interface ChangeCommit {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  /** The e-mail addresses of who wrote it and of who committed it, as the commit has them. */
  readonly people: readonly string[];
  /** What stands after `Reviewed-by:`, once a line. */
  readonly reviewedBy: readonly string[];
}

export type CommitsRead =
  { readonly ok: true; readonly commits: readonly ChangeCommit[] } | { readonly ok: false; readonly reason: string };

const mostCommits = 5000;
/** Not %aE: a .mailmap in the change could rename people. */
const format =
  ["%H", "%T", "%P", "%ae", "%ce", "%(trailers:key=Reviewed-by,valueonly,unfold,separator=%x01)"].join("%x00") + "%x00";
const fields = 6;

/** The commits from base (not included) to head, the newest first. */
export async function readCommits(source: string, base: string, head: string, env: Env): Promise<CommitsRead> {
  const count = `--max-count=${mostCommits + 1}`;
  const answer = await git(
    source,
    ["log", "--topo-order", "--no-mailmap", count, `--format=tformat:${format}`, `${base}..${head}`, "--"],
    env,
  );
  if (!answer.ok) return { ok: false, reason: whyNot(answer) };
  const parts = answer.stdout.split("\0");
  const commits: ChangeCommit[] = [];
  for (let at = 0; at + fields < parts.length; at += fields) {
    const [sha = "", tree = "", parents = "", author = "", committer = "", trailers = ""] = parts.slice(at, at + fields);
    commits.push({
      sha: sha.trim(),
      tree,
      parents: parents.split(" ").filter(Boolean),
      people: [...new Set([author, committer].map((email) => email.toLowerCase()))],
      reviewedBy: trailers.split("\u0001").filter((value) => value.trim() !== ""),
    });
  }
  return commits.length > mostCommits
    ? { ok: false, reason: `the change has more than ${mostCommits} commits` }
    : { ok: true, commits };
}

export type Signature = { readonly good: true; readonly signer: string } | { readonly good: false; readonly reason: string };

export interface Verifier {
  verify(sha: string): Promise<Signature>;
  close(): Promise<void>;
}

/** What `%G?` prints where a signature is not good. */
const verdicts: Readonly<Record<string, string>> = {
  N: "is not signed",
  B: "has a bad signature",
  U: "is signed with a key that nobody here vouches for",
  X: "has a signature that has expired",
  Y: "is signed with a key that has expired",
  R: "is signed with a key that was revoked",
  E: "has a signature that can't be checked: its key is not known here",
};

/**
 * `allowedSigners` is the text of an allowed signers file; null leaves it to git's own configuration. GnuPG's keys are
 * those of the keyring, and only those that it trusts.
 */
export async function signatureVerifier(source: string, allowedSigners: string | null, env: Env): Promise<Verifier> {
  const folder = allowedSigners === null ? null : await mkdtemp(join(tmpdir(), "weir-signers-"));
  const file = folder === null ? null : join(folder, "allowed_signers");
  if (file !== null) await writeFile(file, allowedSigners ?? "");
  const settings = [
    "gpg.program=gpg",
    "gpg.openpgp.program=gpg",
    "gpg.x509.program=gpgsm",
    "gpg.ssh.program=ssh-keygen",
    "gpg.minTrustLevel=fully",
    ...(file === null ? [] : [`gpg.ssh.allowedSignersFile=${file}`]),
  ].flatMap((setting) => ["-c", setting]);
  return {
    verify: async (sha) => {
      // verify-commit says whether, and the format says who.
      const [verified, told] = [
        await git(source, [...settings, "verify-commit", sha], env),
        await git(source, [...settings, "log", "-1", "--no-mailmap", "--format=%G?%x00%GS", sha, "--"], env),
      ];
      if (!told.ok) return { good: false, reason: `can't be checked: ${whyNot(told)}` };
      const [verdict = "", signer = ""] = told.stdout.replace(/\n$/, "").split("\0");
      if (verdict === "G" && verified.ok && signer !== "") return { good: true, signer };
      return { good: false, reason: verdicts[verdict] ?? "has a signature that git does not take" };
    },
    close: async () => {
      if (folder !== null) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A file as a commit has it; null where it has none. The path is from the root, with ./ before it from the folder. */
export async function fileAt(source: string, commit: string, path: string, env: Env): Promise<string | null> {
  const answer = await git(source, ["cat-file", "blob", `${commit}:${path}`], env);
  return answer.ok ? answer.stdout : null;
}

/** A commit's tree; null where there is no such commit. */
export async function treeOf(source: string, commit: string, env: Env): Promise<string | null> {
  const answer = await git(source, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${commit}^{tree}`], env);
  return answer.ok ? answer.stdout.trim() : null;
}

/** Every path that differs between two commits, from the repository's root. */
export async function changedBetween(source: string, base: string, head: string, env: Env): Promise<readonly string[] | null> {
  const answer = await git(source, ["diff-tree", "-r", "-z", "--name-only", "--no-renames", "--no-relative", base, head], env);
  return answer.ok ? answer.stdout.split("\0").filter((path) => path !== "") : null;
}
