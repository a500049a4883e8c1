/** The images that a Dockerfile begins from, in every way in which Dockerfiles are written. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { baseImages } from "../../ci/toolchains/dockerfile.ts";

const lines = (...all: readonly string[]) => baseImages(all.join("\n"));
const digest = `sha256:${"a".repeat(64)}`;

describe("FROM", () => {
  it.each<[string, string, string[]]>([
    ["a plain image", "FROM node:22", ["node:22"]],
    ["in lower case", "from node:22 as build", ["node:22"]],
    ["indented, with tabs", " \tFROM\tnode:22\tAS\tbuild", ["node:22"]],
    ["over several lines", "FROM \\\n  node:22 \\\n  AS build", ["node:22"]],
    ["with a platform", "FROM --platform=$BUILDPLATFORM node:22 AS build", ["node:22"]],
    ["with a fixed platform", "FROM --platform=linux/amd64 node:22", ["node:22"]],
    ["with a digest", `FROM node:22@${digest}`, [`node:22@${digest}`]],
    ["from a registry with a port", "FROM localhost:5000/team/app:1", ["localhost:5000/team/app:1"]],
    ["in quotes", `FROM "node:22"`, ["node:22"]],
    ["nothing", "FROM scratch", []],
    ["without a name", "FROM", []],
    ["the same twice", "FROM node:22\nFROM node:22", ["node:22"]],
  ])("%s", (_how, text, wanted) => {
    expect(baseImages(text)).toEqual(wanted);
  });

  it("takes no stage of its own for an image", () => {
    expect(lines("FROM node:22 AS Build", "FROM build AS test", "FROM BUILD")).toEqual(["node:22"]);
  });

  it("takes an image for what it is where a stage of the same name comes only now", () => {
    expect(lines("FROM node AS node", "FROM node")).toEqual(["node"]);
  });
});

describe("ARG", () => {
  it.each<[string, string, string[]]>([
    ["a default", "ARG V=22\nFROM node:$V", ["node:22"]],
    ["a default in braces", "ARG V=22\nFROM node:${V}-slim", ["node:22-slim"]],
    ["a default in double quotes", `ARG IMAGE="node:22"\nFROM \${IMAGE}`, ["node:22"]],
    ["a default in single quotes", `ARG IMAGE='node:22'\nFROM $IMAGE`, ["node:22"]],
    ["a default made of another", "ARG V=22\nARG IMAGE=node:${V}\nFROM $IMAGE", ["node:22"]],
    ["several in one line", `ARG NAME=node V="22"\nFROM $NAME:$V`, ["node:22"]],
    ["a default in the reference", "FROM node:${V:-22}", ["node:22"]],
    ["a default in the reference, without the colon", "FROM node:${V-22}", ["node:22"]],
    ["an empty default and one in the reference", "ARG V=\nFROM node:${V:-22}", ["node:22"]],
    ["a default before the one in the reference", "ARG V=20\nFROM node:${V:-22}", ["node:20"]],
    ["the later of two", "ARG V=20\nARG V=22\nFROM node:$V", ["node:22"]],
    ["a registry in front", "ARG REGISTRY=\nFROM ${REGISTRY}node:22", ["node:22"]],
    ["a stage's name", "ARG S=build\nFROM node:22 AS build\nFROM $S", ["node:22"]],
  ])("fills in %s", (_what, text, wanted) => {
    expect(baseImages(text)).toEqual(wanted);
  });

  it.each([
    "FROM $IMAGE",
    "ARG IMAGE\nFROM $IMAGE",
    "ARG V\nFROM node:$V",
    "ARG V=\nFROM node:$V",
    "ARG V=1\nFROM node:22${V:+-slim}",
    "FROM node:22-$TARGETARCH",
    "FROM ${A:-${B:-node:22}}",
    "FROM ${",
    "ARG V='$X'\nFROM node:$V",
  ])("leaves out what no default completes: %j", (text) => {
    expect(baseImages(text)).toEqual([]);
  });

  it("of a stage fills in nothing after it", () => {
    expect(lines("FROM node:22", "ARG V=1.25", "FROM golang:$V")).toEqual(["node:22"]);
  });
});

describe("COPY and RUN", () => {
  it("name images as well as stages", () => {
    const text = [
      "FROM node:22 AS build",
      "copy --from=build /a /a",
      "COPY --chown=1 --from=redis:7 /b /b",
      "COPY --from=0 /c /c",
      "COPY . .",
    ];
    expect(lines(...text)).toEqual(["node:22", "redis:7"]);
  });

  it.each(["COPY --from=$X a b", "COPY --from=scratch a b", "COPY --from= a b", "COPY --from a b"])("name none in %j", (copy) => {
    expect(lines("FROM node:22", copy)).toEqual(["node:22"]);
  });

  it("name images in mounts", () => {
    expect(
      lines(
        "FROM node:22 AS deps",
        "FROM node:22",
        "RUN --mount=type=bind,from=golang:1.25,target=/go --mount=from=deps,target=/d make",
      ),
    ).toEqual(["node:22", "golang:1.25"]);
    expect(lines("FROM node:22", "RUN --mount=type=cache,target=/root/.npm npm ci", "RUN echo --mount=from=x:1")).toEqual([
      "node:22",
    ]);
  });
});

describe("what is no instruction", () => {
  it.each<[string, string, string[]]>([
    ["comments", "# FROM bad:1\nFROM node:22", ["node:22"]],
    [
      "a comment between the lines of one instruction",
      "FROM node:22\nRUN a \\\n# FROM bad:1\n  b\nFROM redis:7",
      ["node:22", "redis:7"],
    ],
    ["a heredoc", "FROM node:22\nRUN <<EOF\nFROM bad:1\nEOF\nFROM redis:7", ["node:22", "redis:7"]],
    ["a heredoc with a quoted end", `FROM node:22\nRUN <<"EOF" bash\nFROM bad:1\nEOF\n`, ["node:22"]],
    ["a heredoc with tabs", "FROM node:22\nRUN <<-EOF\n\tFROM bad:1\n\tEOF\nFROM redis:7", ["node:22", "redis:7"]],
    ["two heredocs", "FROM node:22\nRUN cat <<A && cat <<B\nFROM bad:1\nA\nFROM bad:2\nB\nFROM redis:7", ["node:22", "redis:7"]],
    ["a file in a heredoc", "FROM node:22\nCOPY <<A /Dockerfile\nFROM bad:1\nA\n", ["node:22"]],
    ["the syntax directive", "# syntax=docker/dockerfile:1\nFROM node:22", ["node:22"]],
    ["the escape directive", "# escape=`\nFROM node:22 `\n AS build\nFROM build", ["node:22"]],
    ["a byte order mark", "\uFEFFFROM node:22", ["node:22"]],
    [
      "lines that end as on Windows",
      "ARG V=22\r\nFROM node:$V AS build\r\nFROM build\r\nCOPY --from=redis:7 a b\r\n",
      ["node:22", "redis:7"],
    ],
    ["nothing", "", []],
    ["another text", "{ not a Dockerfile", []],
  ])("%s", (_what, text, wanted) => {
    expect(baseImages(text)).toEqual(wanted);
  });
});

describe("any text", () => {
  const word = fc.oneof(
    fc.constantFrom(
      "FROM",
      "ARG",
      "COPY",
      "RUN",
      "AS",
      "--from=",
      "--platform=",
      "--mount=",
      "from=",
      "<<EOF",
      "EOF",
      "\\",
      "\n",
      "\r\n",
      "# escape=`",
      "$V",
      "${",
      "}",
      "${V:-",
      "=",
      '"',
      "'",
      "node:22",
      "scratch",
      "\t",
      "ONBUILD",
      ",",
    ),
    fc.string({ unit: "binary", maxLength: 5 }),
  );

  it("is answered with references that hold no blank, quote or variable", () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 40 }), fc.constantFrom("", " ", "\n"), (words, between) => {
        for (const image of baseImages(words.join(between))) expect(image).toMatch(/^[^\s"'$]+$/);
      }),
      { numRuns: 2000 },
    );
  });

  it("is answered soon, however long it is", () => {
    const started = performance.now();
    expect(baseImages(`FROM node:22\n${"RUN echo hello \\\n  world\n".repeat(5000)}`)).toEqual(["node:22"]);
    baseImages(`ARG A=${"$A".repeat(50_000)}\nFROM ${"${".repeat(50_000)}`);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
