/** What git knows of the source folder: one round of questions, asked side by side. */
import { git, whyNot, type Env, type GitAnswer } from "./git.ts";
import { branchOf } from "../policy/refs.ts";
import { parseStatus, type Status } from "./status.ts";

export interface GitRef {
  readonly name: string;
  readonly sha: string;
}

export interface Repository {
  /** The checked-out branch's full ref; null where HEAD is detached. */
  readonly ref: string | null;
  /** The checked-out commit; null before the first one. */
  readonly sha: string | null;
  readonly bare: boolean;
  readonly shallow: boolean;
  /** The source folder below the repository's root: empty, or with / at its end. */
  readonly prefix: string;
  /** Changed and untracked files of the source folder, relative to it. */
  readonly uncommitted: readonly string[];
  /** git ignores the source folder, so it can't say what changes in it. */
  readonly ignored: boolean;
  /** Local and remote branches. */
  readonly branches: readonly GitRef[];
  /** Where a detached HEAD is, and what points there too; null where a branch is checked out. */
  readonly detached: string | null;
  readonly notes: readonly string[];
}

export type RepositoryRead =
  | { readonly ok: true; readonly repository: Repository }
  | { readonly ok: false; readonly reason: string; readonly sourceMissing: boolean };

const placeArgs = ["rev-parse", "--is-bare-repository", "--is-inside-work-tree", "--is-shallow-repository", "--show-prefix"];
/** rev-parse prints what it does not know: the line that ends the prefix, which may hold line breaks itself. */
const prefixEnd = "--weir-end-of-prefix";
const statusArgs = [
  ...["status", "--porcelain=v2", "-z", "--branch", "--no-ahead-behind", "--no-renames"],
  ...["--untracked-files=all", "--ignored=matching", "--ignore-submodules=none"],
  // What Weir writes there itself is no change to the app.
  ...["--", ".", ":(exclude).weir"],
];
const branchArgs = ["for-each-ref", "--format=%(HEAD)%(objectname) %(refname)", "refs/heads", "refs/remotes"];

/** Asks git about a folder. What git refuses or does not know is said, not thrown. */
export async function readRepository(source: string, env: Env): Promise<RepositoryRead> {
  const [place, status, branches] = await Promise.all([
    git(source, [...placeArgs, prefixEnd, "--git-dir"], env),
    git(source, statusArgs, env),
    git(source, branchArgs, env),
  ]);
  if (!place.ok) return { ok: false, ...refusal(place, source) };
  const { bare, workTree, shallow, prefix, gitDir } = parsePlace(place.stdout);
  const found = parseBranches(branches.ok ? branches.stdout : "");
  if (!workTree) return { ok: true, repository: withoutFiles(found, bare, shallow) };
  if (!status.ok) return { ok: false, ...refusal(status, source) };
  const read = parseStatus(status.stdout);
  const ref = found.current?.name ?? unbornRef(read);
  return {
    ok: true,
    repository: {
      ref,
      sha: read.sha,
      bare: false,
      shallow,
      prefix,
      uncommitted: read.changed.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length)),
      ignored: read.ignored.some((path) => path.endsWith("/") && prefix.startsWith(path)),
      branches: found.branches,
      detached: ref === null && read.sha !== null ? detachedAt(read.sha, found.branches) : null,
      notes: [
        ...placeNotes(gitDir),
        ...(branches.ok ? [] : [`git can't list the branches: ${whyNot(branches)}`]),
        ...(read.sha === null ? ["no commit yet: there is nothing to measure changes from"] : []),
      ],
    },
  };
}

/** A bare repository, or a folder inside `.git`: there are refs, but no files that they stand for. */
function withoutFiles(found: Branches, bare: boolean, shallow: boolean): Repository {
  return {
    ref: found.current?.name ?? null,
    sha: found.current?.sha ?? null,
    bare: true,
    shallow,
    prefix: "",
    uncommitted: [],
    ignored: false,
    branches: found.branches,
    detached: null,
    notes: [bare ? "a bare repository: it has no files of its own" : "a folder inside .git: it has no files of its own"],
  };
}

function parsePlace(stdout: string): { bare: boolean; workTree: boolean; shallow: boolean; prefix: string; gitDir: string } {
  const [bare = "", workTree = "", shallow = "", ...rest] = stdout.split("\n");
  const end = rest.indexOf(prefixEnd);
  return {
    bare: bare === "true",
    workTree: workTree === "true",
    shallow: shallow === "true",
    prefix: rest.slice(0, end).join("\n"),
    gitDir: rest
      .slice(end + 1)
      .join("\n")
      .replace(/\n$/, ""),
  };
}

interface Branches {
  readonly current: GitRef | null;
  readonly branches: readonly GitRef[];
}

function parseBranches(stdout: string): Branches {
  const lines = stdout.split("\n").filter((line) => line !== "");
  const parsed = lines.map((line) => ({
    current: line.startsWith("*"),
    sha: line.slice(1, line.indexOf(" ", 1)),
    name: line.slice(line.indexOf(" ", 1) + 1),
  }));
  const refs = parsed.map(({ name, sha }) => ({ name, sha }));
  const current = parsed.findIndex((line) => line.current);
  return { current: refs[current] ?? null, branches: refs.filter((ref) => !/^refs\/remotes\/[^/]+\/HEAD$/.test(ref.name)) };
}

/** Before the first commit the branch has no ref yet; only `status` knows its name. */
function unbornRef(status: Status): string | null {
  return status.sha === null && status.head !== null ? `refs/heads/${status.head}` : null;
}

function placeNotes(gitDir: string): readonly string[] {
  if (/[\\/]worktrees[\\/][^\\/]+$/.test(gitDir)) return ["a linked worktree: its branch and files are its own"];
  if (/[\\/]modules[\\/]/.test(gitDir)) return ["a submodule: branch, base and changes are its own, not the outer repository's"];
  return [];
}

function detachedAt(sha: string, branches: readonly GitRef[]): string {
  const here = branches.filter((branch) => branch.sha === sha);
  const names = [...new Set(here.map((branch) => branchOf(branch.name) ?? branch.name.replace(/^refs\/remotes\/[^/]+\//, "")))];
  const where = `detached HEAD at ${sha.slice(0, 12)}`;
  const [only, second] = names;
  if (only === undefined) return `${where}: no branch points there; --branch says which one it stands for`;
  if (second !== undefined)
    return `${where}: ${String(names.length)} branches point there; --branch says which one it stands for`;
  return `${where}: only branch ${only} points there, which proves nothing; --branch ${only} takes it for that`;
}

function refusal(answer: GitAnswer & { ok: false }, source: string): { reason: string; sourceMissing: boolean } {
  const { stderr } = answer;
  if (/cannot change to/.test(stderr)) return { reason: `${source} is no folder that can be read`, sourceMissing: true };
  if (/not a git repository/.test(stderr)) return { reason: "no git repository here", sourceMissing: false };
  if (/dubious ownership/.test(stderr)) {
    return {
      reason:
        "git refuses the repository, since another user owns it; if you trust it, `git config --global --add safe.directory <folder>` lets git read it",
      sourceMissing: false,
    };
  }
  return { reason: `git can't read the repository: ${whyNot(answer)}`, sourceMissing: false };
}
