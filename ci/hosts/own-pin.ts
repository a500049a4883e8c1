/** Which Weir this is, so that a CI host can fetch the very same: the commit of its clone, and where that came from. */
import { join } from "node:path";
import { visible } from "../config/problem.ts";
import { usageError } from "../errors.ts";
import { git, type Env } from "../trigger/git.ts";
import { version } from "../version.ts";
import { commitProblem, repositoryProblem, type Pin } from "./wrapper.ts";

/** What is known of it; null is not known: an installed package is no clone, and a clone may have no origin. */
export interface OwnPin {
  readonly repository: string | null;
  readonly commit: string | null;
  /** Some branch of its origin holds the commit, as far as this clone knows. */
  readonly published: boolean;
}

const folder = join(import.meta.dirname, "..", "..");

export async function readOwnPin(env: Env, root = folder): Promise<OwnPin> {
  const [top, origin, remote] = await Promise.all([
    git(root, ["rev-parse", "--show-prefix", "HEAD"], env),
    git(root, ["remote", "get-url", "origin"], env),
    git(root, ["for-each-ref", "--contains", "HEAD", "--count=1", "refs/remotes/origin"], env),
  ]);
  const [prefix, commit = ""] = top.ok ? top.stdout.split("\n") : [];
  // A package below somebody's own repository is not a clone of Weir.
  if (prefix !== "") return { repository: null, commit: null, published: false };
  return {
    repository: origin.ok && origin.stdout.trim() !== "" ? origin.stdout.trim() : null,
    commit: commitProblem(commit) === null ? commit : null,
    published: remote.ok && remote.stdout.trim() !== "",
  };
}

/** The pin for a new wrapper: what flags say, else what an earlier wrapper chose, else this clone. @throws WeirError */
export function pinFor(
  own: OwnPin,
  flags: { readonly repository?: string | undefined; readonly commit?: string | undefined },
  before: Pin | null,
): Pin {
  const repository = flags.repository ?? before?.repository ?? own.repository;
  const commit = flags.commit ?? own.commit;
  if (repository === null || commit === null) {
    throw usageError(
      "init.pin",
      commit === null
        ? "this Weir does not know which commit it is: it is no clone"
        : "this Weir does not know where hosts get it: its clone has no origin",
      "say where hosts get it with --weir-repository https://… and --weir-commit <full id>",
    );
  }
  const wrong = repositoryProblem(repository);
  if (wrong !== null) {
    throw usageError(
      "init.repository",
      `${/@/.test(repository) ? "the address of Weir" : visible(repository)} ${wrong}`,
      "--weir-repository names one that the host can fetch from, without a user or password in it",
    );
  }
  const bad = commitProblem(commit);
  if (bad !== null) throw usageError("init.commit", `${visible(commit)} ${bad}`, "--weir-commit takes 40 hexadecimal digits");
  return { version, repository, commit };
}

/** For verifying: this Weir, where it knows which it is. */
export function pinOf(own: OwnPin): Pin | null {
  return own.commit === null ? null : { version, repository: own.repository ?? "", commit: own.commit };
}
