/** The flags that commands share, as commander leaves them, turned into what the plan takes. */
import type { Selection } from "../plan/select.ts";
import type { SimulateOptions } from "../trigger/simulate.ts";

export interface RunFlags {
  readonly source?: string;
  readonly event?: string;
  readonly branch?: string;
  readonly tag?: string;
  readonly target?: string;
  readonly fork?: boolean;
  readonly only?: readonly string[];
  readonly until?: string;
  readonly from?: string;
  readonly skip?: readonly string[];
}

export const simulateOf = ({ event, branch, tag, target, fork }: RunFlags): SimulateOptions => ({
  event,
  branch,
  tag,
  target,
  fork,
});

export const selectionOf = ({ only, until, from, skip }: RunFlags): Selection => ({
  ...(only === undefined ? {} : { only }),
  ...(until === undefined ? {} : { until }),
  ...(from === undefined ? {} : { from }),
  ...(skip === undefined ? {} : { skip }),
});
