import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concerns, concernsAll, unaffectedApp } from "../../ci/plan/affected.ts";
import { planJson } from "../../ci/plan/json.ts";
import { affectedBy, graphOf, type DescribedPackage, type PackageGraph } from "../../ci/plan/packages.ts";
import { planSchema } from "../../ci/plan/schema.ts";
import { planNotes, savingNotes, skipsByChange } from "../../ci/plan/table.ts";
import type { Trigger } from "../../ci/trigger/trigger.ts";
import { input, planOf, running, stage, withPolicy } from "./examples.ts";

function described(path: string, ...needs: readonly string[]): DescribedPackage {
  return { path, name: path, names: [`node:${path}`], needs: { names: needs.map((each) => `node:${each}`), paths: [] } };
}

const shop = graphOf([
  described("."),
  described("libs/money"),
  described("libs/http"),
  described("services/api", "libs/money", "libs/http"),
  described("services/web", "libs/http"),
]);

function affected(graph: PackageGraph, ...files: readonly string[]) {
  const found = affectedBy(graph, { known: true, files }, concernsAll);
  return { all: found.all, folders: [...found.reasons.keys()].sort(), reasons: found.reasons };
}

describe("what a change affects", () => {
  it("is the package that holds it, all that need it, directly or not, and those around it", () => {
    const found = affected(shop, "libs/money/src/round.ts");
    expect(found.folders).toEqual([".", "libs/money", "services/api"]);
    expect(Object.fromEntries(found.reasons)).toEqual({
      ".": "libs/money lies in it",
      "libs/money": "libs/money/src/round.ts changed",
      "services/api": "it needs libs/money",
    });
  });

  it("follows a chain of needs, and a circle to its end", () => {
    const chain = graphOf([described("a", "c"), described("b", "a"), described("c", "b"), described("d", "c"), described("e")]);
    expect(affected(chain, "a/x").folders).toEqual(["a", "b", "c", "d"]);
    expect(affected(chain, "d/x").folders).toEqual(["d"]);
  });

  it.each([
    ["package-lock.json", "a lockfile in the root"],
    ["services/web/yarn.lock", "a lockfile in a package"],
    ["libs/go/go.sum", "a lockfile of another ecosystem"],
    ["tools/requirements-dev.txt", "a list of requirements"],
    ["weir.yaml", "the configuration"],
    ["weir.yml", "the configuration under its other name"],
    ["environments/staging.yaml", "an environment"],
  ])("is everything for %s: %s", (file) => {
    expect(affected(shop, "services/web/a.ts", file)).toMatchObject({ all: `${file} concerns every package` });
    expect(affected(shop, file).folders).toHaveLength(5);
  });

  it.each(["tsconfig.base.json", "tools/release.sh", ".gitignore", "libs/README.md", "services/apis/x.ts", "gone/a.ts"])(
    "is everything for a place that no package owns: %s",
    (file) => {
      expect(affected(shop, file)).toMatchObject({ all: `${file} lies in no package of its own` });
    },
  );

  it("is everything where nobody can tell what changed, or which packages there are", () => {
    expect(affectedBy(shop, { known: false, reason: "a shallow clone" }, concernsAll).all).toBe(
      "every file counts as changed: a shallow clone",
    );
    const graph = { known: false, reason: "Cargo.toml can't be read" } as const;
    expect(affectedBy(graph, { known: true, files: [] }, concernsAll).all).toBe("Cargo.toml can't be read");
  });

  it("is nothing where nothing changed", () => {
    expect(affected(shop).folders).toEqual([]);
  });

  it("is a package and those nested in it, whose settings it may hold", () => {
    const nested = graphOf([described("services"), described("services/a"), described("services/b/c"), described("libs")]);
    expect(affected(nested, "services/tsconfig.json").folders).toEqual(["services", "services/a", "services/b/c"]);
    expect(affected(nested, "services/a/x.ts").folders).toEqual(["services", "services/a"]);
  });

  it("takes a package whose needs nobody can tell for one that needs every other", () => {
    const graph = graphOf([described("a"), { path: "b", name: "b", names: [], needs: null }, described("c")]);
    expect(affected(graph, "a/x").folders).toEqual(["a", "b"]);
    expect(affected(graph, "b/x").folders).toEqual(["b"]);
  });

  it("takes a need by folder, and one name of two packages for both", () => {
    const graph = graphOf([
      { ...described("a"), needs: { names: [], paths: ["b/src", "../elsewhere"] } },
      { ...described("b"), names: ["node:x"] },
      { ...described("c"), names: ["node:x"] },
      described("d", "x"),
    ]);
    expect(graph.known && graph.packages.map(({ path, needs }) => [path, needs])).toEqual([
      ["a", ["b"]],
      ["b", []],
      ["c", []],
      ["d", ["b", "c"]],
    ]);
  });

  it("makes one package of a folder that two ecosystems describe", () => {
    const graph = graphOf([described("a", "b"), { ...described("a"), names: ["cargo:a"] }, described("b")]);
    expect(graph.known && graph.packages).toEqual([
      { path: "a", name: "a", needs: ["b"] },
      { path: "b", name: "b", needs: [] },
    ]);
  });
});

