/** The command line's words: every flag reaches its command, and every mistake is told with what was meant. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CommanderError } from "commander";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { configCheck, configSchema } from "../../ci/commands/config.ts";
import { engineCommand, engineLogs, enginePrune } from "../../ci/commands/engine.ts";
import { explainCommand, planCommand } from "../../ci/commands/plan.ts";
import { runCommand } from "../../ci/commands/run.ts";
import { ExitCode, infrastructureError, usageError, WeirError } from "../../ci/errors.ts";
import { catalogue } from "../../ci/stages/catalogue.ts";
import { version } from "../../ci/version.ts";
import { commands, parse, reportError, signal } from "./program.ts";

vi.mock("../../ci/commands/run.ts", () => ({ runCommand: vi.fn() }));
vi.mock("../../ci/commands/plan.ts", () => ({ planCommand: vi.fn(), explainCommand: vi.fn() }));
vi.mock("../../ci/commands/config.ts", () => ({ configCheck: vi.fn(), configSchema: vi.fn() }));
vi.mock("../../ci/commands/engine.ts", () => ({ engineCommand: vi.fn(), engineLogs: vi.fn(), enginePrune: vi.fn() }));

beforeEach(() => {
  vi.resetAllMocks();
  vi.mocked(runCommand).mockResolvedValue(ExitCode.stageFailed);
  vi.mocked(planCommand).mockResolvedValue(ExitCode.passed);
  vi.mocked(explainCommand).mockResolvedValue(ExitCode.passed);
  vi.mocked(configCheck).mockReturnValue(ExitCode.passed);
  vi.mocked(configSchema).mockReturnValue(ExitCode.passed);
  vi.mocked(engineCommand).mockResolvedValue(ExitCode.passed);
  vi.mocked(engineLogs).mockReturnValue(ExitCode.passed);
  vi.mocked(enginePrune).mockResolvedValue(ExitCode.passed);
});

const triggerFlags = ["--event", "pull-request", "--branch", "feature/x", "--tag", "v1", "--target", "development", "--fork"];
const trigger = { event: "pull-request", branch: "feature/x", tag: "v1", target: "development", fork: true };
const selectionFlags = [
  "--only",
  "unit,lint",
  "--only",
  "types",
  "--until",
  "image",
  "--from",
  "build",
  "--skip",
  "e2e,performance",
];
const selection = { only: ["unit", "lint", "types"], until: "image", from: "build", skip: ["e2e", "performance"] };

describe("weir run", () => {
  it("takes all its flags, and gives the pipeline's exit code", async () => {
    expect(await parse("run", "--source", "app", ...triggerFlags, ...selectionFlags, "--fresh", "--quiet", "--json")).toEqual({
      code: ExitCode.stageFailed,
      stdout: "",
      stderr: "",
    });
    expect(runCommand).toHaveBeenCalledWith(
      { source: "app", ...trigger, ...selection, fresh: true, quiet: true, json: true },
      signal,
    );
  });

  it("needs none", async () => {
    await parse("run");
    expect(runCommand).toHaveBeenCalledWith({ source: "." }, signal);
  });

  it("takes short flags, and values after =", async () => {
    await parse("run", "-s", "a b", "-q", "--only=unit", "--branch=-x");
    expect(runCommand).toHaveBeenCalledWith({ source: "a b", quiet: true, only: ["unit"], branch: "-x" }, signal);
  });
});

describe("weir plan and weir explain", () => {
  it("take the flags of a run that decide", async () => {
    await parse("plan", "-s", "app", ...triggerFlags, ...selectionFlags);
    expect(planCommand).toHaveBeenCalledWith({ source: "app", ...trigger, ...selection });
    await parse("explain", "deploy", "-s", "app", ...triggerFlags, ...selectionFlags);
    expect(explainCommand).toHaveBeenCalledWith("deploy", { source: "app", ...trigger, ...selection });
  });

  it.each(["json", "graph", "all"])("print the plan as --%s", async (flag) => {
    await parse("plan", `--${flag}`);
    expect(planCommand).toHaveBeenCalledWith({ source: ".", [flag]: true });
  });

  it.each([
    ["--json", "--graph"],
    ["--graph", "--all"],
    ["--all", "--json"],
  ])("print it in one way alone: not as %s and %s", async (one, other) => {
    const { code, stderr } = await parse("plan", one, other);
    expect(code).toBe(ExitCode.usage);
    expect(stderr).toMatch(/error: option '--\w+' cannot be used with option '--\w+'/);
    expect(planCommand).not.toHaveBeenCalled();
  });
});

describe("weir config", () => {
  it("takes its flags", async () => {
    await parse("config", "check", "--source", "app");
    expect(configCheck).toHaveBeenCalledWith({ source: "app" });
    await parse("config", "schema");
    expect(configSchema).toHaveBeenCalledWith({ file: "weir" });
    await parse("config", "schema", "--file", "alerts");
    expect(configSchema).toHaveBeenCalledWith({ file: "alerts" });
  });
});

describe("weir engine", () => {
  it.each(["up", "status", "down"] as const)("%s takes its flags", async (name) => {
    await parse("engine", name);
    expect(engineCommand).toHaveBeenCalledWith(name, {});
    await parse("engine", name, "--json");
    expect(engineCommand).toHaveBeenCalledWith(name, { json: true });
  });

  it("logs and prune take theirs", async () => {
    await parse("engine", "logs");
    expect(engineLogs).toHaveBeenCalledWith({ lines: 100 });
    await parse("engine", "logs", "-n", "5");
    expect(engineLogs).toHaveBeenCalledWith({ lines: 5 });
    await parse("engine", "prune", "--all");
    expect(enginePrune).toHaveBeenCalledWith({ all: true });
  });
});

describe("a mistake", () => {
  it.each<[string[], string, string]>([
    [["rnu"], "error: unknown command 'rnu'", "(Did you mean run?)"],
    [["pln"], "error: unknown command 'pln'", "(Did you mean plan?)"],
    [["config", "chekc"], "error: unknown command 'chekc'", "(Did you mean check?)"],
    [["engine", "stauts"], "error: unknown command 'stauts'", "(Did you mean status?)"],
    [["run", "--onyl", "unit"], "error: unknown option '--onyl'", "(Did you mean --only?)"],
    [["plan", "--brnach", "x"], "error: unknown option '--brnach'", "(Did you mean --branch?)"],
    [["engine", "up", "--jsno"], "error: unknown option '--jsno'", "(Did you mean --json?)"],
  ])("in %j is told with what was meant", async (argv, wrong, meant) => {
    const { code, stderr, stdout } = await parse(...argv);
    expect([code, stdout]).toEqual([ExitCode.usage, ""]);
    expect(stderr).toContain(`${wrong}\n${meant}\n`);
    expect(stderr).toContain("(weir --help shows what there is)");
  });

  it.each<[string[], string]>([
    [["utterly-different"], "error: unknown command 'utterly-different'"],
    [["run", "--zzzzzz"], "error: unknown option '--zzzzzz'"],
    [["run", "-x"], "error: unknown option '-x'"],
    [["run", "app"], "error: too many arguments for 'run'. Expected 0 arguments but got 1"],
    [["explain"], "error: missing required argument 'stage'"],
    [["explain", "a", "b"], "error: too many arguments for 'explain'"],
    [["run", "--only"], "error: option '--only <stages>' argument missing"],
    [
      ["run", "--only", ""],
      "error: option '--only <stages>' argument '' is invalid. Name one or more stages, with commas between them.",
    ],
    [["run", "--skip", ",,"], "error: option '--skip <stages>' argument ',,' is invalid."],
    [["run", "--source"], "error: option '-s, --source <folder>' argument missing"],
    [["run", "--event", "bogus"], "error: option '--event <event>' argument 'bogus' is invalid. Allowed choices are "],
    [["config", "schema", "--file", "x"], "Allowed choices are weir, environment, alerts."],
  ])("in %j ends with exit code 2", async (argv, wrong) => {
    const { code, stderr } = await parse(...argv);
    expect(code).toBe(ExitCode.usage);
    expect(stderr).toContain(wrong);
    for (const command of [runCommand, planCommand, explainCommand, configSchema]) expect(command).not.toHaveBeenCalled();
  });

  it.each([[], ["engine"], ["config"]])("of leaving a command out in %j shows what there is", async (...argv) => {
    const { code, stderr } = await parse(...argv);
    expect(code).toBe(ExitCode.usage);
    expect(stderr).toContain(`Usage: ${["weir", ...argv].join(" ")} `);
    expect(stderr).toContain("Commands:");
  });
});

describe("help", () => {
  it.each([...commands().keys()])("of %s says what it does, and what each of its flags does", async (words) => {
    const { code, stdout, stderr } = await parse(...words.split(" ").slice(1), "--help");
    expect([code, stderr]).toEqual([ExitCode.passed, ""]);
    expect(stdout).toContain(`Usage: ${words} `);
    const command = commands().get(words)!;
    expect(command.description()).not.toBe("");
    for (const option of command.options) expect([option.flags, option.description === ""]).toEqual([option.flags, false]);
    for (const option of command.options) expect(stdout).toContain(option.flags);
  });

  it("of each command has an example, which is one of its own", async () => {
    const found: string[] = [];
    for (const words of commands().keys()) {
      const { stdout } = await parse(...words.split(" ").slice(1), "--help");
      const shown = stdout.split("\nExamples:\n")[1]?.trimEnd().split("\n") ?? [];
      for (const line of shown) expect(line).toMatch(new RegExp(`^ {2}\\$ ${words}( |$)`));
      if (shown.length === 0) found.push(words);
    }
    expect(found).toEqual([]);
  });

  it("of weir shows all commands and examples", async () => {
    const { code, stdout } = await parse("--help");
    expect(code).toBe(ExitCode.passed);
    for (const word of ["run", "plan", "explain", "config", "engine"]) expect(stdout).toMatch(new RegExp(`^  ${word}\\b`, "m"));
    expect(stdout).toContain("\nExamples:\n  $ weir run\n");
  });

  it("of weir run names every stage", async () => {
    expect((await parse("run", "--help")).stdout).toContain(`Stages: ${catalogue.map(({ name }) => name).join(", ")}.`);
  });

  it("shows examples that can be parsed", async () => {
    for (const words of commands().keys()) {
      const { stdout } = await parse(...words.split(" ").slice(1), "--help");
      for (const line of stdout.split("\nExamples:\n")[1]?.trimEnd().split("\n") ?? []) {
        const argv = line
          .replace(/^ *\$ weir /, "")
          .replace(/ >.*$/, "")
          .split(" ");
        // As far as the words: those of other commands would act.
        if (!/^(run|plan|explain|config|engine)$/.test(argv[0] ?? "")) continue;
        expect([line, (await parse(...argv)).stderr]).toEqual([line, ""]);
      }
    }
  });
});

describe("the version", () => {
  it("is package.json's", async () => {
    const manifest = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8")) as { version: string };
    expect(version).toBe(manifest.version);
    for (const flag of ["--version", "-V"])
      expect(await parse(flag)).toEqual({ code: ExitCode.passed, stdout: `${version}\n`, stderr: "" });
  });
});

describe("an error", () => {
  const report = (error: unknown): [ExitCode, string] => {
    let said = "";
    return [reportError(error, (text) => (said += text)), said];
  };

  it("of the user's shows what happened, what to do, and its code", () => {
    expect(report(usageError("app.unknown", "there is no app", "name one"))).toEqual([
      ExitCode.usage,
      "weir: there is no app\n  → name one [app.unknown]\n",
    ]);
    expect(report(infrastructureError("engine.dead", "it is dead", "start it"))[0]).toBe(ExitCode.infrastructure);
    expect(report(new WeirError("x", "m", "r", ExitCode.denied))[0]).toBe(ExitCode.denied);
  });

  it("of the command line was shown already", () => {
    expect(report(new CommanderError(1, "commander.unknownOption", "x"))).toEqual([ExitCode.usage, ""]);
    expect(report(new CommanderError(0, "commander.help", "x"))).toEqual([ExitCode.passed, ""]);
  });

  it("of Weir's own says so, with where it happened", () => {
    const [code, said] = report(new TypeError("x is not a function"));
    expect(code).toBe(ExitCode.infrastructure);
    expect(said).toMatch(/^weir: a fault of Weir's own: TypeError: x is not a function\n {4}at /);
    expect(said).toMatch(/\n {2}→ please report it with these lines\n$/);
    expect(report("thrown")[1]).toContain("a fault of Weir's own: thrown\n");
    expect(report(undefined)[1]).toContain("a fault of Weir's own: undefined\n");
  });

  it("that a command throws reaches the process's exit code", async () => {
    vi.mocked(planCommand).mockRejectedValue(usageError("source.missing", "there is no folder x", "name it"));
    expect(await parse("plan", "-s", "x")).toEqual({
      code: ExitCode.usage,
      stdout: "",
      stderr: "weir: there is no folder x\n  → name it [source.missing]\n",
    });
  });
});
