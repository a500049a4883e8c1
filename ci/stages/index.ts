/** The stages by name: the registry that the pipeline and the module call. */
import { build } from "./build.ts";
import type { StageName } from "./catalogue.ts";
import { coverage } from "./coverage.ts";
import { deploy } from "./deploy.ts";
import { e2e } from "./e2e.ts";
import { format } from "./format.ts";
import { image } from "./image.ts";
import { install } from "./install.ts";
import { integration } from "./integration.ts";
import { lint } from "./lint.ts";
import { performance } from "./performance.ts";
import { push } from "./push.ts";
import { smoke } from "./smoke.ts";
import type { Stage } from "./stage.ts";
import { types } from "./types.ts";
import { unit } from "./unit.ts";

export const stages: Readonly<Record<StageName, Stage>> = {
  install,
  build,
  lint,
  types,
  format,
  unit,
  coverage,
  integration,
  image,
  smoke,
  e2e,
  performance,
  push,
  deploy,
};
