/** What a person asked for by flags: `--only`, `--until`, `--from`, `--skip`. Flags narrow a plan and ask for checks. */
import { suggest, visible } from "../config/problem.ts";
import { usageError, type WeirError } from "../errors.ts";
import { delivery } from "../policy/rules.ts";
import type { StageName } from "../stages/catalogue.ts";
import { closure, stageNames } from "./needs.ts";

export interface Selection {
  /** These stages and what they need. */
  readonly only?: readonly string[];
  /** All up to this stage, in the catalogue's order. */
  readonly until?: string | null;
  /** This stage, all after it, and what they need. */
  readonly from?: string | null;
  readonly skip?: readonly string[];
}

export type Flag = "only" | "until" | "from" | "skip";

export interface Selected {
  /** The flag that leaves a stage out, or null. */
  leftOutBy(stage: StageName): Flag | null;
  /** The flag by which a person asked for a stage, or for one that needs it; null where none did. */
  askedBy(stage: StageName): { readonly flag: Flag; readonly named: StageName } | null;
  /** The stages that a flag names. */
  readonly named: (flag: Flag) => readonly StageName[];
}

/** `selected` is null where no flag says anything. */
export type SelectResult =
  { readonly ok: true; readonly selected: Selected | null } | { readonly ok: false; readonly error: WeirError };

/** Reads a selection: unknown stages and flags that contradict each other are errors. */
export function select(selection: Selection): SelectResult {
  const words: Readonly<Record<Flag, readonly string[]>> = {
    only: selection.only ?? [],
    until: single(selection.until),
    from: single(selection.from),
    skip: selection.skip ?? [],
  };
  if (Object.values(words).every((named) => named.length === 0)) return { ok: true, selected: null };
  for (const flag of ["only", "until", "from", "skip"] as const) {
    const unknown = words[flag].find((word) => !stageNames.includes(word as StageName));
    if (unknown !== undefined)
      return wrong(`--${flag} ${visible(unknown)}: there is no such stage`, suggest(unknown, stageNames));
  }
  const named = words as Readonly<Record<Flag, readonly StageName[]>>;
  const both = named.skip.find((stage) => [...named.only, ...named.until, ...named.from].includes(stage));
  if (both !== undefined) return wrong(`${both} is both asked for and left out by --skip`, "name it once");
  const [first, last] = [named.from[0], named.until[0]];
  if (first !== undefined && last !== undefined && stageNames.indexOf(first) > stageNames.indexOf(last)) {
    return wrong(`--from ${first} comes after --until ${last}: nothing lies between`, `the order is ${stageNames.join(", ")}`);
  }
  return { ok: true, selected: selectedBy(named) };
}

function selectedBy(named: Readonly<Record<Flag, readonly StageName[]>>): Selected {
  const { only, until, from, skip } = named;
  const kept: Readonly<Record<Flag, ReadonlySet<StageName>>> = {
    only: only.length === 0 ? new Set(stageNames) : closure(only),
    until: upTo(until[0]),
    from: from[0] === undefined ? new Set(stageNames) : closure(stageNames.slice(stageNames.indexOf(from[0]))),
    skip: new Set(stageNames.filter((stage) => !skip.includes(stage))),
  };
  // A delivery is never asked for: only rules lead there, so nothing is built for one either.
  const wishes = (["only", "until", "from"] as const).flatMap((flag) =>
    named[flag].filter((stage) => !delivery.includes(stage)).map((stage) => ({ flag, named: stage, needs: closure([stage]) })),
  );
  return {
    leftOutBy: (stage) => (["skip", "only", "until", "from"] as const).find((flag) => !kept[flag].has(stage)) ?? null,
    askedBy: (stage) => wishes.find((wish) => wish.named === stage) ?? wishes.find((wish) => wish.needs.has(stage)) ?? null,
    named: (flag) => named[flag],
  };
}

function upTo(last: StageName | undefined): ReadonlySet<StageName> {
  return new Set(last === undefined ? stageNames : stageNames.slice(0, stageNames.indexOf(last) + 1));
}

function single(word: string | null | undefined): readonly string[] {
  return word === undefined || word === null ? [] : [word];
}

function wrong(message: string, remedy: string): SelectResult {
  return { ok: false, error: usageError("flag.stage", message, remedy) };
}
