import { builtinModules } from "node:module";
import js from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

/** Deciding is pure: what lies here takes values and returns values (docs/architecture.md). */
const pure = ["ci/policy/**/*.ts", "ci/plan/**/*.ts", "ci/deploy/analysis/**/*.ts"];

/** Modules of Node that only compute. All others read the world or act on it. */
const computing = ["assert", "assert/strict", "buffer", "path", "path/posix", "path/win32", "url", "util", "util/types"];
const touchingTheWorld = builtinModules.filter((name) => !computing.includes(name) && name !== "crypto");

/** Parts of Weir that act or read; the rest of ci/ is values and types. */
const acting = [
  "(^|/)engine(/|$)",
  "(^|/)execute(/|$)",
  "(^|/)hosts(/|$)",
  "(^|/)targets(/|$)",
  "(^|/)stages/(?!catalogue(\\.[jt]s)?$)",
  "(^|/)trigger/(?!trigger(\\.[jt]s)?$)",
  "(^|/)config/load(\\.[jt]s)?$",
  "(^|/)(cli|pipeline|deploy/(deploy|journal|lock|backup))(\\.[jt]s)?$",
];

const purity = {
  "no-restricted-imports": [
    "error",
    {
      paths: [
        ...touchingTheWorld.flatMap((name) => [name, `node:${name}`]).map((name) => ({ name, message: "Deciding does no I/O." })),
        ...["crypto", "node:crypto"].map((name) => ({
          name,
          allowImportNames: ["createHash"],
          message: "Only createHash decides the same thing twice.",
        })),
      ],
      patterns: [
        {
          regex: "^(@dagger\\.io/|execa$|listr2$|write-file-atomic$|proper-lockfile$|tsx($|/))",
          message: "Deciding knows no engine, process or file.",
        },
        { regex: "^node:(test|sqlite|sea)", message: "Deciding does no I/O." },
        ...acting.map((regex) => ({ regex, message: "Deciding does not import what acts." })),
      ],
    },
  ],
  "no-restricted-globals": [
    "error",
    {
      globals: [
        ...["process", "require", "fetch", "WebSocket", "EventSource", "performance", "console"],
        ...["setTimeout", "setInterval", "setImmediate", "queueMicrotask"],
      ].map((name) => ({ name, message: "Deciding takes values: hand it in as a parameter." })),
      checkGlobalObject: true,
    },
  ],
  "no-restricted-properties": [
    "error",
    { object: "Date", property: "now", message: "Deciding takes the time as a parameter." },
    { object: "Math", property: "random", message: "Deciding gives the same answer twice." },
  ],
  "no-restricted-syntax": [
    "error",
    { selector: "ImportExpression", message: "A lazy import would go round the rule for imports." },
    { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: "Deciding takes the time as a parameter." },
    { selector: "MetaProperty", message: "Deciding does not know where its files lie." },
  ],
};

const onlyTheCommandLine = ["argv", "exit"];

export default defineConfig(
  globalIgnores(["build/", "coverage/", ".weir/", "test/apps/", "**/fixtures/", "sdk/"]),
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/no-extraneous-class": ["error", { allowWithDecorator: true }],
      eqeqeq: ["error", "always", { null: "ignore" }],
      "no-console": "error",
    },
  },
  {
    files: ["ci/**/*.ts", "src/**/*.ts"],
    ignores: ["ci/cli.ts"],
    rules: {
      "no-restricted-properties": [
        "error",
        ...onlyTheCommandLine.map((property) => ({ object: "process", property, message: "Only ci/cli.ts touches it." })),
      ],
      "no-restricted-imports": [
        "error",
        {
          paths: ["process", "node:process"].map((name) => ({
            name,
            importNames: onlyTheCommandLine,
            message: "Only ci/cli.ts touches them.",
          })),
        },
      ],
    },
  },
  { files: pure, rules: purity },
  {
    files: ["test/**/*.ts"],
    rules: {
      // `expect(thing.method)`, a `!` on what the test itself has just made, and Vitest's matchers, which are `any`.
      "@typescript-eslint/unbound-method": "off",
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
    },
  },
  { files: ["scripts/**", "test/**"], rules: { "no-console": "off" } },
  {
    files: ["**/*.js", "**/*.mjs"],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: { console: "readonly", process: "readonly", URL: "readonly" } },
  },
);
