/**
 * Which kind of branch a ref is. Only the full ref counts: the branch `refs/heads/main` (refs/heads/refs/heads/main),
 * the tag `main` and the branch `main/x` are not main. What fits two kinds or none is an error, never a guess.
 */
import picomatch from "picomatch";
import { visible } from "../config/problem.ts";
import { deniedError, usageError, type WeirError } from "../errors.ts";
import { partsOf, refProblem } from "./refs.ts";
import type { BranchKind } from "./branches.ts";

export type Classification =
  { readonly ok: true; readonly kind: BranchKind; readonly name: string } | { readonly ok: false; readonly error: WeirError };

/**
 * `strictSlashes`: `feature/**` takes feature/x and not a branch called feature. `windows: false`: a plan is the same
 * wherever it is made.
 */
const matching: picomatch.PicomatchOptions = { dot: true, nonegate: true, strictSlashes: true, windows: false, flags: "s" };

/** Compiled once a kind: a clone may hold thousands of branches to be held against it. */
const matchers = new WeakMap<BranchKind, picomatch.Matcher>();

/** Whether a short name fits one of a kind's patterns. */
export function fits(kind: BranchKind, name: string): boolean {
  const matcher = matchers.get(kind) ?? picomatch([...kind.patterns], matching);
  matchers.set(kind, matcher);
  return matcher(name);
}

/** The one kind that a full ref is of, or the error that says why there is none. */
export function classify(ref: string, kinds: readonly BranchKind[]): Classification {
  const problem = refProblem(ref);
  if (problem !== null)
    return refused(
      "branch.name",
      `the ref ${visible(ref)} ${problem}`,
      "no repository holds such a ref: check where it comes from",
    );
  const parts = partsOf(ref);
  if (parts.type === "other") {
    return refused("branch.ref", `${visible(ref)} is neither a branch nor a tag`, "say which branch it stands for with --branch");
  }
  const found = kinds.filter((kind) => kind.ref === parts.type && fits(kind, parts.name));
  const [kind, second] = found;
  if (kind === undefined) return fitsNone(parts.type, parts.name, kinds);
  if (second !== undefined) return fitsSeveral(parts.type, parts.name, found);
  return { ok: true, kind, name: parts.name };
}

function fitsNone(type: "branch" | "tag", name: string, kinds: readonly BranchKind[]): Classification {
  const patterns = kinds.filter((kind) => kind.ref === type).flatMap((kind) => kind.patterns);
  const known = patterns.length === 0 ? `no kind is of ${type === "tag" ? "tags" : "branches"}` : `known: ${patterns.join(", ")}`;
  const remedy =
    type === "branch"
      ? "rename the branch, add its pattern under `branches` in weir.yaml, or say what it stands for with --branch"
      : "add a kind with `ref: tag` under `branches` in weir.yaml, or don't start Weir for this tag";
  return refused("branch.none", `${type} ${visible(name)} is of no kind (${known})`, remedy);
}

function fitsSeveral(type: string, name: string, found: readonly BranchKind[]): Classification {
  const names = found.map((kind) => kind.kind).join(" and ");
  const message = `${type} ${visible(name)} fits more than one kind: ${names}`;
  return {
    ok: false,
    error: usageError("branch.several", message, "make the patterns under `branches` in weir.yaml exclude each other"),
  };
}

function refused(code: string, message: string, remedy: string): Classification {
  return { ok: false, error: deniedError(code, message, remedy) };
}
