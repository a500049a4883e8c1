/** The stages of a run as a table that fits the terminal, and below it those that did not run. */
import Table from "cli-table3";
import type { Colors } from "picocolors/types.js";
import { paint } from "./console-status.ts";
import { cleanText } from "./log-text.ts";
import type { StageResult } from "./report.ts";
import { duration, origin, symbols } from "./words.ts";
import { cells, wrap } from "./wrap.ts";

const columns = ["stage", "result", "how", "time", "reason"] as const;
const narrowestReason = 20;

/** The stages that were come to, in the order of the run. Long reasons wrap; nothing is cut off. */
export function stageTable(stages: readonly StageResult[], width: number, colours: Colors): readonly string[] {
  if (stages.length === 0) return [];
  const rows = stages.map(rowOf);
  const widths = columns.map((name, column) => Math.max(name.length, ...rows.map((row) => cells(row[column] ?? ""))));
  // Each column has a border and two spaces, and the table one border more.
  const others = widths.slice(0, -1).reduce((sum, each) => sum + each + 3, 0) + 4;
  const forReason = Math.max(narrowestReason, Math.min(widths.at(-1) ?? 0, width - others));
  const table = new Table({
    head: [...columns],
    style: { head: [], border: [], compact: true },
    colAligns: ["left", "left", "left", "right", "left"],
  });
  for (const [index, row] of rows.entries()) {
    const [name = "", result = "", how = "", time = "", reason = ""] = row;
    const status = stages[index]?.status ?? "error";
    table.push([name, paint(status, colours)(result), how, time, wrap(reason, forReason).join("\n")]);
  }
  return table.toString().split("\n");
}

function rowOf(stage: StageResult): readonly string[] {
  const time = stage.durationMs === null ? "" : duration(stage.durationMs);
  return [stage.name, `${symbols[stage.status]} ${stage.status}`, origin(stage), time, cleanText(stage.reason ?? "")];
}

/** The stages that were passed over, those of one reason together. */
export function skippedLines(stages: readonly StageResult[], width: number): readonly string[] {
  const byReason = new Map<string, string[]>();
  for (const { name, reason } of stages) {
    const said = cleanText(reason ?? "no reason is known");
    byReason.set(said, [...(byReason.get(said) ?? []), name]);
  }
  return [...byReason].flatMap(([reason, names]) =>
    wrap(`${symbols.skipped} skipped ${names.join(", ")}: ${reason}`, width - 2).map((line, index) =>
      index === 0 ? line : `  ${line}`,
    ),
  );
}