/** Packages in folders that may be nested in each other, with needs that may go round in circles. */
const folders = fc.constantFrom(".", "a", "a/b", "a/b/c", "d", "d/e", "f", "ab", "a.b");
const graphs = fc
  .uniqueArray(fc.tuple(folders, fc.array(folders, { maxLength: 3 }), fc.boolean()), { selector: ([path]) => path, maxLength: 9 })
  .map((all) => graphOf(all.map(([path, needs, told]) => ({ ...described(path, ...needs), ...(told ? {} : { needs: null }) }))));
const names = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(folders, fc.constantFrom("x.ts", "src/y.ts", "a", "\u202e", "-")).map((parts) => parts.join("/")),
  },
  { weight: 1, arbitrary: fc.constantFrom("weir.yaml", "d/go.sum", "README.md", "zzz/a") },
  { weight: 1, arbitrary: fc.string({ minLength: 1 }) },
);
const files = fc.array(
  names.map((name) => name.replace(/^\.\//, "")),
  { maxLength: 6 },
);
const pathsOf = (graph: PackageGraph) => (graph.known ? graph.packages.map(({ path }) => path) : []);

describe("what a change affects, of any packages", () => {
  it("holds all that need something in it, and all around it", () => {
    fc.assert(
      fc.property(graphs, files, (graph, changed) => {
        const { reasons } = affectedBy(graph, { known: true, files: changed }, concernsAll);
        for (const { path, needs } of graph.known ? graph.packages : []) {
          const inside = [...reasons.keys()].some((each) => each !== path && (path === "." || each.startsWith(`${path}/`)));
          if (inside || needs.some((need) => reasons.has(need))) expect(reasons.has(path)).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("holds the package of every changed file, and is everything where a file has none", () => {
    fc.assert(
      fc.property(graphs, files, (graph, changed) => {
        const found = affectedBy(graph, { known: true, files: changed }, concernsAll);
        const packages = pathsOf(graph);
        for (const file of changed) {
          const owners = packages.filter((path) => path !== "." && file.startsWith(`${path}/`));
          if (owners.length === 0) expect([...found.reasons.keys()].sort()).toEqual([...packages].sort());
          for (const owner of owners) expect(found.reasons.has(owner)).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("never shrinks by one more changed file, and does not heed their order", () => {
    fc.assert(
      fc.property(graphs, files, names, (graph, changed, more) => {
        const before = new Set(affectedBy(graph, { known: true, files: changed }, concernsAll).reasons.keys());
        const after = new Set(affectedBy(graph, { known: true, files: [...changed, more] }, concernsAll).reasons.keys());
        const turned = affectedBy(graph, { known: true, files: [more, ...changed] }, concernsAll).reasons;
        for (const path of before) expect(after.has(path)).toBe(true);
        expect(new Set(turned.keys())).toEqual(after);
      }),
      { numRuns: 2000 },
    );
  });

  it("leaves the app out only where no file of its own folder and none that concerns all changed", () => {
    fc.assert(
      fc.property(graphs, folders, files, (graph, app, changed) => {
        const affected = affectedBy(graph, { known: true, files: changed }, concernsAll);
        if (unaffectedApp({ graph, app }, affected, { known: true, files: changed }) === null) return;
        expect(changed).not.toEqual([]);
        expect(changed.filter((file) => app === "." || file.startsWith(`${app}/`) || concernsAll(file))).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });
});

function planned(files: readonly string[], changes: Partial<Trigger> = {}, app: string | null = "services/api") {
  return planOf(input({ changedFiles: { known: true, files }, ...changes }, { packages: { graph: shop, app } }));
}

describe("the plan", () => {
  it("names every package, whether it is affected, and why", () => {
    expect(planned(["libs/money/a.ts"]).packages).toEqual([
      { path: ".", name: ".", affected: true, reason: "libs/money lies in it" },
      { path: "libs/http", name: "libs/http", affected: false, reason: "nothing changed in it or in what it needs" },
      { path: "libs/money", name: "libs/money", affected: true, reason: "libs/money/a.ts changed" },
      { path: "services/api", name: "services/api", affected: true, reason: "it needs libs/money" },
      { path: "services/web", name: "services/web", affected: false, reason: "nothing changed in it or in what it needs" },
    ]);
    expect(planSchema.parse(JSON.parse(planJson(planned(["libs/money/a.ts"]))))).toEqual(planned(["libs/money/a.ts"]));
  });

  it("runs nothing where only other packages changed", () => {
    const plan = planned(["services/web/a.ts"]);
    expect(running(plan)).toEqual([]);
    expect(stage(plan, "unit")).toMatchObject({
      decision: "skip",
      rule: "packages.unaffected",
      source: { file: "weir defaults (ci/plan/affected.ts)", line: null },
      reason: "no changed file is of package services/api or of one that it needs: services/web/a.ts",
    });
  });

  it.each([
    ["its own file", ["services/api/a.ts"]],
    ["a package that it needs", ["libs/http/a.ts"]],
    ["an unknown place", ["services/web/a.ts", "Makefile"]],
    ["a lockfile", ["services/web/package-lock.json"]],
    ["nothing", []],
  ])("runs everything for a change to %s", (_, files) => {
    expect(running(planned(files))).toEqual(running(planOf(input())));
  });

  it.each<[string, Partial<Trigger>, string]>([
    ["main", { branch: "main" }, "kind main runs everything"],
    ["a schedule", { branch: "development", event: "schedule" }, "a scheduled run runs everything"],
  ])("runs everything on %s, and says that all is affected", (_, changes, reason) => {
    const plan = planned(["services/web/a.ts"], changes);
    expect(running(plan)).toEqual(running(planOf(input(changes))));
    expect(plan.packages?.map((each) => [each.affected, each.reason])).toEqual(Array(5).fill([true, reason]));
  });

  it("runs everything where the app's folder is a link, or of no known package", () => {
    expect(running(planned(["services/web/a.ts"], {}, null))).not.toEqual([]);
    expect(running(planned(["services/web/a.ts"], {}, "elsewhere"))).not.toEqual([]);
    const plan = planOf(input({}, { packages: { graph: { known: false, reason: "Cargo.toml can't be read" }, app: "." } }));
    expect([plan.packages, plan.notes]).toEqual([undefined, ["every package counts as changed: Cargo.toml can't be read"]]);
  });

  it("runs what a person asks for, and what has path filters of its own", () => {
    const packages = { graph: shop, app: "services/api" };
    const changes = { changedFiles: { known: true, files: ["services/web/a.ts"] } } as const;
    expect(running(planOf(input(changes, { packages, selection: { only: ["unit"] } })))).toEqual(["install", "unit"]);
    const filtered = planOf(withPolicy(changes, { paths: { lint: ["services/**"], unit: ["nothing/**"] } }, { packages }));
    expect(running(filtered)).toEqual(["lint"]);
    expect(stage(filtered, "unit").rule).toBe("paths.unit");
  });

  it("says in text which packages are affected, and what is saved", () => {
    const plan = planned(["services/web/a.ts"]);
    expect(planNotes(plan)).toEqual([
      "packages: 2 of 5 are affected: . (services/web lies in it), services/web (services/web/a.ts changed)",
    ]);
    expect(planNotes(planned(["Makefile"]))).toEqual(["packages: all 5 are affected: Makefile lies in no package of its own"]);
    expect(planNotes(planned([]))).toEqual(["packages: none of 5 is affected"]);
    const took: Readonly<Record<string, number>> = { unit: 61_000, image: 1_500 };
    expect(savingNotes(plan, (name) => took[name] ?? null)).toEqual([
      "skipped for what changed: unit, image; they last took 62.5 s here",
    ]);
    expect(savingNotes(plan, () => null)).toEqual([]);
    expect([skipsByChange(plan), skipsByChange(planned(["services/api/a.ts"]))]).toEqual([true, false]);
    expect(savingNotes(planned(["services/api/a.ts"]), () => 1000)).toEqual([]);
  });

  it("prints no file name as it is", () => {
    expect(planNotes(planned(["\u001b[2J\u202e"])).join("")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  it("takes at most 5 ms for 200 packages and 1,000 files", () => {
    const many = Array.from({ length: 200 }, (_, index) =>
      described(
        `packages/p${index}`,
        ...[index - 1, index - 7, index >> 1].filter((each) => each >= 0).map((each) => `packages/p${each}`),
      ),
    );
    const graph = graphOf(many);
    const files = Array.from({ length: 1000 }, (_, index) => `packages/p${index % 200}/src/file${index}.ts`);
    const given = input({ changedFiles: { known: true, files } }, { packages: { graph, app: "packages/p199" } });
    const times = Array.from({ length: 30 }, () => {
      const start = performance.now();
      planOf(given);
      return performance.now() - start;
    });
    expect(running(planOf(given))).not.toEqual([]);
    expect(Math.min(...times)).toBeLessThan(5);
  });

  it("is the same, byte for byte", () => {
    expect(planJson(planned(["services/web/a.ts"]))).toBe(planJson(planned(["services/web/a.ts"])));
  });
});

describe("path filters", () => {
  it("let a stage run for what fits, for what concerns all, and where nobody can tell", () => {
    expect(concerns(["src/**"], { known: true, files: ["docs/a.md", "src/.hidden/a"] })).toBe(true);
    expect(concerns(["src/**"], { known: true, files: ["docs/a.md"] })).toBe(false);
    expect(concerns(["src/**"], { known: true, files: ["deep/down/Cargo.lock"] })).toBe(true);
    expect(concerns(["src/**"], { known: false, reason: "?" })).toBe(true);
  });
});
