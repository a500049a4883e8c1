/** The colours of results. */
import type { Colors } from "picocolors/types.js";
import type { StageStatus } from "./report.ts";

/** Puts a text in the colour of a status; the text must say it too. */
export function paint(status: StageStatus, colours: Colors): (text: string) => string {
  switch (status) {
    case "passed":
      return colours.green;
    case "failed":
    case "error":
      return colours.red;
    case "cancelled":
      return colours.yellow;
    case "skipped":
      return colours.dim;
  }
}
