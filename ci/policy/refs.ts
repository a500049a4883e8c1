/**
 * Ref names, as `git check-ref-format` judges them, without asking git: a ref that breaks these rules came from no
 * repository, so it is refused before anything decides by it.
 */

interface Rule {
  readonly broken: (ref: string) => boolean;
  readonly says: string;
}

// eslint-disable-next-line no-control-regex -- git forbids exactly these
const forbidden = /[\u0000-\u0020\u007f~^:?*[\\]/u;
const loneSurrogate = /\p{Surrogate}/u;

const rules: readonly Rule[] = [
  { broken: (ref) => ref === "", says: "is empty" },
  { broken: (ref) => forbidden.test(ref), says: "holds a space, a control character or one of ~ ^ : ? * [ \\" },
  { broken: (ref) => loneSurrogate.test(ref), says: "is no valid Unicode" },
  { broken: (ref) => ref.startsWith("/") || ref.endsWith("/") || ref.includes("//"), says: "has an empty part between slashes" },
  { broken: (ref) => ref.includes(".."), says: "holds .." },
  { broken: (ref) => ref.includes("@{") || ref === "@", says: "holds @{ or is @" },
  { broken: (ref) => ref.endsWith("."), says: "ends with a dot" },
  { broken: (ref) => ref.split("/").some((part) => part.startsWith(".")), says: "has a part that starts with a dot" },
  { broken: (ref) => ref.split("/").some((part) => part.endsWith(".lock")), says: "has a part that ends with .lock" },
];

/** What is wrong with a full ref's form, or null where git would take it. */
export function refProblem(ref: string): string | null {
  const broken = rules.find((rule) => rule.broken(ref));
  if (broken !== undefined) return broken.says;
  return ref.includes("/") ? null : "is not a full ref such as refs/heads/main";
}

/** What is wrong with a short branch or tag name, or null; stricter than a ref: no leading dash, not HEAD. */
export function nameProblem(name: string): string | null {
  if (name.startsWith("-")) return "starts with a dash";
  if (name === "HEAD") return "is HEAD";
  return rules.find((rule) => rule.broken(name))?.says ?? null;
}

const branchPrefix = "refs/heads/";
const tagPrefix = "refs/tags/";

/** The full ref of a branch by its short name; a branch named `refs/heads/main` becomes refs/heads/refs/heads/main. */
export function branchRef(name: string): string {
  return branchPrefix + name;
}

/** The full ref of a tag by its short name. */
export function tagRef(name: string): string {
  return tagPrefix + name;
}

export type RefParts = { readonly type: "branch" | "tag"; readonly name: string } | { readonly type: "other" };

/** What a full ref is; only its prefix counts. */
export function partsOf(ref: string): RefParts {
  if (ref.startsWith(branchPrefix)) return { type: "branch", name: ref.slice(branchPrefix.length) };
  if (ref.startsWith(tagPrefix)) return { type: "tag", name: ref.slice(tagPrefix.length) };
  return { type: "other" };
}

/** The branch's short name, or null where the ref is no branch. */
export function branchOf(ref: string | null): string | null {
  if (ref === null) return null;
  const parts = partsOf(ref);
  return parts.type === "branch" ? parts.name : null;
}
