/** The wrapper for GitHub Actions. */
import { buildClient, fetchWeir, indented } from "./script.ts";
import { inSource, stamped, timeoutMinutes, type WrapperInput } from "./wrapper.ts";

/** By the full id of the commit that the tag names: a tag can be moved. */
const actions = {
  checkout: "actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2",
  cache: "actions/cache@9255dc7a253b0ccc959486e2bca901246202afeb # v5.0.1",
  upload: "actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f # v7.0.0",
} as const;

export function githubWrapper(input: WrapperInput): string {
  const { pin, source, tags } = input;
  const weir = 'weir="$RUNNER_TEMP/weir"';
  return stamped(
    "github",
    input,
    "#",
    `name: weir

# Everything that a rule could be about starts it; which rules hold is Weir's to say.
on:
  push:
    branches: ["**"]
${tags ? '    tags: ["**"]\n' : ""}  pull_request:
    # edited: a pull request that is turned to another target is another proposal.
    types: [opened, synchronize, reopened, edited]
  merge_group:
  schedule:
    - cron: "17 3 * * *"
  workflow_dispatch:

permissions: {}

# Runs of one branch wait for each other, so that two never deliver at once; a newer state of a proposal ends the older's.
concurrency:
  group: weir-\${{ github.event_name }}-\${{ github.ref }}
  cancel-in-progress: \${{ github.event_name == 'pull_request' }}

defaults:
  run:
    shell: bash

jobs:
  # The one check to require.
  weir:
    name: weir
    runs-on: ubuntu-24.04
    timeout-minutes: ${String(timeoutMinutes)}
    permissions:
      contents: read # the checkout
      pull-requests: read # the gate asks for reviews
    env:
      WEIR_REPOSITORY: ${text(pin.repository)}
      WEIR_COMMIT: ${text(pin.commit)}
      WEIR_SOURCE: ${text(source)}
      npm_config_cache: \${{ github.workspace }}/.weir/npm
      _EXPERIMENTAL_DAGGER_CLI_BIN: \${{ github.workspace }}/.weir/tools/dagger
    steps:
      - name: Check out
        uses: ${actions.checkout}
        with:
          fetch-depth: 0 # what changed is measured from where the branch began
          persist-credentials: false

${tags ? "" : caches(input)}      - name: Fetch Weir
        run: |
${indented([weir, ...fetchWeir], 10)}

      - name: Build Dagger's client
        run: |
${indented([weir, ...buildClient], 10)}

      - name: Check this file
        run: '"$RUNNER_TEMP/weir/scripts/weir" verify --host github --source "$WEIR_SOURCE"'

      - name: Run
        run: '"$RUNNER_TEMP/weir/scripts/weir" run --source "$WEIR_SOURCE"'

      - name: Judge
        if: \${{ !cancelled() }}
        env:
          GITHUB_TOKEN: \${{ github.token }}
        run: '"$RUNNER_TEMP/weir/scripts/weir" gate --source "$WEIR_SOURCE"'

      - name: Keep the record
        if: \${{ always() }}
        uses: ${actions.upload}
        with:
          name: weir-runs-\${{ github.run_attempt }}
          path: ${inSource(input, ".weir/runs")}
          include-hidden-files: true
          if-no-files-found: ignore
          retention-days: 30
`,
  );
}

/**
 * Not where tags start it, and so releases may be made: what a release is built with is fetched, not taken from where
 * an earlier run could have left something.
 */
const caches = (input: WrapperInput) => `      - name: Keep what Weir is made of
        uses: ${actions.cache}
        with:
          path: |
            .weir/npm
            .weir/tools
          key: weir-\${{ runner.os }}-\${{ runner.arch }}-${input.pin.commit}

      - name: Keep how long stages took
        uses: ${actions.cache}
        with:
          path: ${inSource(input, ".weir/state")}
          key: weir-state-\${{ github.run_id }}-\${{ github.run_attempt }}
          restore-keys: weir-state-

`;

/** JSON's texts are YAML's. */
const text = (value: string) => JSON.stringify(value);
