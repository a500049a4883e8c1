/**
 * The command line: what the words are, and nothing of what they do. Each command's work is in commands/ and is loaded
 * only when it is asked for. The only file that reads process.argv and ends the process.
 */
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { ExitCode, messageOf, WeirError } from "./errors.ts";
import { catalogue } from "./stages/catalogue.ts";
import { events, hosts } from "./trigger/trigger.ts";
import { version } from "./version.ts";

const examples = (...lines: readonly string[]) => `\nExamples:\n${lines.map((line) => `  $ ${line}`).join("\n")}\n`;

/** Each `--only a,b --only c` adds to what is there. */
const names = (text: string, before: readonly string[] = []): readonly string[] => {
  const found = text.split(",").filter(Boolean);
  if (found.length === 0) throw new InvalidArgumentError("Name one or more stages, with commas between them.");
  return [...before, ...found];
};

const wholeNumber = (text: string): number => {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError("It takes a whole number from 1 on.");
  return Number(text);
};

function withSource(command: Command): Command {
  return command.option("-s, --source <folder>", "the app's folder", ".");
}

function withTrigger(command: Command): Command {
  return command
    .addOption(new Option("--event <event>", "as if this had happened").choices(events))
    .option("--branch <name>", "as if on this branch")
    .option("--tag <name>", "as if on this tag")
    .option("--target <branch>", "the branch that a pull request wants to be merged into")
    .option("--fork", "as if the pull request came from a fork");
}

function withSelection(command: Command): Command {
  return command
    .option("--only <stages>", "these stages and what they need", names)
    .option("--until <stage>", "all stages up to this one")
    .option("--from <stage>", "this stage, all after it, and what they need")
    .option("--skip <stages>", "leave these stages out", names);
}

/** The program with every command; `finish` receives the exit code of the one that ran. */
export function program(finish: (code: ExitCode) => void, signal: AbortSignal): Command {
  const weir = new Command("weir")
    .description("A portable GitFlow pipeline: the same stages on a laptop and on every CI host.")
    .version(version, "-V, --version")
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError("(weir --help shows what there is)")
    .addHelpText(
      "after",
      examples("weir run", "weir plan --event pull-request --branch feature/x --target development", "weir config check"),
    );

  const run = withSelection(withTrigger(withSource(weir.command("run"))))
    .description("run the pipeline: what the branch policy asks for, in containers")
    .option("--fresh", "run every stage's commands again; downloads and image layers still come from the cache")
    .option("-q, --quiet", "no logs of stages that pass")
    .option("--json", "print the run's record in place of the summary")
    .addHelpText(
      "after",
      `\nStages: ${catalogue.map((stage) => stage.name).join(", ")}.\n${examples("weir run", "weir run --only unit,lint", "weir run --until image", "weir run --skip e2e --fresh")}`,
    );
  run.action(async (options: object) => {
    const { runCommand } = await import("./commands/run.ts");
    finish(await runCommand(options, signal));
  });

  withSelection(withTrigger(withSource(weir.command("plan"))))
    .description("show what would run, what would not, and why; needs no engine")
    .addOption(new Option("--json", "the versioned plan").conflicts(["graph", "all"]))
    .addOption(new Option("--graph", "a Mermaid flowchart").conflicts(["json", "all"]))
    .addOption(new Option("--all", "branch kinds against triggers").conflicts(["json", "graph"]))
    .addHelpText(
      "after",
      examples(
        "weir plan",
        "weir plan --json",
        "weir plan --all",
        "weir plan --event pull-request --branch feature/x --target development",
      ),
    )
    .action(async (options: object) => {
      const { planCommand } = await import("./commands/plan.ts");
      finish(await planCommand(options));
    });

  withSelection(withTrigger(withSource(weir.command("explain <stage>"))))
    .description("tell all that would make a stage run")
    .addHelpText("after", examples("weir explain deploy", "weir explain e2e --branch feature/x"))
    .action(async (stage: string, options: object) => {
      const { explainCommand } = await import("./commands/plan.ts");
      finish(await explainCommand(stage, options));
    });

  withSource(weir.command("gate"))
    .description("the one check that a host requires: what has run, held against the plan, and the reviews")
    .option("--run <path>", "run.json, or its folder; without it the newest run of the app")
    .option("--json", "the versioned verdict")
    .option("--report", "tell the host, as the commit's status")
    .addHelpText("after", examples("weir gate", "weir gate --run .weir/runs/2026-01-01T00-00-00-ab12", "weir gate --report"))
    .action(async (options: object) => {
      const { gateCommand } = await import("./commands/gate.ts");
      finish(await gateCommand(options, signal));
    });

  const ciHosts = hosts.filter((host) => host !== "local");
  withSource(weir.command("init"))
    .description("write the file by which a CI host runs Weir")
    .addOption(new Option("--host <host>", "which host").choices(ciHosts).makeOptionMandatory())
    .option("--file <path>", "another path than the host's own, below the repository's root")
    .addOption(
      new Option("--runner <kind>", "GitLab: whether jobs start containers or run in a shell").choices(["container", "shell"]),
    )
    .option("--weir-repository <url>", "where the host fetches Weir from; default: this clone's origin")
    .option("--weir-commit <id>", "which commit of it; default: this clone's")
    .option("--force", "take the place of a file that was written or changed by hand, and keep that beside it")
    .addHelpText("after", examples("weir init --host github", "weir init --host gitlab --file .gitlab/weir.yml"))
    .action(async (options: object) => {
      const { initCommand } = await import("./commands/init.ts");
      finish(await initCommand(options as Parameters<typeof initCommand>[0]));
    });
  withSource(weir.command("verify"))
    .description("fail where a host's file is not what this Weir writes, and say what differs")
    .addOption(new Option("--host <host>", "only this host's; default: those that are there").choices(ciHosts))
    .option("--file <path>", "another path than the host's own, below the repository's root")
    .option("--json", "for scripts")
    .addHelpText("after", examples("weir verify", "weir verify --host github"))
    .action(async (options: object) => {
      const { verifyCommand } = await import("./commands/verify.ts");
      finish(await verifyCommand(options));
    });

  const config = weir.command("config").description("check weir.yaml and environments/, or print their schema");
  withSource(config.command("check"))
    .description("report every problem, or that there is none")
    .addHelpText("after", examples("weir config check", "weir config check --source test/apps/shop"))
    .action(async (options: object) => {
      const { configCheck } = await import("./commands/config.ts");
      finish(configCheck(options));
    });
  config
    .command("schema")
    .description("print the JSON Schema that editors complete and check with")
    .addOption(new Option("--file <kind>", "which file's").choices(["weir", "environment", "alerts"]).default("weir"))
    .addHelpText("after", examples("weir config schema > weir.schema.json", "weir config schema --file environment"))
    .action(async (options: object) => {
      const { configSchema } = await import("./commands/config.ts");
      finish(configSchema(options));
    });

  const engine = weir.command("engine").description("the embedded engine: start it, see it, end it");
  const engineCommands = {
    up: "make sure that it runs; builds it from nothing at the first time",
    status: "whether it runs, where everything lies, and how large it is",
    down: "end it, and leave the host as it was",
  } as const;
  for (const [name, description] of Object.entries(engineCommands)) {
    engine
      .command(name)
      .description(description)
      .option("--json", "for scripts")
      .addHelpText("after", examples(`weir engine ${name}`))
      .action(async (options: object) => {
        const { engineCommand } = await import("./commands/engine.ts");
        finish(await engineCommand(name as keyof typeof engineCommands, options));
      });
  }
  engine
    .command("logs")
    .description("the last lines of its log")
    .option("-n, --lines <count>", "how many", wholeNumber, 100)
    .addHelpText("after", examples("weir engine logs -n 200"))
    .action(async (options: object) => {
      const { engineLogs } = await import("./commands/engine.ts");
      finish(engineLogs(options));
    });
  engine
    .command("prune")
    .description("empty its cache of layers; with --all remove it, its images and its folder")
    .option("--all", "everything: the next start builds it again")
    .addHelpText("after", examples("weir engine prune", "weir engine prune --all"))
    .action(async (options: object) => {
      const { enginePrune } = await import("./commands/engine.ts");
      finish(await enginePrune(options));
    });
  return weir;
}

