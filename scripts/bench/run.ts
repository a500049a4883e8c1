/** Measures what a user waits for, by the wall clock, and prints it. It asserts nothing: see README.md beside it. */
import { spawnSync } from "node:child_process";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import Table from "cli-table3";

const root = join(import.meta.dirname, "../..");
const weir = join(root, "scripts/weir");
const shop = join(root, "test/apps/shop");

interface Measured {
  readonly name: string;
  readonly argv: readonly [string, ...string[]];
  readonly runs: number;
}

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "20" },
    "pipeline-runs": { type: "string", default: "5" },
    "no-engine": { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});

if (values.help) {
  console.log("Usage: npm run bench -- [--runs N] [--pipeline-runs N] [--no-engine]");
} else {
  main(count(values.runs), values["no-engine"] ? 0 : count(values["pipeline-runs"]));
}

function main(runs: number, pipelineRuns: number): void {
  const quick: Measured[] = [
    { name: "node -e 0", argv: [process.execPath, "-e", "0"], runs },
    { name: "weir --version", argv: [weir, "--version"], runs },
    { name: "weir plan", argv: [weir, "plan", "--source", shop], runs },
  ];
  const withEngine: Measured[] = [
    { name: "weir engine up, running", argv: [weir, "engine", "up"], runs: pipelineRuns },
    { name: "weir run, unchanged", argv: [weir, "run", "--source", shop], runs: pipelineRuns },
  ];
  const measured = (pipelineRuns > 0 ? [...quick, ...withEngine] : quick).map((what) => ({ what, times: measure(what) }));
  const base = median(measured[0]?.times ?? []);
  const table = new Table({ head: ["", "runs", "median", "min", "max", "× node -e 0"], style: { head: [], border: [] } });
  for (const { what, times } of measured) {
    const middle = median(times);
    table.push([
      what.name,
      times.length,
      ...[middle, Math.min(...times), Math.max(...times)].map(seconds),
      (middle / base).toFixed(1),
    ]);
  }
  console.log(table.toString());
  console.log(
    `${cpus().length} cores, load ${(loadavg()[0] ?? 0).toFixed(1)}, Node ${process.versions.node}, ${process.platform} ${process.arch}`,
  );
}

/** Milliseconds of each run, after one that warms the caches and is not counted. */
function measure({ name, argv, runs }: Measured): number[] {
  process.stderr.write(`${name}: warming up`);
  once(argv);
  const times: number[] = [];
  for (let run = 1; run <= runs; run += 1) {
    process.stderr.write(`\r\x1b[K${name}: ${run} of ${runs}`);
    times.push(once(argv));
  }
  process.stderr.write("\r\x1b[K");
  return times;
}

/** A command that fails has not done what is to be measured. */
function once([command, ...args]: Measured["argv"]): number {
  const started = performance.now();
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 1 << 28,
  });
  const took = performance.now() - started;
  if (status !== 0) {
    process.stderr.write(`\n${stdout}${stderr}${error?.message ?? ""}\n`);
    throw new Error(`${[command, ...args].join(" ")} ended with ${status ?? "a signal"}; nothing is measured`);
  }
  return took;
}

function median(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[half - 1] ?? Number.NaN)) / 2;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(3)} s`;
}

function count(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new Error(`${text} is not a number of runs`);
  return number;
}
