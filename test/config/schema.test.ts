import { describe, expect, it } from "vitest";
import { problemsOf } from "./app.ts";

const argv = 'expected a command as a list of its words, such as ["npm", "test"]: no shell splits a text';
const duration = "expected a duration from 1ms to 576h, such as 500ms, 30s, 5m or 1h";
const topKeys =
  "expected name, app, packages, branches, policy, review, services, stages, coverage, performance, registry, certificates or engine";

describe("a value that does not fit", () => {
  it.each([
    ["- a\n", "1:1: is a list; expected a map"],
    ["text\n", '1:1: is "text"; expected a map'],
    ["null\n", "1:1: is empty; expected a map"],
    ["name: Shop\n", '1:7: name: is "Shop"; expected lower-case letters, digits and -, starting with a letter'],
    ["name: ''\n", '1:7: name: is ""; expected lower-case letters, digits and -, starting with a letter'],
    [
      `name: ${"a".repeat(64)}\n`,
      `1:7: name: is "${"a".repeat(60)}…"; expected lower-case letters, digits and -, starting with a letter, of at most 63 characters`,
    ],
    ["nam: x\n", "1:1: nam: is not a key at the top of the file; did you mean `name`?"],
    ["zzz: x\n", `1:1: zzz: is not a key at the top of the file; ${topKeys}`],
    ["app: 3\n", "1:6: app: is 3; expected a map"],
    ["app:\n  - a\n", "1:1: app: is a list; expected a map"],
    ["app: {prot: 1}\n", "1:7: app.prot: is not a key of app; did you mean `port`?"],
    ["app: {port: '80'}\n", '1:13: app.port: is "80"; expected a whole number from 1 to 65535'],
    ["app: {port: 80.5}\n", "1:13: app.port: is 80.5; expected a whole number from 1 to 65535"],
    ["app: {port: .nan}\n", "1:13: app.port: is NaN; expected a whole number from 1 to 65535"],
    ["app: {port: 1e999}\n", "1:13: app.port: is Infinity; expected a whole number from 1 to 65535"],
    ["app: {path: /etc}\n", '1:13: app.path: is "/etc"; expected a path below the app\'s folder, with / and without ..'],
    ["app: {path: a/../..}\n", '1:13: app.path: is "a/../.."; expected a path below the app\'s folder, with / and without ..'],
    ["app: {path: 'a\\b'}\n", '1:13: app.path: is "a\\b"; expected a path below the app\'s folder, with / and without ..'],
    ["app:\n  health:\n", "2:10: app.health: is empty; expected a path that starts with /, such as /healthz"],
    ["app: {toolchain: nodejs}\n", '1:18: app.toolchain: is "nodejs"; did you mean `node`?'],
    ["app: {toolchain: cobol}\n", '1:18: app.toolchain: is "cobol"; expected node, python, go, java or rust'],
    ["app: {toolchain: 3}\n", "1:18: app.toolchain: is 3; expected node, python, go, java or rust"],
    [
      `app: {env: {A: ${"x".repeat(65_537)}}}\n`,
      `1:16: app.env.A: is "${"x".repeat(60)}…"; expected text of at most 65536 characters`,
    ],
    ["app: {env: [A]}\n", "1:12: app.env: is a list; expected a map of variable names to values"],
    ["app: {env: {A: [1]}}\n", '1:16: app.env.A: is a list; expected text ("" for an empty value)'],
    ["app: {env: {A: }}\n", '1:16: app.env.A: is empty; expected text ("" for an empty value)'],
    ['app: {env: {A: "\\0"}}\n', '1:16: app.env.A: is "\\u{0}"; expected text without NUL characters'],
    [
      "app: {env: {A-B: x}}\n",
      "1:13: app.env.A-B: is not a name that can stand here; expected a variable name of letters, digits and _",
    ],
    [
      "app: {smoke: [{status: 200}]}\n",
      "1:15: app.smoke[0].path: is missing; expected a path that starts with /, such as /healthz",
    ],
    ["app: {smoke: [{path: x y}]}\n", '1:22: app.smoke[0].path: is "x y"; expected a path that starts with /, such as /healthz'],
    ["app: {startDeadline: 10}\n", `1:22: app.startDeadline: is "10"; ${duration}`],
    ["app: {startDeadline: 0s}\n", `1:22: app.startDeadline: is "0s"; ${duration}`],
    ["app: {startDeadline: [5m]}\n", `1:22: app.startDeadline: is a list; ${duration}`],
    [
      "stages: {unit: {commands: npm test}}\n",
      '1:27: stages.unit.commands: is "npm test"; expected a list of commands, each a list of its words, such as [["npm", "test"]]',
    ],
    ["stages: {unit: {commands: [npm test]}}\n", `1:28: stages.unit.commands[0]: is "npm test"; ${argv}`],
    ["stages: {unit: {commands: []}}\n", "1:27: stages.unit.commands: is an empty list; expected at least one command"],
    [
      "stages: {unit: {commands: [[]]}}\n",
      "1:28: stages.unit.commands[0]: is an empty list; expected at least the program's name",
    ],
    ["stages: {unit: {commands: [['']]}}\n", "1:28: stages.unit.commands[0]: is a list; expected at least the program's name"],
    ["stages: {unit: {commands: [[a, ~]]}}\n", "1:32: stages.unit.commands[0][1]: is empty; expected text"],
    ["stages: {unti: {}}\n", "1:10: stages.unti: is not a key of stages; did you mean `unit`?"],
    [
      "stages: {unit: {skip: true, timout: 5m}}\n",
      "1:29: stages.unit.timout: is not a key of stages.unit; did you mean `timeout`?",
    ],
    [
      "stages: {unit: {reports: [{kind: junt, path: a.xml}]}}\n",
      '1:34: stages.unit.reports[0].kind: is "junt"; did you mean `junit`?',
    ],
    [
      "services: {db: {port: 1}}\n",
      "1:12: services.db.image: is missing; expected an image such as postgres:17 or ghcr.io/team/app@sha256:…",
    ],
    [
      "services: {db: {image: 'a b', port: 1}}\n",
      '1:24: services.db.image: is "a b"; expected an image such as postgres:17 or ghcr.io/team/app@sha256:…',
    ],
    [
      "services: {DB: {image: a, port: 1}}\n",
      "1:12: services.DB: is not a name that can stand here; expected lower-case letters, digits and -, starting with a letter",
    ],
    ["services: {db: {image: a, port: 1, stages: [e2]}}\n", '1:45: services.db.stages[0]: is "e2"; did you mean `e2e`?'],
    ["coverage: {minimum: 80%}\n", '1:21: coverage.minimum: is "80%"; expected a number from 0 to 100, without %'],
    ["coverage: {minimum: -1}\n", "1:21: coverage.minimum: is -1; expected a number from 0 to 100, without %"],
    ["certificates: no\n", '1:15: certificates: is "no"; expected auto or none'],
    [
      "registry: {address: 'https://ghcr.io'}\n",
      '1:21: registry.address: is "https://ghcr.io"; expected host:port/prefix without https://, such as ghcr.io/team',
    ],
    ["engine: {concurrency: 0}\n", "1:23: engine.concurrency: is 0; expected a whole number from 1 to 1024"],
    ["branches: {feature: {patterns: []}}\n", "1:32: branches.feature.patterns: is an empty list; expected at least one pattern"],
    ["branches: {feature: {ref: tags}}\n", '1:27: branches.feature.ref: is "tags"; did you mean `tag`?'],
    ["policy: {rules: [{id: a, stage: unit, action: ruun}]}\n", '1:47: policy.rules[0].action: is "ruun"; did you mean `run`?'],
    ["policy: {rules: [{id: a, stage: units, action: run}]}\n", '1:33: policy.rules[0].stage: is "units"; did you mean `unit`?'],
    [
      "policy: {waive: [{rule: a, reason: b, until: 2027-02-30}]}\n",
      '1:46: policy.waive[0].until: is "2027-02-30"; expected a date such as 2026-12-31',
    ],
    [
      "policy: {waive: [{rule: a, reason: ' ', until: 2027-01-01}]}\n",
      '1:36: policy.waive[0].reason: is " "; expected one line of text',
    ],
    ["policy: {waive: [{rule: a, until: 2027-01-01}]}\n", "1:18: policy.waive[0].reason: is missing; expected one line of text"],
    [
      'stages: {unit: {skip: "a\\u202Eb"}}\n',
      '1:23: stages.unit.skip: is "a\\u{202e}b"; expected one line of text, without invisible characters',
    ],
    [
      'stages: {unit: {skip: "a\\nb"}}\n',
      '1:23: stages.unit.skip: is "a\\u{a}b"; expected one line of text, without invisible characters',
    ],
    ["policy: {paths: {unti: ['src/**']}}\n", "1:18: policy.paths.unti: is not a key of policy.paths; did you mean `unit`?"],
  ])("%j", (text, problem) => {
    expect(problemsOf(text)).toContain(`weir.yaml:${problem}`);
  });
});

