/**
 * The stages as data: names, order and what each needs. Plan and policy read this; how a stage acts is in the file
 * that bears its name beside this one (registry: index.ts).
 */

export type StageGroup = "build" | "test" | "quality" | "deploy";

export interface StageEntry {
  readonly name: string;
  readonly group: StageGroup;
  /** One line for help and docs. */
  readonly summary: string;
  /** Stages that must have passed (or been skipped by policy or absence) before it starts. */
  readonly needs: readonly string[];
  /**
   * What an app gets that has nothing for this stage to run: `skip` with the reason, or `fail`, because a check
   * that finds nothing must not look green.
   */
  readonly whenAbsent: "skip" | "fail";
}

export const catalogue = [
  { name: "install", group: "build", summary: "install the app's dependencies from its lockfile", needs: [], whenAbsent: "skip" },
  { name: "build", group: "build", summary: "compile the app", needs: ["install"], whenAbsent: "skip" },
  { name: "lint", group: "quality", summary: "run the app's linter", needs: ["install"], whenAbsent: "skip" },
  { name: "types", group: "quality", summary: "check the app's types", needs: ["install"], whenAbsent: "skip" },
  { name: "format", group: "quality", summary: "check the app's formatting", needs: ["install"], whenAbsent: "skip" },
  { name: "unit", group: "test", summary: "run the unit tests", needs: ["install"], whenAbsent: "fail" },
  {
    name: "coverage",
    group: "quality",
    summary: "hold the unit tests' coverage against its bar",
    needs: ["unit"],
    whenAbsent: "fail",
  },
  {
    name: "integration",
    group: "test",
    summary: "run the integration tests with the app's services",
    needs: ["build"],
    whenAbsent: "skip",
  },
  { name: "image", group: "build", summary: "build the app's container image", needs: ["build"], whenAbsent: "skip" },
  {
    name: "smoke",
    group: "test",
    summary: "start the image with its services and see that it answers",
    needs: ["image"],
    whenAbsent: "skip",
  },
  {
    name: "e2e",
    group: "test",
    summary: "run the end-to-end tests against the running image",
    needs: ["smoke"],
    whenAbsent: "skip",
  },
  {
    name: "performance",
    group: "test",
    summary: "load the running image and hold its latency against limits",
    needs: ["smoke"],
    whenAbsent: "skip",
  },
  {
    name: "push",
    group: "build",
    summary: "push the image by digest to the registry",
    needs: ["image", "lint", "types", "format", "unit", "coverage", "integration", "smoke", "e2e", "performance"],
    whenAbsent: "skip",
  },
  {
    name: "deploy",
    group: "deploy",
    summary: "start the release with its services and smoke-test it",
    needs: ["push"],
    whenAbsent: "skip",
  },
] as const satisfies readonly StageEntry[];

export type StageName = (typeof catalogue)[number]["name"];
