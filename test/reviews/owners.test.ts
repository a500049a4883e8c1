import { describe, expect, it } from "vitest";
import { missingOwners } from "../../ci/reviews/owners.ts";

const missing = (codeowners: string, changed: readonly string[], ...approvers: readonly string[]) =>
  missingOwners({ by: "file", codeowners, changed }, approvers);

describe("CODEOWNERS", () => {
  const cases: readonly [pattern: string, file: string, fits: boolean][] = [
    ["*", "a/b/c.ts", true],
    ["*.js", "lib/x.js", true],
    ["*.js", "lib/x.jsx", false],
    ["/build/logs/", "build/logs/a/b.txt", true],
    ["/build/logs/", "x/build/logs/a.txt", false],
    ["docs/*", "docs/a.md", true],
    ["docs/*", "docs/deep/a.md", false],
    ["docs/*", "x/docs/a.md", false],
    ["apps/", "x/apps/a/b.ts", true],
    ["/docs/", "docs/a.md", true],
    ["/scripts", "scripts/a.sh", true],
    ["/scripts", "scripts", true],
    ["**/logs", "deep/down/logs/a.txt", true],
    ["README.md", "docs/README.md", true],
    ["/README.md", "docs/README.md", false],
    [".github/", ".github/workflows/x.yml", true],
    ["a\\ b.txt", "a b.txt", true],
    ["{a,b}.txt", "a.txt", false],
  ];
  it.each(cases)("%s and %s: %s", (pattern, file, fits) => {
    expect(missing(`${pattern} @bo`, [file]).length).toBe(fits ? 1 : 0);
  });

  it("lets the last pattern that fits decide, none of it included", () => {
    const text = "# comment\n* @ann\n*.md @bo # docs\n/free/\n";
    expect(missing(text, ["a.ts", "a.md", "free/a.md"], "ann")).toEqual(["@bo for a.md"]);
    expect(missing(text, ["a.md"], "ann", "BO")).toEqual([]);
  });

  it("wants one of the owners of each set, and says what it can't see", () => {
    expect(missing("* @ann @bo\n", ["x"], "bo")).toEqual([]);
    expect(missing("* @org/team\n", ["x", "y"], "bo")).toEqual(["@org/team (a team, whose members Weir can't see) for x"]);
    expect(missing("* Cy@Example.org\n", ["x"], "cy@example.org")).toEqual([]);
    expect(missing("", ["x"])).toEqual([]);
    expect(missingOwners(null, [])).toEqual([]);
    expect(missingOwners({ by: "host", missing: ["Docs"] }, ["bo"])).toEqual(["Docs"]);
  });
});
