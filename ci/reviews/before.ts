/** What weir.yaml said before the change: a change must not lower the reviews that it needs itself. */
import { parseFile } from "../config/document.ts";
import { normalise } from "../config/normalise.ts";
import { weirSchema, type Config } from "../config/schema.ts";
import type { Env } from "../trigger/git.ts";
import { fileAt, treeOf } from "./signed-commits.ts";

export type ReviewRules = Pick<Config, "review" | "branches">;

/**
 * As the base has it, and Weir's defaults where the base has none. Null where no base is known, or where this Weir can't
 * read what is there: then only the change itself can say.
 */
export async function rulesBefore(source: string, base: string | null, env: Env): Promise<ReviewRules | null> {
  if (base === null || (await treeOf(source, base, env)) === null) return null;
  const text = (await fileAt(source, base, "./weir.yaml", env)) ?? "";
  const { output } = parseFile({ kind: "text", name: "weir.yaml", text }, weirSchema);
  return output === null ? null : normalise(output, "before");
}
