/** The shell lines that wrappers run. No value stands in them: what differs comes from the environment. */
import { engineVersion } from "../engine/native/layout.ts";

/** Fetches Weir at the commit that the wrapper pins. `$weir` is a folder that does not exist yet. */
export const fetchWeir: readonly string[] = [
  'git init --quiet "$weir"',
  'git -C "$weir" fetch --quiet --depth 1 -- "$WEIR_REPOSITORY" "$WEIR_COMMIT"',
  'git -C "$weir" checkout --quiet --detach "$WEIR_COMMIT"',
];

const tag = `-X github.com/dagger/dagger/engine.Version=v${engineVersion} -X github.com/dagger/dagger/engine.Tag=v${engineVersion}`;

/**
 * Builds Dagger's client from the modules that Weir's go.sum holds. Hosts with Docker bring everything else; the usual way,
 * to pipe a script from the network into a shell, is pinned by nothing.
 */
export const buildClient: readonly string[] = [
  'mkdir -p "$(dirname "$_EXPERIMENTAL_DAGGER_CLI_BIN")"',
  '[ -x "$_EXPERIMENTAL_DAGGER_CLI_BIN" ] || \\',
  "  CGO_ENABLED=0 GOWORK=off GOFLAGS='-mod=readonly -trimpath -buildvcs=false' \\",
  `  go build -C "$weir/scripts/engine" -ldflags '-s -w ${tag}' \\`,
  '  -o "$_EXPERIMENTAL_DAGGER_CLI_BIN" github.com/dagger/dagger/cmd/dagger',
];

/** All of a run in one shell: what has run is judged even where it failed, and either failure is the job's. */
export function wholeRun(host: string): readonly string[] {
  return [
    `"$weir/scripts/weir" verify --host ${host} --source "$WEIR_SOURCE"`,
    "ran=0",
    '"$weir/scripts/weir" run --source "$WEIR_SOURCE" || ran=$?',
    '"$weir/scripts/weir" gate --source "$WEIR_SOURCE"',
    'exit "$ran"',
  ];
}

/** Lines at a depth of indentation, as YAML's `|` and Groovy's ''' take them. */
export function indented(lines: readonly string[], depth: number): string {
  return lines.map((line) => `${" ".repeat(depth)}${line}`).join("\n");
}
