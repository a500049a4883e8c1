/** What depends on what, and what makes no sense without what: order and meaning of the stages in one plan. */
import { catalogue, type StageEntry, type StageName } from "../stages/catalogue.ts";

/** The catalogue, with what `satisfies` alone can't say: stages need stages. */
export interface Stage extends StageEntry {
  readonly name: StageName;
  readonly needs: readonly StageName[];
}

export const stages: readonly Stage[] = catalogue;

export const stageNames: readonly StageName[] = stages.map((stage) => stage.name);

/**
 * Stages that have nothing to work on unless these ran. All other needs are order only: `build` runs without an
 * `install` where the app has no dependencies.
 */
const worksOn: Partial<Readonly<Record<StageName, readonly StageName[]>>> = {
  coverage: ["unit"],
  smoke: ["image"],
  e2e: ["image"],
  performance: ["image"],
  push: ["image"],
  deploy: ["image"],
};

const entries = new Map(stages.map((stage) => [stage.name, stage]));

/** The catalogue's entry of a stage. */
export function entryOf(name: StageName): Stage {
  const entry = entries.get(name);
  if (entry === undefined) throw new Error(`no stage ${name}`);
  return entry;
}

/** The stages whose output a stage works on. */
export function worksOnOf(name: StageName): readonly StageName[] {
  return worksOn[name] ?? [];
}

/** The stages and all that they need, directly or not. */
export function closure(names: readonly StageName[]): ReadonlySet<StageName> {
  const found = new Set<StageName>();
  const visit = (name: StageName): void => {
    if (found.has(name)) return;
    found.add(name);
    entryOf(name).needs.forEach(visit);
  };
  names.forEach(visit);
  return found;
}

/**
 * The running stages that a stage waits for. A need that does not run hands on its own needs: where push is skipped,
 * deploy still waits for the checks that push would have waited for. What another of them waits for anyway is not
 * handed on.
 */
export function waitsFor(name: StageName, running: ReadonlySet<StageName>): readonly StageName[] {
  const { needs } = entryOf(name);
  const direct = needs.filter((need) => running.has(need));
  const handedOn = firstRunning(
    needs.filter((need) => !running.has(need)),
    running,
  );
  const found = new Set([...direct, ...handedOn]);
  const implied = (need: StageName): boolean => [...found].some((other) => other !== need && closure([other]).has(need));
  return stageNames.filter((stage) => direct.includes(stage) || (found.has(stage) && !implied(stage)));
}

/** The nearest running stages below stages that don't run. */
function firstRunning(names: readonly StageName[], running: ReadonlySet<StageName>): ReadonlySet<StageName> {
  const found = new Set<StageName>();
  const visit = (name: StageName): void => {
    if (running.has(name)) found.add(name);
    else entryOf(name).needs.forEach(visit);
  };
  names.forEach(visit);
  return found;
}
