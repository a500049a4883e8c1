/** What the engine knows of the repository of a folder that was handed to it: where Weir is a module, no git is there to ask. */
import type { Directory } from "@dagger.io/dagger";
import { messageOf } from "../errors.ts";
import type { RepositoryRead } from "./repository.ts";

/** Asks the engine about a folder that holds its `.git`. What it can't tell is said, not thrown. */
export async function readDirectory(folder: Directory): Promise<RepositoryRead> {
  if (!(await folder.exists(".git"))) return unread("no .git was handed over, so no branch and no commit is known");
  const repository = folder.asGit();
  const [head, changes] = [repository.head(), repository.uncommitted()];
  try {
    const [ref, sha, shallow, ...changed] = await Promise.all([
      head.ref(),
      head.commit(),
      folder.exists(".git/shallow"),
      changes.addedPaths(),
      changes.modifiedPaths(),
      changes.removedPaths(),
    ]);
    const branch = ref.startsWith("refs/heads/") ? ref : null;
    return {
      ok: true,
      repository: {
        ref: branch,
        sha,
        bare: false,
        shallow,
        prefix: "",
        uncommitted: changed.flat(),
        ignored: false,
        branches: [],
        detached: branch === null ? `detached HEAD at ${sha.slice(0, 12)}: --branch says which branch it stands for` : null,
        notes: [],
      },
    };
  } catch (error) {
    return unread(`the engine can't read the repository: ${firstLine(messageOf(error))}`);
  }
}

const unread = (reason: string): RepositoryRead => ({ ok: false, reason, sourceMissing: false });

/** Without the trace's id that the engine puts at its end. */
const firstLine = (text: string) => (text.split("\n")[0] ?? "").replace(/ *\[traceparent:.*$/, "");