describe("an environment's value that does not fit", () => {
  it.each([
    ["database: [a]\n", "1:11: database: is a list; expected a plain name such as dev-db, or a map with name and url"],
    ["database: my db\n", '1:11: database: is "my db"; expected a plain name of letters, digits, . _ and -'],
    ["database: {url: 'http://x'}\n", "1:1: database.name: is missing; expected a plain name of letters, digits, . _ and -"],
    ["database: {name: a, ulr: 'http://x'}\n", "1:21: database.ulr: is not a key of database; did you mean `url`?"],
    [
      "database: {name: a, url: 'postgres://u:p@db/x'}\n",
      '1:26: database.url: is "postgres://u:p@db/x"; expected a URL such as https://api.example.org, without a user or password in it',
    ],
    ["replicas: 0\n", "1:11: replicas: is 0; expected a whole number from 1 to 1000"],
    ["strategy: bluegreen\n", '1:11: strategy: is "bluegreen"; did you mean `blue-green`?'],
    ["coverage: {minimum: high}\n", '1:21: coverage.minimum: is "high"; expected a number from 0 to 100, without %'],
    ["enviroment: staging\n", "1:1: enviroment: is not a key at the top of the file; did you mean `environment`?"],
    ["- a\n", "1:1: is a list; expected a map"],
  ])("%j", (text, problem) => {
    expect(problemsOf("", { "environments/staging.yaml": text })).toContain(`environments/staging.yaml:${problem}`);
  });
});

describe("an alert's value that does not fit", () => {
  it.each([
    ["- duration: 5m\n", "1:3: [0].condition: is missing; expected one line of text"],
    ["alerts:\n  - {condition: a > 1, duration: 5}\n", `2:34: alerts[0].duration: is "5"; ${duration}`],
    ["alert: []\n", "1:1: alert: is not a key at the top of the file; did you mean `alerts`?"],
    ["text\n", '1:1: is "text"; expected a list of alerts, or a map with alerts'],
    ["- {condition: a > 1, duraton: 5m}\n", "1:22: [0].duraton: is not a key of an alert; did you mean `duration`?"],
    ["- {condition: a > 1, my-team: b}\n", "1:22: [0].my-team: is not a name for a label; expected letters, digits and _"],
    [
      "- {condition: a > 1}\n- {condition: a > 1}\n",
      "2:3: [1]: `a > 1` is there already; expected a name of its own for each alert",
    ],
  ])("%j", (text, problem) => {
    expect(problemsOf("", { "environments/alerts.yaml": text })).toContain(`environments/alerts.yaml:${problem}`);
  });
});
