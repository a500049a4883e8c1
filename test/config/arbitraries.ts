/** Configurations that are well: what a user may write, by the schema and by the rules across keys. */
import fc from "fast-check";
import { durationPattern, parseDuration } from "../../ci/config/duration.ts";
import type { WeirInput } from "../../ci/config/schema.ts";
import { catalogue } from "../../ci/stages/catalogue.ts";

const some = { requiredKeys: [] as [] };
const slug = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}[a-z0-9]$/).filter((name) => name !== "constructor" && name !== "prototype");
const sentence = fc.string({ minLength: 1, maxLength: 40 }).filter((text) => /\S/.test(text));
const text = fc.string({ unit: "grapheme", maxLength: 30 });
const variable = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,9}$/);
const variables = fc.dictionary(variable, text, { maxKeys: 3, noNullPrototype: true });
const argv = fc
  .tuple(fc.stringMatching(/^[a-z./]{1,8}$/), fc.array(text, { maxLength: 3 }))
  .map(([program, rest]) => [program, ...rest]);
const duration = fc.stringMatching(durationPattern).filter((written) => parseDuration(written) !== null);
const path = fc.stringMatching(/^[a-z][a-z0-9._]{0,8}(\/[a-z][a-z0-9.]{0,8}){0,2}$/);
const urlPath = fc.stringMatching(/^\/[a-z0-9/_?=&.-]{0,12}$/);
const percent = fc.double({ min: 0, max: 100, noNaN: true }).map((value) => (Object.is(value, -0) ? 0 : value));
const port = fc.integer({ min: 1, max: 65_535 });
const version = fc.constantFrom("22", "1.10", "3.12", "1.24.1", "lts", "0x1f");
const toolchain = fc.constantFrom("node" as const, "python" as const, "go" as const, "java" as const, "rust" as const);
const image = fc.constantFrom(
  "postgres:17",
  "valkey",
  "ghcr.io/team/app:1.0",
  "localhost:5000/a/b",
  `a/b@sha256:${"0".repeat(64)}`,
);
const stageName = fc.constantFrom(...catalogue.map(({ name }) => name));
const nullable = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });

const app = fc.record(
  {
    path,
    port: nullable(port),
    health: urlPath,
    toolchain: nullable(toolchain),
    version: nullable(version),
    env: variables,
    dockerfile: nullable(path),
    smoke: fc.array(fc.record({ path: urlPath, status: fc.integer({ min: 100, max: 599 }), contains: nullable(sentence) }), {
      maxLength: 2,
    }),
    startDeadline: duration,
  },
  some,
);

const service = fc.record(
  {
    image,
    port,
    env: variables,
    args: nullable(argv),
    stages: fc.uniqueArray(stageName, { maxLength: 3 }),
  },
  { requiredKeys: ["image", "port"] },
);

/** Not for image, push and deploy, which take no commands. */
const stage = fc.record(
  {
    commands: nullable(fc.array(argv, { minLength: 1, maxLength: 2 })),
    env: variables,
    timeout: duration,
    reports: nullable(fc.array(fc.record({ kind: fc.constantFrom("junit" as const, "lcov" as const), path }), { maxLength: 2 })),
    skip: nullable(sentence),
  },
  some,
);
const stages = fc.record({ unit: stage, lint: stage, integration: stage, e2e: stage }, some);

const rules = fc.uniqueArray(
  fc.record(
    {
      id: slug,
      stage: stageName,
      action: fc.constantFrom("run" as const, "skip" as const, "require" as const),
      kinds: nullable(fc.subarray(["feature", "main"], { minLength: 1 })),
      events: nullable(fc.subarray(["push" as const, "merge" as const], { minLength: 1 })),
      reason: nullable(sentence),
    },
    { requiredKeys: ["id", "stage", "action"] },
  ),
  { maxLength: 3, selector: ({ id }) => id },
);
const waive = fc.uniqueArray(fc.record({ rule: slug, reason: sentence, until: fc.constantFrom("2026-11-24", "2099-12-31") }), {
  maxLength: 2,
  selector: ({ rule }) => rule,
});

export const validWeir: fc.Arbitrary<WeirInput> = fc.record(
  {
    name: nullable(slug),
    app,
    packages: fc.uniqueArray(fc.record({ path, toolchain: nullable(toolchain), version: nullable(version) }), {
      maxLength: 3,
      selector: (entry) => entry.path,
    }),
    branches: fc.constantFrom(
      {},
      { main: { patterns: ["trunk"] } },
      { hotfix: { disabled: true } },
      { main: { environment: null } },
    ),
    policy: fc.record({ rules, waive, paths: fc.constantFrom({}, { unit: ["src/**"] }) }, some),
    services: fc.dictionary(slug, service, { maxKeys: 3, noNullPrototype: true }),
    stages,
    coverage: fc.record({ minimum: percent }, some),
    performance: fc.record({ path: nullable(urlPath), rate: port, duration, p95: duration, errors: percent }, some),
    registry: fc.record({ address: nullable(fc.constantFrom("ghcr.io/team", "localhost:5000")) }, some),
    certificates: fc.constantFrom("auto" as const, "none" as const),
    engine: fc.record({ concurrency: nullable(fc.integer({ min: 1, max: 64 })) }, some),
  },
  some,
);
