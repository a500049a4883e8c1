import { describe, expect, it } from "vitest";
import { nameOfFolder } from "../../ci/config/normalise.ts";
import { catalogue } from "../../ci/stages/catalogue.ts";
import { loadFrom } from "./app.ts";

function configOf(weirYaml: string) {
  return loadFrom({ "weir.yaml": weirYaml }).config;
}

describe("nameOfFolder", () => {
  it.each([
    ["shop", "shop"],
    ["My App_2", "my-app-2"],
    ["Café", "cafe"],
    ["2024-shop-", "shop"],
    ["", "app"],
    ["漢字", "app"],
    ["a".repeat(80), "a".repeat(63)],
    [`${"a".repeat(62)}-b`, "a".repeat(62)],
  ])("%j is %j", (folder, name) => {
    expect(nameOfFolder(folder)).toBe(name);
  });
});

describe("defaults that follow other keys", () => {
  it("smoke tests and the performance stage use the health path", () => {
    const config = configOf("app: {health: /up}\n");
    expect(config.app.smoke).toEqual([{ path: "/up", status: 200, contains: null }]);
    expect(config.performance.path).toBe("/up");
    expect(configOf("app: {health: /up}\nperformance: {path: /search}\n").performance.path).toBe("/search");
  });

  it("a stage's services are those that name it, or those that it names", () => {
    const { stages } = configOf(`
services:
  db: {image: postgres:17, port: 5432}
  cache: {image: valkey:8, port: 6379, stages: [unit]}
stages: {e2e: {services: [cache]}, deploy: {services: []}}
`);
    expect(stages.unit.services).toEqual(["cache"]);
    expect(stages.integration.services).toEqual(["db"]);
    expect(stages.e2e.services).toEqual(["cache"]);
    expect(stages.deploy.services).toEqual([]);
  });

  it("every stage of the catalogue has an entry", () => {
    expect(Object.keys(configOf("").stages)).toEqual(catalogue.map(({ name }) => name));
  });
});

describe("branches", () => {
  it("are laid over the GitFlow table key by key", () => {
    const { branches } = configOf(
      'branches: {main: {patterns: [trunk]}, release: {patterns: ["release/**"], mergesInto: [main]}}\n',
    );
    expect(branches.map(({ kind }) => kind)).toEqual(["feature", "development", "main", "production", "hotfix", "release"]);
    expect(branches[2]).toEqual({
      kind: "main",
      patterns: ["trunk"],
      ref: "branch",
      mergesInto: ["production"],
      environment: "production",
    });
    expect(branches[5]).toEqual({
      kind: "release",
      patterns: ["release/**"],
      ref: "branch",
      mergesInto: ["main"],
      environment: null,
    });
  });

  it("tell no environment from one that is not said", () => {
    const { branches } = configOf("branches: {main: {environment: null}, feature: {mergesInto: []}}\n");
    expect(branches[2]?.environment).toBeNull();
    expect(branches[0]).toMatchObject({ mergesInto: [], environment: "development" });
  });

  it("that are disabled are gone, as what the table merges into is", () => {
    const { branches } = configOf("branches: {production: {disabled: true}}\n");
    expect(branches.map(({ kind, mergesInto }) => [kind, mergesInto])).toEqual([
      ["feature", ["development"]],
      ["development", ["main"]],
      ["main", []],
      ["hotfix", ["main"]],
    ]);
  });
});
