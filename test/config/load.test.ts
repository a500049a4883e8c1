import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { gitflow } from "../../ci/policy/branches.ts";
import { appWith, loadFrom, problemsIn, problemsOf } from "./app.ts";

describe("an app that writes nothing", () => {
  it("gets every default", () => {
    const { config, environments, alerts, locations } = loadFrom({});
    expect(config).toMatchObject({
      app: {
        path: ".",
        port: null,
        health: "/healthz",
        toolchain: null,
        version: null,
        env: {},
        dockerfile: null,
        startDeadline: 30_000,
      },
      packages: [],
      branches: gitflow,
      policy: { rules: [], waive: [], paths: {} },
      services: {},
      coverage: { minimum: 80 },
      performance: { path: "/healthz", rate: 50, duration: 10_000, p95: 500, errors: 1 },
      registry: { address: null },
      certificates: "auto",
      engine: { concurrency: null },
    });
    expect(config.app.smoke).toEqual([{ path: "/healthz", status: 200, contains: null }]);
    expect(config.stages.unit).toEqual({ commands: null, env: {}, timeout: 900_000, services: [], reports: null, skip: null });
    expect(Object.keys(environments)).toEqual(["development", "staging", "production"]);
    expect(alerts.map(({ condition }) => condition)).toEqual(["error_rate > 1%", "response_time > 500ms"]);
    expect(locations.locate(["app", "port"])).toBeNull();
  });

  it.each(["", "# nothing\n", "---\n", "{}\n", "app:\nservices:\nstages:\n  unit:\n"])(
    "as does one whose weir.yaml is %j",
    (text) => {
      const { config } = loadFrom({ "weir.yaml": text });
      expect({ ...config, name: "x" }).toEqual({ ...loadFrom({}).config, name: "x" });
    },
  );
});

describe("what the specification writes", () => {
  it("works as it stands: plain names, maps, and alerts as text", () => {
    const { environments, alerts } = loadFrom({
      "environments/development.yaml": "environment: development\ndatabase: dev-db\napi: dev-api\nmonitoring: dev-monitoring\n",
      "environments/qa.yaml": "database:\n  name: qa-db\n  url: postgres://qa-db:5432/shop\n",
      "environments/alerts.yaml": 'alerts:\n  - condition: "error_rate > 1%"\n    duration: "5m"\n    team: shop\n',
    });
    expect(environments["development"]).toMatchObject({
      name: "development",
      database: { name: "dev-db", url: null },
      strategy: "rolling",
    });
    expect(environments["qa"]).toMatchObject({
      name: "qa",
      database: { name: "qa-db", url: "postgres://qa-db:5432/shop" },
      strategy: null,
    });
    expect(alerts).toEqual([
      {
        name: "error_rate > 1%",
        condition: "error_rate > 1%",
        duration: 300_000,
        severity: "critical",
        description: null,
        labels: { team: "shop" },
      },
    ]);
  });

  it("finds no environment under a name that objects have of themselves", () => {
    const { environments } = loadFrom({});
    expect(environments["constructor"]).toBeUndefined();
    expect(environments["__proto__"]).toBeUndefined();
  });
});

describe("locate", () => {
  const weir = "name: shop\nstages:\n  unit:\n    timeout: 5m\n    commands:\n      - [npm, test]\n";
  const files = {
    "weir.yaml": weir,
    "environments/staging.yaml": "\ncoverage: {minimum: 90}\n",
    "environments/alerts.yaml": "# two\n- condition: a > 1%\n- condition: b > 1%\n",
  };

  it.each([
    [["stages", "unit"], "weir.yaml", 3],
    [["stages", "unit", "timeout"], "weir.yaml", 4],
    [["stages", "unit", "commands", 0], "weir.yaml", 6],
    [["environments", "staging", "coverage", "minimum"], "environments/staging.yaml", 2],
    [["alerts", 1], "environments/alerts.yaml", 3],
  ])("%j", (path, file, line) => {
    expect(loadFrom(files).locations.locate(path)).toMatchObject({ file, line });
  });

  it("knows nothing of defaults", () => {
    const { locations } = loadFrom(files);
    expect(locations.locate(["stages", "lint"])).toBeNull();
    expect(locations.locate(["environments", "production", "replicas"])).toBeNull();
    expect(locations.locate([])).toBeNull();
  });
});

describe("text that YAML reads as something else", () => {
  it("is kept as it was written, where text is meant", () => {
    const { config } = loadFrom({
      "weir.yaml":
        "app:\n  version: 1.10\n  env: {A: 1.10, B: true, C: 0x1f, D: 012, E: '', F: 1e3, G: 123456789012345678901}\nstages:\n  unit:\n    commands: [[sleep, 1.0]]\n",
    });
    expect(config.app.version).toBe("1.10");
    expect(config.app.env).toEqual({ A: "1.10", B: "true", C: "0x1f", D: "012", E: "", F: "1e3", G: "123456789012345678901" });
    expect(config.stages.unit.commands).toEqual([["sleep", "1.0"]]);
  });
});

describe("problems of all files", () => {
  it("come at once, in the order of the files and lines", () => {
    const folder = appWith({
      "weir.yaml": "app:\n  port: 0\ncoverage:\n  minimum: 101\n",
      "environments/staging.yaml": "replicas: none\nstrategy: cannary\n",
      "environments/qa.yaml": "api: [\n",
      "environments/alerts.yaml": "- {duration: 5m}\n",
    });
    expect(problemsIn(folder)).toEqual([
      "weir.yaml:2:9: app.port: is 0; expected a whole number from 1 to 65535",
      "weir.yaml:4:12: coverage.minimum: is 101; expected a number from 0 to 100, without %",
      "environments/qa.yaml:2:1: flow sequence in block collection must be sufficiently indented and end with a ]; expected valid YAML 1.2",
      'environments/staging.yaml:1:11: replicas: is "none"; expected a whole number from 1 to 1000',
      'environments/staging.yaml:2:11: strategy: is "cannary"; did you mean `canary`?',
      "environments/alerts.yaml:1:3: [0].condition: is missing; expected one line of text",
    ]);
  });

  it("end at a hundred a file, and say how many more there are", () => {
    const keys = Array.from({ length: 250 }, (_, index) => `x${index}: 1`).join("\n");
    const problems = problemsOf(`branches:\n${keys.replaceAll(/^/gm, "  ")}\n`);
    expect(problems).toHaveLength(101);
    expect(problems.at(-1)).toBe("weir.yaml:101:8: more problems are not shown; expected those above to be mended");
  });
});

it("throws for nothing that a folder can hold", () => {
  expect(problemsIn("/nowhere/at/all")).toEqual([
    "/nowhere/at/all:1:1: can't be opened: it does not exist; expected the folder of an app",
  ]);
  expect(problemsIn("a\0b")).toHaveLength(1);
  expect(problemsIn(fileURLToPath(import.meta.url))[0]).toMatch(/:1:1: is not a folder; expected the folder of an app$/);
});
