/** Reads `git status --porcelain=v2 -z --branch`: paths from the repository's root, however they are spelt. */

export interface Status {
  /** null before the first commit. */
  readonly sha: string | null;
  /** The branch's short name; null where HEAD is detached. A branch may be called "(detached)", so refs decide. */
  readonly head: string | null;
  /** Changed, staged, conflicting and untracked paths. */
  readonly changed: readonly string[];
  readonly ignored: readonly string[];
}

/** How many fields stand before the path, by the record's first character. */
const fieldsBefore: Readonly<Record<string, number>> = { "1": 8, u: 10, "?": 1, "!": 1 };

/** Parses what git prints; records of a kind that it does not know are left out. */
export function parseStatus(stdout: string): Status {
  const records = stdout.split("\0").filter((record) => record !== "");
  const header = (key: string): string | null =>
    records.find((record) => record.startsWith(`# ${key} `))?.slice(key.length + 3) ?? null;
  const sha = header("branch.oid");
  const head = header("branch.head");
  return {
    sha: sha === null || sha === "(initial)" ? null : sha,
    head,
    changed: records.filter((record) => /^[1u?] /.test(record)).map(pathOf),
    ignored: records.filter((record) => record.startsWith("! ")).map(pathOf),
  };
}

function pathOf(record: string): string {
  let at = 0;
  for (let field = fieldsBefore[record[0] ?? ""] ?? 0; field > 0; field -= 1) at = record.indexOf(" ", at) + 1;
  return record.slice(at);
}
