/** What depends on what, and what makes no sense without what: order and meaning of the stages in one plan. */
import { catalogue, type StageEntry, type StageName } from "../stages/catalogue.ts";

export const stages: readonly (StageEntry & { readonly name: StageName; readonly needs: readonly StageName[] })[] = catalogue;

export const stageNames: readonly StageName[] = stages.map((stage) => stage.name);

/**
 * Stages that have nothing to work on unless these ran. All other needs are order only: `build` runs without an
 * `install` where the app has no dependencies.
 */
const worksOn: Partial<Readonly<Record<StageName, readonly StageName[]>>> = {
  coverage: ["unit"],
  e2e: ["image"],
  performance: ["image"],
  push: ["image"],
  deploy: ["image"],
};

const entries = new Map(stages.map((stage) => [stage.name, stage]));

/** The catalogue's entry of a stage. */
export function entryOf(name: StageName): (typeof stages)[number] {
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
 * deploy still waits for the checks that push would have waited for.
 */
export function waitsFor(name: StageName, running: ReadonlySet<StageName>): readonly StageName[] {
  const found = new Set<StageName>();
  const visit = (need: StageName): void => {
    if (running.has(need)) found.add(need);
    else entryOf(need).needs.forEach(visit);
  };
  entryOf(name).needs.forEach(visit);
  return stageNames.filter((stage) => found.has(stage));
}
