/** weir.yaml's stages laid over what a toolchain found. */
import { describe, expect, it } from "vitest";
import type { WeirInput } from "../../ci/config/schema.ts";
import { catalogue, type StageName } from "../../ci/stages/catalogue.ts";
import { commandOf } from "../../ci/toolchains/commands.ts";
import { node } from "../../ci/toolchains/node.ts";
import { configOf, filesOf } from "./files.ts";

const manifest = JSON.stringify({ scripts: { test: "vitest", lint: "eslint ." } });
const app = node.detect(filesOf({ "package.json": manifest }), ".", configOf())!;
const of = (stage: StageName, stages: WeirInput["stages"] = {}) => commandOf(stage, app, configOf({ stages }));

describe("a stage's command", () => {
  it("is the toolchain's where weir.yaml says nothing", () => {
    expect(of("lint")).toEqual({ ...app.commands.lint, env: {} });
  });

  it("is weir.yaml's, with the toolchain's reports", () => {
    expect(
      of("unit", {
        unit: {
          commands: [
            ["make", "test"],
            ["make", "more"],
          ],
        },
      }),
    ).toEqual({
      kind: "command",
      from: "weir.yaml stages.unit.commands",
      commands: [
        ["make", "test"],
        ["make", "more"],
      ],
      env: {},
      reports: (app.commands.unit as { reports: unknown }).reports,
    });
  });

  it("is weir.yaml's where the toolchain found none", () => {
    expect(of("build", { build: { commands: [["make"]] } })).toMatchObject({
      kind: "command",
      commands: [["make"]],
      reports: [],
    });
  });

  it("is absent where neither has one, whatever else weir.yaml says of the stage", () => {
    const reason = `package.json has no script "build"`;
    expect(of("build", { build: { env: { A: "1" }, timeout: "1m", reports: [{ kind: "junit", path: "x.xml" }] } })).toEqual({
      kind: "absent",
      reason,
    });
  });

  it("has weir.yaml's variables and reports in place of its own", () => {
    const reports = [{ kind: "lcov" as const, path: "out/lcov.info" }];
    expect(of("unit", { unit: { env: { A: "1" }, reports } })).toMatchObject({
      commands: [["npm", "run", "test"]],
      env: { A: "1" },
      reports,
    });
    expect(of("unit", { unit: { reports: [] } })).toMatchObject({ reports: [] });
  });

  it("has weir.yaml's value of a variable that the toolchain sets too", () => {
    const found = {
      ...app,
      commands: { ...app.commands, lint: { ...app.commands.lint, env: { A: "toolchain", B: "2" } } as never },
    };
    expect(commandOf("lint", found, configOf({ stages: { lint: { env: { A: "weir.yaml" } } } }))).toMatchObject({
      env: { A: "weir.yaml", B: "2" },
    });
  });

  it("is none for the stages that run no command of the app's", () => {
    const none = catalogue.map(({ name }) => name).filter((name) => of(name) === null);
    expect(none).toEqual(["coverage", "image", "smoke", "push", "deploy"]);
  });
});
