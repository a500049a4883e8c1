/** What is written for each host: parsed again and held against what a wrapper must be. */
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { engineVersion } from "../../ci/engine/native/layout.ts";
import {
  commitProblem,
  isUntouched,
  markerOf,
  repositoryProblem,
  sourceProblem,
  type WrapperHost,
  type WrapperInput,
} from "../../ci/hosts/wrapper.ts";
import { wrapperHosts, wrappers } from "../../ci/hosts/wrappers.ts";
import { given, pin } from "./examples.ts";

const textOf = (host: WrapperHost, changes: Partial<WrapperInput> = {}) => wrappers[host].text(given(changes));

describe.each(wrapperHosts)("the wrapper for %s", (host) => {
  it.each<[string, Partial<WrapperInput>]>([
    ["as it is for most", { runner: wrappers[host].runners[0] }],
    ["for an app in a folder, with tags", { source: "services/shop", tags: true, runner: wrappers[host].runners.at(-1)! }],
  ])("is, %s", (_, changes) => {
    expect(textOf(host, changes)).toMatchSnapshot();
  });

  it("says in its first line what it was made from, and knows itself untouched", () => {
    const changes = { source: "services/shop", tags: true } as const;
    const text = textOf(host, changes);
    expect(markerOf(text)).toMatchObject({ host, pin, ...changes, runner: "shell" });
    expect(isUntouched(text)).toBe(true);
  });

  it("notices any change, those of its first line among them", () => {
    const text = textOf(host);
    for (const at of [0, 30, text.indexOf("1111"), text.indexOf("source="), text.indexOf("\n"), text.length - 2])
      expect(isUntouched(`${text.slice(0, at)}x${text.slice(at + 1)}`)).toBe(false);
    for (const changed of [`${text}\n`, text.slice(0, -1), text.slice(text.indexOf("\n") + 1), "", "\n"])
      expect(isUntouched(changed)).toBe(false);
  });

  it("pins Weir, and runs, judges and checks itself", () => {
    const text = textOf(host);
    expect(text).toContain(pin.commit);
    expect(text).toContain(pin.repository);
    for (const command of ["run", "gate", `verify --host ${host}`])
      expect(text).toContain(`scripts/weir" ${command} --source "$WEIR_SOURCE"`);
  });

  it("decides nothing: it names no stage, no kind of branch and no environment", () => {
    const text = textOf(host).replaceAll(/^\s*(#|\/\/).*$|unit: 'MINUTES'/gm, "");
    expect(text).not.toMatch(
      /\b(lint|unit|coverage|e2e|smoke|deploy|feature|hotfix|development|staging|production|main|master)\b/,
    );
  });
});

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: unknown;
  readonly concurrency: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}
interface Job {
  readonly permissions: unknown;
  readonly "timeout-minutes": number;
  readonly env: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}
interface Step {
  readonly name: string;
  readonly uses?: string;
  readonly run?: string;
  readonly if?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, unknown>>;
}

describe("on GitHub", () => {
  const text = textOf("github");
  const workflow = parse(text) as Workflow;
  const { weir: job } = workflow.jobs;
  const steps = job?.steps ?? [];

  it("starts for every row of the table, a merge queue, a clock and a person", () => {
    expect(workflow.on).toEqual({
      push: { branches: ["**"] },
      pull_request: { types: ["opened", "synchronize", "reopened", "edited"] },
      merge_group: null,
      schedule: [{ cron: "17 3 * * *" }],
      workflow_dispatch: null,
    });
    expect((parse(textOf("github", { tags: true })) as Workflow).on["push"]).toEqual({ branches: ["**"], tags: ["**"] });
  });

  it("is one job with no right but to read, and an end", () => {
    expect([Object.keys(workflow.jobs), workflow.permissions, job?.permissions, job?.["timeout-minutes"]]).toEqual([
      ["weir"],
      {},
      { contents: "read", "pull-requests": "read" },
      90,
    ]);
    expect(workflow.concurrency).toEqual({
      group: "weir-${{ github.event_name }}-${{ github.ref }}",
      "cancel-in-progress": "${{ github.event_name == 'pull_request' }}",
    });
  });

  it("takes actions by the full id of a commit, with the version beside it", () => {
    const used = [...text.matchAll(/uses: (.*)/g)].map(([, each]) => each);
    expect(used.length).toBeGreaterThan(0);
    for (const each of used) expect(each).toMatch(/^actions\/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it("checks out the whole history and leaves no credentials behind", () => {
    expect(steps[0]?.with).toEqual({ "fetch-depth": 0, "persist-credentials": false });
  });

  it("puts no expression into a shell, and its token into no step but the judge's", () => {
    for (const { run } of steps) expect(run ?? "").not.toContain("${{");
    expect(steps.filter(({ env }) => env !== undefined).map(({ name, env }) => [name, env])).toEqual([
      ["Judge", { GITHUB_TOKEN: "${{ github.token }}" }],
    ]);
    expect(text).not.toMatch(/secrets\.|pull_request_target/);
  });

  it("judges and keeps the record whatever came before", () => {
    expect(steps.slice(-2).map(({ name, if: when }) => [name, when])).toEqual([
      ["Judge", "${{ !cancelled() }}"],
      ["Keep the record", "${{ always() }}"],
    ]);
    expect(steps.at(-1)?.with).toMatchObject({ path: ".weir/runs", "include-hidden-files": true });
    expect((parse(textOf("github", { source: "a/b" })) as Workflow).jobs["weir"]?.steps.at(-1)?.with).toMatchObject({
      path: "a/b/.weir/runs",
    });
  });

  it("builds the client of the very engine that this Weir drives", () => {
    expect(text).toContain(`engine.Tag=v${engineVersion}'`);
  });
});

interface Pipeline {
  readonly workflow: { readonly rules: readonly Readonly<Record<string, string>>[] };
  readonly weir: Readonly<Record<string, unknown>> & {
    readonly variables: Readonly<Record<string, string>>;
    readonly script: readonly string[];
  };
}

describe("on GitLab", () => {
  const pipeline = parse(textOf("gitlab", { runner: "container" })) as Pipeline;

  it("is one job for every pipeline but those of tags, unless a kind is of tags", () => {
    expect(Object.keys(pipeline)).toEqual(["workflow", "weir"]);
    expect(pipeline.workflow.rules).toEqual([{ if: "$CI_COMMIT_TAG", when: "never" }, { when: "always" }]);
    expect((parse(textOf("gitlab", { tags: true })) as Pipeline).workflow.rules).toEqual([{ when: "always" }]);
    expect(pipeline.weir["rules"]).toEqual([
      { if: '$CI_PIPELINE_SOURCE == "merge_request_event"', interruptible: true },
      { when: "on_success" },
    ]);
    expect(pipeline.weir["timeout"]).toBe("90 minutes");
  });

  it("names its image by digest, and none where a shell runs it", () => {
    const { image, services, script } = pipeline.weir;
    expect(image).toMatch(/^docker:\d+\.\d+\.\d+-dind@sha256:[0-9a-f]{64}$/);
    expect(services).toEqual([{ name: image, alias: "docker" }]);
    expect(script.join("")).toContain("apk add");
    const shell = parse(textOf("gitlab")) as Pipeline;
    expect([shell.weir["image"], shell.weir["services"], shell.weir.script.join("").includes("apk")]).toEqual([
      undefined,
      undefined,
      false,
    ]);
  });

  it("fetches the whole history, and keeps records, tests, caches", () => {
    expect(pipeline.weir.variables["GIT_DEPTH"]).toBe("0");
    expect(pipeline.weir["artifacts"]).toMatchObject({
      when: "always",
      paths: [".weir/runs/"],
      reports: { junit: ".weir/runs/*/junit.xml" },
    });
    expect(pipeline.weir["cache"]).toMatchObject([{ paths: [".weir/npm/", ".weir/tools/"] }, { paths: [".weir/state/"] }]);
  });

  it("lets nobody who starts a pipeline by hand choose another Weir", () => {
    expect(Object.keys(pipeline.weir.variables).filter((name) => name.startsWith("WEIR_"))).toEqual([]);
    expect(pipeline.weir.script.join("")).toContain(`WEIR_COMMIT='${pin.commit}'\n`);
  });
});

describe("what ends in shells and YAML", () => {
  it.each([
    "https://git.example.org/team/weir.git",
    "https://git.example.org:8443/~team/weir",
    "ssh://git@git.example.org:22/team/weir.git",
    "git@git.example.org:team/weir.git",
    "file:///srv/git/weir.git",
  ])("may be the address %s", (address) => {
    expect(repositoryProblem(address)).toBeNull();
  });

  it.each([
    "https://user:secret@git.example.org/weir.git",
    "https://token@git.example.org/weir.git",
    "ssh://git:secret@git.example.org/weir.git",
    "http://git.example.org/weir.git",
    "https://git.example.org/$(touch x)",
    "https://git.example.org/a'b",
    "https://git.example.org/a b",
    "https://git.example.org/a\nb",
    "--upload-pack=touch x",
    "ext::sh -c touch% x",
    "/srv/git/weir",
    "../weir",
    "",
  ])("may not be the address %j", (address) => {
    expect(repositoryProblem(address)).not.toBeNull();
  });

  it("is a commit's full id, and a plain folder", () => {
    expect(["1".repeat(40), "a".repeat(64)].map(commitProblem)).toEqual([null, null]);
    for (const wrong of ["main", "1".repeat(39), "A".repeat(40), `${"1".repeat(40)}\n`, ""])
      expect(commitProblem(wrong)).not.toBeNull();
    expect([".", "services/shop", "a_b-c.d"].map(sourceProblem)).toEqual([null, null, null]);
    for (const wrong of ["a b", "a'b", "-x", "a/-x", "a*", "ü", "a\nb", "a$b", ""]) expect(sourceProblem(wrong)).not.toBeNull();
  });
});
