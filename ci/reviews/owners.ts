/**
 * CODEOWNERS: the last pattern that fits a file names its owners. The patterns are gitignore's, without `!` and `[ ]`.
 * https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
 */
import picomatch from "picomatch";
import type { Ownership } from "./review.ts";

interface Line {
  readonly fits: (file: string) => boolean;
  readonly owners: readonly string[];
}

/** Where GitHub looks, the first that is there counts. */
export const codeownersPlaces = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"] as const;

/** For each set of owners of which none has approved: who they are, and one file of theirs. */
export function missingOwners(ownership: Ownership | null, approvers: readonly string[]): readonly string[] {
  if (ownership === null) return [];
  if (ownership.by === "host") return ownership.missing;
  const lines = parse(ownership.codeowners);
  const have = new Set(approvers.map((approver) => approver.toLowerCase()));
  const missing = new Map<string, string>();
  for (const file of ownership.changed) {
    const owners = lines.findLast(({ fits }) => fits(file))?.owners ?? [];
    if (owners.length === 0 || owners.some((owner) => have.has(owner.replace(/^@/, "").toLowerCase()))) continue;
    const key = owners.join(" or ");
    if (!missing.has(key))
      missing.set(key, `${key}${owners.every(isTeam) ? " (a team, whose members Weir can't see)" : ""} for ${file}`);
  }
  return [...missing.values()];
}

const isTeam = (owner: string) => owner.startsWith("@") && owner.includes("/");

function parse(text: string): readonly Line[] {
  return text.split("\n").flatMap((written) => {
    const [pattern, ...owners] = wordsOf(written);
    return pattern === undefined ? [] : [{ fits: matcherOf(pattern), owners }];
  });
}

/** A word that starts with # begins a comment; a space in a pattern is written `\ `. */
function wordsOf(line: string): readonly string[] {
  const words = line.match(/(?:\\.|[^\s\\])+/g) ?? [];
  const comment = words.findIndex((word) => word.startsWith("#"));
  return (comment === -1 ? words : words.slice(0, comment)).map((word) => word.replaceAll(/\\(.)/g, "$1"));
}

const matching = { dot: true, nonegate: true, nobrace: true, noextglob: true, windows: false } as const;

function matcherOf(pattern: string): (file: string) => boolean {
  const anchored = pattern.slice(0, -1).includes("/");
  const bare = pattern.replace(/^\//, "");
  const root = anchored ? bare : `**/${bare}`;
  if (bare.endsWith("/")) return picomatch(`${root}**`, matching);
  // `docs/*` is of the files there, and not of what lies deeper; `docs` is of all below it.
  const last = bare.split("/").at(-1) ?? "";
  return picomatch(last.includes("*") ? [root] : [root, `${root}/**`], matching);
}