/** Prints what went wrong and how to mend it, and says the exit code that goes with it. */
export function reportError(error: unknown, write: (text: string) => void): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.passed : ExitCode.usage;
  // One problem a line, as editors and problem matchers read them: nothing before the first.
  if (error instanceof WeirError && error.code === "config.invalid") {
    write(`${error.message}\n`);
    return error.exitCode;
  }
  if (error instanceof WeirError) {
    write(`weir: ${error.message}\n  → ${error.remedy} [${error.code}]\n`);
    return error.exitCode;
  }
  write(
    `weir: a fault of Weir's own: ${error instanceof Error ? (error.stack ?? messageOf(error)) : messageOf(error)}\n  → please report it with these lines\n`,
  );
  return ExitCode.infrastructure;
}

async function main(): Promise<void> {
  const controller = new AbortController();
  let interrupts = 0;
  const interrupt = () => {
    interrupts += 1;
    controller.abort(
      new WeirError("run.interrupted", "interrupted", "repeat the run: what was done is cached", ExitCode.interrupted),
    );
    // Whoever asks twice does not want to wait for good order.
    if (interrupts > 1) process.exit(ExitCode.interrupted);
  };
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt).on("SIGHUP", interrupt);
  let code: ExitCode = ExitCode.passed;
  const lost: Error[] = [];
  // A reader that has seen enough (`weir plan | head`) is no failure, and a run goes on without it; a full disk is one.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") lost.push(error);
  });
  try {
    await program((result) => {
      code = result;
    }, controller.signal).parseAsync(process.argv);
  } catch (error) {
    code = controller.signal.aborted ? ExitCode.interrupted : reportError(error, (text) => process.stderr.write(text));
    if (controller.signal.aborted) process.stderr.write("weir: interrupted\n");
  }
  // Only at the very end is it known whether all of the output went out.
  process.once("exit", () => {
    if (lost.length === 0) return;
    process.stderr.write(`weir: the output could not be written: ${messageOf(lost[0])}\n`);
    process.exitCode = ExitCode.infrastructure;
  });
  process.exitCode = code;
  // Whatever still holds the loop (a socket, a timer) has nothing left to do.
  setTimeout(() => process.exit(code), 500).unref();
}

await main();
