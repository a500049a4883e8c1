/** Which toolchain an app is of. */
import { describe, expect, it } from "vitest";
import type { WeirInput } from "../../ci/config/schema.ts";
import { detectApp } from "../../ci/toolchains/index.ts";
import { configOf, filesOf } from "./files.ts";

const manifest = { "package.json": "{}" };
const module = { "go.mod": "module x\n" };
const detect = (texts: Readonly<Record<string, string>>, app: WeirInput["app"] = {}) =>
  detectApp(filesOf(texts), configOf({ app })).toolchain;

describe("an app", () => {
  it("is of the toolchain whose file it has", () => {
    expect(detect(manifest)).toBe("node");
    expect(detect(module)).toBe("go");
  });

  it("is of the toolchain that weir.yaml names, where it has the files of several", () => {
    expect(detect({ ...manifest, ...module }, { toolchain: "node" })).toBe("node");
    expect(detect({ ...manifest, ...module }, { toolchain: "go" })).toBe("go");
  });

  it("of no toolchain is refused with what was looked for", () => {
    expect(() => detect({ "README.md": "" })).toThrow(
      expect.objectContaining({
        code: "app.unknown",
        exitCode: 2,
        message: "the app's folder has no package.json and no go.mod",
        remedy: "name the app's folder with --source, or its folder and toolchain in weir.yaml (app.path, app.toolchain)",
      }),
    );
  });

  it("without the files of the toolchain that weir.yaml names is refused", () => {
    expect(() => detect(manifest, { toolchain: "go" })).toThrow(
      expect.objectContaining({ code: "app.unknown", message: "the app's folder has nothing of toolchain go" }),
    );
    expect(() => detect(manifest, { toolchain: "rust" })).toThrow(expect.objectContaining({ code: "app.unknown" }));
  });

  it("of several toolchains is refused until weir.yaml chooses", () => {
    expect(() => detect({ ...manifest, ...module })).toThrow(
      expect.objectContaining({
        code: "app.several",
        exitCode: 2,
        message: "the app's folder is both go and node",
        remedy: "choose one in weir.yaml: app: { toolchain: … }",
      }),
    );
  });

  it("with a broken package.json is refused for that, and not because of it where it is Go's", () => {
    expect(() => detect({ "package.json": "{" })).toThrow(expect.objectContaining({ code: "app.manifest" }));
    expect(detect({ "package.json": "{", ...module }, { toolchain: "go" })).toBe("go");
  });
});
