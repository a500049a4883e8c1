import { describe, expect, it } from "vitest";
import type { rules } from "../../ci/config/rules.ts";
import { problemsOf } from "./app.ts";

const db = "services: {db: {image: postgres:17, port: 5432, provides: {URL: a}}";

/** For each rule: a file that breaks it, and what is said. */
const broken: Readonly<Record<keyof typeof rules, readonly (readonly [file: string, problem: string])[]>> = {
  stageServicesExist: [
    [
      `${db}}\nstages: {unit: {services: [bd]}}\n`,
      "2:28: stages.unit.services[0]: `bd` is not a service of this file; did you mean `db`?",
    ],
    ["stages: {unit: {services: [db]}}\n", "1:28: stages.unit.services[0]: `db` is not a service of this file; expected none"],
  ],
  serviceVariablesAreApart: [
    [
      `${db}, db2: {image: a, port: 1, provides: {URL: b}}}\n`,
      "1:111: services.db2.provides.URL: `URL` is there already; expected each variable from one service",
    ],
  ],
  stagesTakeCommands: [
    [
      "stages: {push: {commands: [[a]]}}\n",
      "1:27: stages.push.commands: has no effect: push runs no commands of the app; expected it in another stage",
    ],
    [
      "stages: {deploy: {reports: []}}\n",
      "1:28: stages.deploy.reports: has no effect: deploy runs no commands of the app; expected it in another stage",
    ],
  ],
  branchPatternsAreApart: [
    [
      "branches: {release: {patterns: [x, main]}}\n",
      "1:36: branches.release.patterns[1]: is `main`, which is also of kind main; expected a pattern in one kind only",
    ],
  ],
  newBranchKindsHavePatterns: [
    [
      "branches: {hotfx: {environment: staging}}\n",
      "1:19: branches.hotfx: is a new kind of branch without patterns; did you mean `hotfix`?",
    ],
    [
      "branches: {x: {disabled: true}}\n",
      "1:15: branches.x: disables a kind that does not exist; expected feature, development, main, production or hotfix",
    ],
  ],
  mergeTargetsExist: [
    [
      "branches: {hotfix: {mergesInto: [main, develop]}}\n",
      "1:40: branches.hotfix.mergesInto[1]: `develop` is not a kind of branch; did you mean `development`?",
    ],
    [
      "branches: {hotfix: {mergesInto: [main]}, main: {disabled: true}}\n",
      "1:34: branches.hotfix.mergesInto[0]: `main` is not a kind of branch; expected feature, development, production or hotfix",
    ],
  ],
  branchEnvironmentsExist: [
    [
      "branches: {main: {environment: prod}}\n",
      "1:32: branches.main.environment: `prod` is not an environment; did you mean `production`?",
    ],
  ],
  policyRulesAreApart: [
    [
      "policy: {rules: [{id: a, stage: unit, action: run}, {id: a, stage: lint, action: run}]}\n",
      "1:58: policy.rules[1].id: `a` is there already; expected an id of its own for each rule",
    ],
  ],
  policyKindsExist: [
    [
      "policy: {rules: [{id: a, stage: unit, action: run, kinds: [featur]}]}\n",
      "1:60: policy.rules[0].kinds[0]: `featur` is not a kind of branch; did you mean `feature`?",
    ],
  ],
  waiversAreApart: [
    [
      "policy: {waive: [{rule: a, reason: b, until: 2027-01-01}, {rule: a, reason: b, until: 2027-01-01}]}\n",
      "1:66: policy.waive[1].rule: `a` is there already; expected one waiver a rule",
    ],
  ],
  waiversHold: [
    [
      "policy: {waive: [{rule: a, reason: b, until: 2026-11-23}]}\n",
      "1:46: policy.waive[0].until: the waiver ended on 2026-11-23; expected 2026-11-24 or a later date, or no waiver",
    ],
  ],
  packagesAreApart: [
    ["packages: [{path: a}, {path: ./a/}]\n", "1:30: packages[1].path: `a` is there already; expected each folder once"],
  ],
  // Theirs are in environments/alerts.yaml: schema.test.ts has the texts.
  alertsAreApart: [],
  alertLabelsAreMeant: [],
};

describe.each(Object.entries(broken))("%s", (_, cases) => {
  it("is told where it is broken", () => {
    for (const [file, problem] of cases) expect(problemsOf(file)).toEqual([`weir.yaml:${problem}`]);
  });
});

it("rules let pass what is well", () => {
  const weir = `
packages: [{path: a}, {path: b}]
services: {db: {image: postgres:17, port: 5432, provides: {URL: a}}}
stages: {unit: {services: [db]}, push: {timeout: 5m}}
branches:
  release: {patterns: ["release/**"], mergesInto: [main, development], environment: qa}
  version: {ref: tag, patterns: [main]}
  hotfix: {disabled: true}
policy:
  rules: [{id: a, stage: unit, action: run, kinds: [release]}]
  waive: [{rule: a, reason: b, until: 2026-11-24}]
`;
  expect(problemsOf(weir, { "environments/qa.yaml": "" })).toEqual([]);
});

it("an environment whose file has problems is an environment all the same", () => {
  const problems = problemsOf("branches: {main: {environment: qa}}\n", { "environments/qa.yaml": "replicas: x\n" });
  expect(problems).toEqual(['environments/qa.yaml:1:11: replicas: is "x"; expected a whole number from 1 to 1000']);
});
