/** Which image names Weir makes itself from packages, and which are left to the engine and its registry. */
import { describe, expect, it } from "vitest";
import { shortReference } from "../../ci/engine/native/images.ts";
import { recipes } from "../../ci/engine/native/recipes.ts";

const digest = `sha256:${"0123456789abcdef".repeat(4)}`;

describe("a reference", () => {
  it.each([
    ["node:22", "node:22"],
    ["node", "node:latest"],
    ["docker.io/library/node:22", "node:22"],
    ["docker.io/node:22", "node:22"],
    ["library/node:22", "node:22"],
    [`node:22@${digest}`, "node:22"],
    [`docker.io/library/node@${digest}`, "node:latest"],
    ["docker.io/team/app:1", "team/app:1"],
    ["team/library/app:1", "team/library/app:1"],
    ["localhost:5000/node", "localhost:5000/node:latest"],
    ["localhost:5000/node:22", "localhost:5000/node:22"],
    ["ghcr.io/library/node:22", "ghcr.io/library/node:22"],
    ["quay.io/docker.io/library/node:22", "quay.io/docker.io/library/node:22"],
    [`node@sha256:abc`, "node@sha256:abc"],
  ])("%s is %s", (written, short) => {
    expect(shortReference(written)).toBe(short);
  });
});

/** The names that stand in a recipe's way through `shortReference`, as the engine's start has them. */
const recipeFor = (reference: string) => recipes.filter((recipe) => recipe.reference.test(shortReference(reference)));

describe("made from packages is", () => {
  it.each([
    ...["node:22", "node:22-slim", "node:22-bookworm", "node:22-bookworm-slim", "node:20.11.1-bookworm-slim", "node:22.3"],
    ...["docker.io/library/node:22", "library/node:22", `node:22-bookworm-slim@${digest}`],
    ...["golang:1.25", "golang:1.25-bookworm", "golang:1.24.3", "docker.io/golang:1.25"],
    ...["postgres:15", "postgres:15-bookworm", "postgres:15.4-bookworm"],
    ...["redis:7", "redis:7.0.15", "redis:7-bookworm"],
    ...["busybox:1.36", "busybox", "busybox:latest", "busybox:stable", "busybox:1.36-musl", "busybox:1.36.1", "busybox:1"],
    ...["debian:bookworm", "debian:bookworm-slim", "debian:12", "debian:12-slim"],
  ])("%s, by one recipe", (reference) => {
    expect(recipeFor(reference)).toHaveLength(1);
  });
});

describe("left to the engine is", () => {
  it.each([
    ...[
      "node",
      "node:latest",
      "node:lts",
      "node:22-alpine",
      "node:22-alpine3.20",
      "node:22-bullseye",
      "node:22-bookworm-slim-x",
      "node:22slim",
      "node:v22",
      "node:22.1.1.1",
    ],
    ...["mynode:22", "team/node:22", "ghcr.io/library/node:22", "localhost:5000/node:22", "node:22\n", "NODE:22"],
    ...["golang", "golang:1", "golang:1.25-alpine", "golang:latest", "golang:1.25rc1"],
    ...["postgres", "postgres:17", "postgres:16-bookworm", "postgres:15-alpine", "postgres:150"],
    ...["redis:8", "redis:6", "redis", "redis:7-alpine", "redis:70"],
    ...["busybox:2", "busybox:x", "busyboxer:1.36"],
    ...["debian", "debian:trixie", "debian:13", "debian:bookwormish", "ubuntu:24.04", "alpine", "scratch"],
  ])("%j", (reference) => {
    expect(recipeFor(reference)).toEqual([]);
  });
});
