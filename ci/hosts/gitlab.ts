/** The wrapper for GitLab CI. */
import { buildClient, fetchWeir, indented, wholeRun } from "./script.ts";
import { inSource, stamped, timeoutMinutes, type WrapperInput } from "./wrapper.ts";

/** Docker's client and its daemon are in the same image. */
const docker = "docker:28.5.2-dind@sha256:2a232a42256f70d78e3cc5d2b5d6b3276710a0de0596c145f627ecfae90282ac";

const inContainers = `  image: ${docker}
  services:
    - name: ${docker}
      alias: docker
`;

/** The image holds Docker and no more; a machine whose shell runs jobs holds what Weir needs. */
const prepareContainer: readonly string[] = [
  "apk add --no-cache bash curl git go nodejs npm",
  'export _EXPERIMENTAL_DAGGER_CLI_BIN="$CI_PROJECT_DIR/.weir/tools/dagger"',
];

export function gitlabWrapper(input: WrapperInput): string {
  const { pin, source, tags } = input;
  const isContainer = input.runner === "container";
  const withoutTags = `    - if: $CI_COMMIT_TAG
      when: never
`;
  return stamped(
    "gitlab",
    input,
    "#",
    `# Everything that a rule could be about starts it; which rules hold is Weir's to say. Schedules are set in the project.
workflow:
  rules:
${tags ? "" : withoutTags}    - when: always

# The one job, whose success the project requires.
weir:
  stage: test
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
      interruptible: true
    - when: on_success
  timeout: ${String(timeoutMinutes)} minutes
  # Runs of one branch wait for each other, so that two never deliver at once.
  resource_group: weir/$CI_PIPELINE_SOURCE/$CI_COMMIT_REF_SLUG
${isContainer ? inContainers : ""}  variables:
    GIT_DEPTH: "0" # what changed is measured from where the branch began
${isContainer ? "    DOCKER_TLS_CERTDIR: /certs\n" : ""}    npm_config_cache: $CI_PROJECT_DIR/.weir/npm
  cache:
    - key: weir-${pin.commit}
      paths:
        - .weir/npm/
        - .weir/tools/
    - key: weir-state-$CI_COMMIT_REF_SLUG
      fallback_keys:
        - weir-state-$CI_DEFAULT_BRANCH
      when: always
      paths:
        - ${inSource(input, ".weir/state/")}
  script:
    - |
      set -eu
      # Not among the variables, where whoever may start a pipeline by hand could put another program in Weir's place.
      WEIR_REPOSITORY='${pin.repository}'
      WEIR_COMMIT='${pin.commit}'
      WEIR_SOURCE='${source}'
      folder="$(mktemp -d)"
      trap 'rm -rf "$folder"' EXIT
      weir="$folder/weir"
${indented([...(isContainer ? prepareContainer : []), ...fetchWeir, ...(isContainer ? buildClient : []), ...wholeRun("gitlab")], 6)}
  artifacts:
    name: weir-runs
    when: always
    expire_in: 30 days
    paths:
      - ${inSource(input, ".weir/runs/")}
    reports:
      junit: ${inSource(input, ".weir/runs/*/junit.xml")}
`,
  );
}
