/** What the hosts' readers have in common: what they return, and how an answer is held against what is documented. */
import type * as z from "zod/mini";
import { visible } from "../config/problem.ts";
import type { WeirError } from "../errors.ts";
import { HostFailure, setupError, type HostName } from "./host-failure.ts";
import type { HostFetchOptions } from "./host-fetch.ts";
import type { Review } from "./review.ts";

export interface HostReviews {
  readonly change: string;
  readonly head: string;
  readonly reviews: readonly Review[];
  /** The names of code owner rules that are not approved, where the host judges them itself. */
  readonly unapprovedOwners: readonly string[] | null;
}

export type HostReviewsRead =
  { readonly ok: true; readonly found: HostReviews } | { readonly ok: false; readonly error: WeirError };

/** How long a host may take. */
export type Patience = Omit<HostFetchOptions, "host">;

/** The answer as its API documents it, or a failure: nothing is taken for granted of what did not come as expected. */
export function readAnswer<T>(schema: z.ZodMiniType<T>, data: unknown, host: HostName, what: string): T {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues[0]?.path.join(".") ?? "";
  throw new HostFailure(
    "malformed",
    `${host}'s answer is not ${what} as its API documents it${where === "" ? "" : ` (${visible(where)})`}`,
  );
}

/** For the commits that came since, another run of the gate decides. */
export function movedOn(change: string, tested: string, now: string): WeirError {
  return setupError(
    "reviews",
    `${change} has moved on: this run is of ${tested.slice(0, 12)}, its newest commit is ${visible(now.slice(0, 12))}`,
    "the run of the newest commit decides",
  );
}
