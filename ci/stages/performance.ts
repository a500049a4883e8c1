import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { commandOf } from "../toolchains/commands.ts";
import { appContainer, withServices } from "./containers.ts";
import { runAppCommands, runCommands } from "./run-commands.ts";
import { appService } from "./started-app.ts";
import type { Stage, StageContext, StageOutcome } from "./stage.ts";

/** The load generator: an open model, so that a slow app does not slow the load that finds it out. */
export const loadImage = "golang:1.25-bookworm";
const vegeta = "github.com/tsenart/vegeta/v12@v12.13.0";

/** Runs the app's own load test where it has one, else a constant rate against one path of the running image. */
export const performance: Stage = async (context) => {
  const app = await appService(context, "performance");
  const own = commandOf("performance", context.app, context.config);
  if (own?.kind === "command") {
    return runAppCommands(context, "performance", withServices(appContainer(context), [app]).withEnvVariable("APP_URL", app.url));
  }
  const { client, config } = context;
  const { rate, duration, path } = config.performance;
  const generator = client
    .container()
    .withDirectory("/tmp", client.directory())
    .withWorkdir("/tmp")
    .withFile("/bin/vegeta", vegetaBinary(context))
    .withMountedFile("/.weir/load.sh", client.file("load.sh", script));
  const outcome = await runCommands(context, "performance", withServices(generator, [app]), {
    commands: [
      [
        "/.weir/busybox",
        "sh",
        "/.weir/load.sh",
        "/.weir/out/performance",
        `${app.url}${path}`,
        String(rate),
        `${String(duration)}ms`,
      ],
    ],
  });
  return outcome.status === "passed" ? judged(outcome, context) : outcome;
};

function vegetaBinary({ client }: StageContext) {
  return client
    .container()
    .from(loadImage)
    .withMountedCache("/go/pkg/mod", client.cacheVolume("weir-go-mod"))
    .withEnvVariable("CGO_ENABLED", "0")
    .withExec(["go", "install", vegeta])
    .file("/go/bin/vegeta");
}

const script = `# load.sh OUT URL RATE DURATION
set -eu
echo "GET $2" | /bin/vegeta attack -rate="$3" -duration="$4" -timeout=10s >attack.bin
/bin/vegeta report <attack.bin
/.weir/busybox mkdir -p "$1/keep"
/bin/vegeta report -type=json <attack.bin >"$1/keep/load.json"
`;

interface LoadReport {
  readonly requests: number;
  readonly success: number;
  /** In nanoseconds. */
  readonly latencies: { readonly "50th": number; readonly "95th": number; readonly "99th": number };
}

/** Holds what was measured against the limits; a load that sent nothing has measured nothing. */
function judged(outcome: StageOutcome, { config }: StageContext): StageOutcome {
  const file = join(dirname(outcome.log ?? ""), "keep", "load.json");
  if (!existsSync(file)) return { ...outcome, status: "failed", reason: "the load generator left no report" };
  const report = JSON.parse(readFileSync(file, "utf8")) as LoadReport;
  const { p95, errors } = config.performance;
  const p95Ms = report.latencies["95th"] / 1e6;
  const failed = (1 - report.success) * 100;
  const said = `p95 ${p95Ms.toFixed(1)} ms (limit ${String(p95)} ms), ${failed.toFixed(2)}% failed (limit ${String(errors)}%), ${String(report.requests)} requests`;
  const passed = report.requests > 0 && p95Ms <= p95 && failed <= errors;
  return { ...outcome, status: passed ? "passed" : "failed", reason: said };
}
