/** What an app has in for each stage, and the images that its stages run on. */
import { describe, expect, it } from "vitest";
import type { Config, WeirInput } from "../../ci/config/schema.ts";
import type { Plan } from "../../ci/plan/plan.ts";
import { catalogue, type StageName } from "../../ci/stages/catalogue.ts";
import { appOf, availabilityOf, type App } from "../../ci/toolchains/availability.ts";
import { imagesOf } from "../../ci/toolchains/images.ts";
import { detectApp } from "../../ci/toolchains/index.ts";
import { configOf, filesOf } from "./files.ts";

type Texts = Readonly<Record<string, string>>;

const scripts = {
  build: "x",
  lint: "x",
  typecheck: "x",
  "format:check": "x",
  "test:unit": "x",
  "test:integration": "x",
  "test:e2e": "x",
  start: "node a.js",
};
const complete = { "package.json": JSON.stringify({ scripts }) };
const library = { "package.json": JSON.stringify({ scripts: { test: "x" } }) };
const dockerfile = { Dockerfile: "FROM node:20-bookworm-slim\nCOPY --from=golang:1.25 /a /a\n" };

function read(texts: Texts, weir: WeirInput = {}): { app: App; config: Config } {
  const config = configOf(weir);
  const files = filesOf(texts);
  return { app: appOf(files, config, detectApp(files, config)), config };
}

describe("an app's Dockerfile", () => {
  it("is the one in its folder", () => {
    expect(read({ ...complete, ...dockerfile }).app).toMatchObject({
      dockerfile: "Dockerfile",
      dockerfileText: dockerfile.Dockerfile,
    });
  });

  it("is the one that weir.yaml names", () => {
    const texts = { ...complete, ...dockerfile, "build/prod.Dockerfile": "FROM redis:7\n" };
    expect(read(texts, { app: { dockerfile: "build/prod.Dockerfile" } }).app).toMatchObject({
      dockerfile: "build/prod.Dockerfile",
      dockerfileText: "FROM redis:7\n",
    });
  });

  it("is none where there is none", () => {
    expect(read(complete).app).toMatchObject({ dockerfile: null, dockerfileText: "" });
  });
});

describe("what the stages have to run", () => {
  const available = (texts: Texts, weir: WeirInput = {}) => {
    const { app, config } = read(texts, weir);
    return availabilityOf(app, config);
  };

  it("is everything in an app that has it all", () => {
    expect(available(complete)).toEqual({});
    expect(available({ ...complete, ...dockerfile })).toEqual({});
  });

  it("is named with its reason where it is missing", () => {
    expect(available({ ...library, ...dockerfile })).toEqual({
      build: { available: false, reason: `package.json has no script "build"` },
      lint: { available: false, reason: `package.json has no script "lint"` },
      types: { available: false, reason: expect.stringContaining(`no script "typecheck"`) },
      format: { available: false, reason: expect.stringContaining(`no script "format:check"`) },
      integration: { available: false, reason: `package.json has no script "test:integration" or "integration"` },
      e2e: { available: false, reason: `package.json has no script "test:e2e" or "e2e"` },
    });
  });

  it("needs a load test in no app, since Weir has its own", () => {
    expect(available(complete)).not.toHaveProperty("performance");
  });

  it("is no image, and nothing that needs one, in a library", () => {
    const reason = "there is no Dockerfile, and nothing that Weir sees starts the app";
    const found = available(library);
    for (const stage of ["image", "smoke", "e2e", "performance", "push", "deploy"] as const)
      expect(found[stage]).toEqual({ available: false, reason });
    expect(found.unit).toBeUndefined();
  });

  it("is what weir.yaml gives, in place of what the app lacks", () => {
    const commands = [["make"]];
    expect(available(library, { stages: { build: { commands }, lint: { commands } } })).not.toHaveProperty("build");
  });
});

describe("the images of a plan", () => {
  const names = catalogue.map(({ name }) => name);
  const planOf = (...running: readonly StageName[]) =>
    ({ stages: names.map((name) => ({ name, decision: running.includes(name) ? "run" : "skip" })) }) as unknown as Plan;
  const images = (running: readonly StageName[], texts: Texts, weir: WeirInput = {}) => {
    const { app, config } = read(texts, weir);
    return imagesOf(planOf(...running), app, config);
  };
  const services = {
    database: { image: "postgres:15", port: 5432 },
    cache: { image: "redis:7", port: 6379, stages: ["deploy" as const] },
  };

  it("are none where nothing runs", () => {
    expect(images([], complete)).toEqual([]);
  });

  it("are the toolchain's and Weir's own shell for plain stages", () => {
    expect(images(["install", "unit"], complete)).toEqual(["busybox:1.36", "node:22-bookworm-slim"]);
  });

  it("are the Dockerfile's too where the image is built", () => {
    expect(images(["install", "image"], { ...complete, ...dockerfile })).toEqual([
      "busybox:1.36",
      "node:22-bookworm-slim",
      "node:20-bookworm-slim",
      "golang:1.25",
    ]);
    expect(images(["install"], { ...complete, ...dockerfile })).not.toContain("golang:1.25");
  });

  it("are the base of the image that Weir makes, and not scratch", () => {
    expect(images(["image"], complete)).toEqual(["busybox:1.36", "node:22-bookworm-slim", "node:22-bookworm-slim"]);
    expect(images(["image"], { "go.mod": "module x\n", "main.go": "package main\n" })).toEqual([
      "busybox:1.36",
      "golang:1.25-bookworm",
    ]);
  });

  it("are those of the services that a stage that runs is started with", () => {
    expect(images(["unit"], complete, { services })).not.toContain("postgres:15");
    expect(images(["integration"], complete, { services })).toContain("postgres:15");
    expect(images(["integration"], complete, { services })).not.toContain("redis:7");
    expect(images(["deploy"], complete, { services })).toEqual(expect.arrayContaining(["postgres:15", "redis:7"]));
  });

  it("are the load generator's too where the app has no load test of its own", () => {
    expect(images(["performance"], complete)).toContain("golang:1.25-bookworm");
    expect(images(["performance"], complete, { stages: { performance: { commands: [["k6"]] } } })).not.toContain(
      "golang:1.25-bookworm",
    );
    expect(images(["smoke"], complete)).not.toContain("golang:1.25-bookworm");
  });
});
