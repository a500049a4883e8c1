/** What a stage executes, executed for real: run.sh and all that it leaves of a command. */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runCommands } from "../../ci/stages/run-commands.ts";
import type { StageOutcome } from "../../ci/stages/stage.ts";
import type { Argv, ReportFile } from "../../ci/toolchains/toolchain.ts";
import { busybox, shells, type Shell } from "./busybox.ts";
import { emptyContainer, folderEngine, type FolderEngine } from "./folder-engine.ts";

const sh = (script: string, ...more: readonly string[]): Argv => ["sh", "-c", script, ...more];

async function run(engine: FolderEngine, commands: readonly Argv[], reports: readonly ReportFile[] = []): Promise<StageOutcome> {
  return runCommands(engine.context, "unit", emptyContainer, { commands, reports });
}

/** A known fault of run.sh: the test fails until it is mended, and says so once it is. */
const known = it;

const logOf = ({ log }: StageOutcome): string => readFileSync(log!, "utf8");

it.skipIf(busybox === null)("the tests below are run with busybox itself too", () => {
  expect(shells.map(({ name }) => name)).toContain("busybox itself");
});

describe.each(shells)("with $name, a command", { timeout: 60_000, concurrent: true }, (shell: Shell) => {
  const start = (timeout = "1m", env: Readonly<Record<string, string>> = {}) =>
    folderEngine({ shell, weir: { stages: { unit: { timeout } } }, env });

  it("that passes leaves its log, in the order in which it wrote, and its name and time", async () => {
    const engine = start();
    const before = Date.now();
    const outcome = await run(engine, [sh("echo one; echo two >&2; sleep 0.2; echo three")]);
    expect(outcome).toMatchObject({ status: "passed", reason: null, exitCode: 0, reports: [] });
    expect(logOf(outcome)).toBe("$ sh -c echo one; echo two >&2; sleep 0.2; echo three\none\ntwo\nthree\n");
    expect(outcome.execution!.id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(outcome.execution!.startedAt).toBeGreaterThan(before - 1000);
    expect(outcome.execution!.startedAt).toBeLessThanOrEqual(Date.now());
    expect(outcome.execution!.ranMs).toBeGreaterThanOrEqual(180);
    expect(engine.last()).toEqual({ stdout: logOf(outcome), stderr: "", exitCode: 0 });
  });

  it("bears another name each time it is executed", async () => {
    const [one, other] = [await run(start(), [sh(":")]), await run(start(), [sh(":")])];
    expect(one.execution!.id).not.toBe(other.execution!.id);
  });

  it.each([1, 2, 77, 124, 125, 126, 127, 128, 255])(
    "that ends with exit code %i has failed with it, and the container has not",
    async (code) => {
      const outcome = await run(start(), [sh(`echo before; exit ${String(code)}`)]);
      expect(outcome).toMatchObject({ status: "failed", exitCode: code, reason: `exit code ${String(code)}` });
      expect(logOf(outcome)).toMatch(/\nbefore\n$/);
    },
  );

  it.each([
    ["KILL", 137],
    ["TERM", 143],
    ["SEGV", 139],
    ["ABRT", 134],
  ])("that dies of SIG%s has failed with %i", async (signal, code) => {
    expect(await run(start(), [sh(`kill -${signal} $$`)])).toMatchObject({ status: "failed", exitCode: code });
  });

  it("that is missing has failed with 127, and says so", async () => {
    const outcome = await run(start(), [["no-such-program", "x"]]);
    expect(outcome).toMatchObject({ status: "failed", exitCode: 127 });
    expect(logOf(outcome)).toMatch(/^\$ no-such-program x\n.*(not found|No such file)/);
  });

  it("that may not be executed has failed with 126", async () => {
    const engine = start();
    writeFileSync(join(engine.src, "program"), "#!/bin/sh\n");
    chmodSync(join(engine.src, "program"), 0o644);
    expect(await run(engine, [["./program"]])).toMatchObject({ status: "failed", exitCode: 126 });
  });

  it("has nothing to read, so that none waits for an answer", async () => {
    expect(logOf(await run(start(), [["cat"], sh("read -r line || echo nothing to read")]))).toMatch(/nothing to read\n$/);
  });

  it("runs in the working folder with the container's variables", async () => {
    const engine = start("1m", { GREETING: "a b\n*" });
    expect(logOf(await run(engine, [sh(`pwd; printf '%s' "$GREETING"`)]))).toContain(`${engine.src}\na b\n*`);
  });

  it("that takes too long is ended, and said to be", async () => {
    const outcome = await run(start("1s"), [sh("echo begun; exec sleep 30"), sh("echo second")]);
    expect(outcome).toMatchObject({ status: "failed", reason: "did not end within 1 s", exitCode: 143 });
    expect(logOf(outcome)).toMatch(
      /^\$ sh -c echo begun; exec sleep 30\nbegun\n(Terminated\n)?weir: ended after 1 s, the stage's timeout\n$/,
    );
    expect(outcome.execution!.ranMs).toBeLessThan(20_000);
  });

  it("that does not heed SIGTERM is killed five seconds later", async () => {
    const outcome = await run(start("1s"), [
      [process.execPath, "-e", "process.on('SIGTERM', () => console.log('no')); setInterval(() => 1, 1000)"],
    ]);
    expect(outcome).toMatchObject({ status: "failed", reason: "did not end within 1 s", exitCode: 137 });
    expect(logOf(outcome)).toContain("no\n");
  });

  known("that takes too long has failed, even where it ends with exit code 0 when it is told to end", async () => {
    const outcome = await run(start("1s"), [
      [process.execPath, "-e", "process.on('SIGTERM', () => process.exit(0)); setInterval(() => 1, 1000)"],
    ]);
    expect(outcome).toMatchObject({ status: "failed", reason: "did not end within 1 s" });
  });

  known("has the container's variables, whatever the script calls its own", async () => {
    const env = Object.fromEntries(
      ["b", "out", "seconds", "reports", "before", "up", "rest", "code", "now", "size", "n", "report"].map((name) => [
        name,
        `own ${name}`,
      ]),
    );
    const outcome = await run(start("1m", env), [["env"], ["env"]]);
    for (const [name, value] of Object.entries(env))
      expect(
        logOf(outcome)
          .split("\n")
          .filter((line) => line.startsWith(`${name}=`)),
      ).toEqual([`${name}=${value}`, `${name}=${value}`]);
  });

  it("that fails by itself did not take too long", async () => {
    expect(await run(start("2s"), [sh("exit 3")])).toMatchObject({ reason: "exit code 3" });
  });

  it("after one that failed is not run, and nothing of the first is lost", async () => {
    const engine = start();
    const first = sh("echo first >report.xml; echo broken; exit 3");
    const outcome = await run(
      engine,
      [sh("echo fine"), first, sh("echo second >>report.xml; touch ran")],
      [{ kind: "lcov", path: "report.xml" }],
    );
    expect(outcome).toMatchObject({ status: "failed", exitCode: 3 });
    expect(logOf(outcome)).toBe("$ sh -c echo fine\nfine\n$ sh -c echo first >report.xml; echo broken; exit 3\nbroken\n");
    expect(existsSync(join(engine.src, "ran"))).toBe(false);
    expect(readFileSync(outcome.reports![0]!.path, "utf8")).toBe("first\n");
  });

  it("after one that passed is run too, and their times add up", async () => {
    const outcome = await run(start(), [sh("sleep 0.2"), sh("sleep 0.2; echo end")]);
    expect(logOf(outcome)).toMatch(/end\n$/);
    expect(outcome.execution!.ranMs).toBeGreaterThanOrEqual(380);
  });

  it("leaves its reports, numbered as they were asked for, whatever their names are", async () => {
    const engine = start();
    mkdirSync(join(engine.src, "a b"));
    const reports = ["missing.xml", 'a b/it\'s "here" $HOME *.info', "a b", "*"].map((path): ReportFile => ({
      kind: "lcov",
      path,
    }));
    const outcome = await run(engine, [sh(`echo "SF:x" >"a b/it's \\"here\\" \\$HOME *.info"; exit 1`)], reports);
    expect(outcome.reports).toEqual([{ kind: "lcov", path: join(engine.out("unit"), "reports", "2") }]);
    expect(readdirSync(join(engine.out("unit"), "reports"))).toEqual(["2"]);
  });

  known.each(["-r", " a", "a "])("leaves a report named %j", async (path) => {
    const engine = start();
    const outcome = await run(engine, [sh('echo "SF:x" >"$1"', "sh", path)], [{ kind: "lcov", path }]);
    expect(outcome.reports).toHaveLength(1);
  });

  it("has failed by its report, whatever its exit code", async () => {
    const junit = `<testsuite><testcase name="a"><failure message="no"/></testcase><testcase name="b"/></testsuite>`;
    const write = (code: number) => sh(`printf '%s' '${junit}' >r.xml; exit ${String(code)}`);
    const reports: readonly ReportFile[] = [{ kind: "junit", path: "r.xml" }];
    expect(await run(start(), [write(1)], reports)).toMatchObject({ reason: "1 test failed", tests: { failed: 1, passed: 1 } });
    expect(await run(start(), [write(0)], reports)).toMatchObject({
      status: "failed",
      reason: "1 test failed, though the command ended with exit code 0",
    });
  });

  it("that prints without end leaves the beginning and the end of its log", async () => {
    const engine = start();
    const outcome = await run(engine, [sh("echo the beginning; head -c 70000000 /dev/zero | tr '\\0' x; echo; echo the end")]);
    const log = readFileSync(outcome.log!);
    expect(statSync(outcome.log!).size).toBeLessThan(42_000_000);
    expect(log.subarray(0, 200).toString()).toMatch(/^\$ sh -c .*\nthe beginning\nx+$/);
    expect(log.subarray(-100).toString()).toMatch(/x\nthe end\n$/);
    const said = /weir: (\d+) bytes left out here/.exec(log.subarray(8_388_000, 8_389_000).toString())?.[1];
    expect(Number(said)).toBeGreaterThan(28_000_000);
    expect(engine.last().stdout.length).toBe(65_536);
  });

  it("gets its words byte for byte", async () => {
    const word = fc.oneof(
      fc.string({ unit: "binary", maxLength: 20 }).filter((text) => !text.includes("\0") && !/\p{Cs}/u.test(text)),
      fc.constantFrom(
        "",
        " ",
        "\n",
        "\\",
        "\\n",
        "'",
        '"',
        "`",
        "$HOME",
        "$(id)",
        "*",
        "?",
        "[a]",
        "-",
        "--",
        "-n",
        "-k",
        "%s",
        "~",
        "#",
        ";",
        "&&",
        "|",
        ">x",
        "<x",
        "{a,b}",
        "!",
        "\r",
        "ü",
        "\u202e",
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(word, { maxLength: 12 }), { minLength: 1, maxLength: 3 }), async (all) => {
        const engine = start();
        const outcome = await run(
          engine,
          all.map((words) => sh(`for word do printf '%s\\0' "$word"; done >>words; echo >>words`, "sh", ...words)),
        );
        expect(outcome.status).toBe("passed");
        const wanted = all.map((words) => `${words.map((each) => `${each}\0`).join("")}\n`).join("");
        expect(readFileSync(join(engine.src, "words"), "utf8")).toBe(wanted);
      }),
      { numRuns: 6 },
    );
  });

  it.each(["-x", "a b", "it's", `"quoted"`, "$HOME", "*", "a\nb", "é"])("may itself be named %j", async (name) => {
    const engine = start();
    writeFileSync(join(engine.src, name), "#!/bin/sh\necho found\n");
    chmodSync(join(engine.src, name), 0o755);
    expect(logOf(await run(engine, [[`./${name}`]]))).toMatch(/\nfound\n$/);
    const onPath = start("1m", { PATH: `${engine.src}:${process.env["PATH"] ?? ""}` });
    expect(logOf(await run(onPath, [[name]]))).toMatch(/\nfound\n$/);
  });
});
