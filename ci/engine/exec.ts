/**
 * The one way to run a stage's command in a container. A command never fails the container: its exit code, log and
 * reports land in a folder of their own, so that one query fetches them whatever happened, and a failed stage hands
 * out its reports. The shell that does this is a static one that Weir mounts, so any image will do.
 */
import type { Client, Container, File } from "@dagger.io/dagger";
import type { Argv } from "../toolchains/toolchain.ts";

export const toolsImage = "busybox:1.36";

/** Where a stage's results lie in its container. */
export const outFolder = (stage: string) => `/.weir/out/${stage}`;

/** Weir's shell and script as files; made once for a client. */
export interface Tools {
  readonly shell: File;
  readonly script: File;
}

export function toolsOf(client: Client): Tools {
  // A copy, and not the image's own file: engine v0.19.10 panics where a container mounts a file of its own base image
  // (core/dagop.go, index out of range), so an app FROM that image would end the engine.
  const copy = client.directory().withFile("busybox", client.container().from(toolsImage).file("/bin/busybox"));
  return { shell: copy.file("busybox"), script: client.file("run.sh", script) };
}

export interface Request {
  readonly stage: string;
  /** Run one after the other; none runs after one that failed. */
  readonly commands: readonly Argv[];
  /** How long each command may take, in ms; the script counts in whole seconds, at least one. */
  readonly timeoutMs: number;
  /** Files to keep, relative to the working folder. */
  readonly reports?: readonly string[];
}

/** The container after the commands, its results in `outFolder(stage)`. Nothing has run until something is asked of it. */
export function withCommands(
  container: Container,
  tools: Tools,
  { stage, commands, timeoutMs, reports = [] }: Request,
): Container {
  const head = [
    "/.weir/busybox",
    "sh",
    "/.weir/run.sh",
    outFolder(stage),
    String(Math.max(1, Math.ceil(timeoutMs / 1000))),
    reports.join("\n"),
  ];
  return commands.reduce(
    (before, command) => before.withExec([...head, ...command]),
    container.withMountedFile("/.weir/busybox", tools.shell).withMountedFile("/.weir/run.sh", tools.script),
  );
}

/** A log keeps its first and last parts: beyond 64 MB nobody reads it, and everybody waits for it. */
const script = `# run.sh OUT SECONDS REPORTS COMMAND...
b=/.weir/busybox out=$1 seconds=$2 reports=$3
shift 3
if [ -s "$out/exit" ] && read -r before <"$out/exit" && [ "$before" != 0 ]; then exit 0; fi
$b mkdir -p "$out/reports"
# One execution has one name: a result that bears a name seen before comes from the cache.
[ -e "$out/execution" ] || $b cat /proc/sys/kernel/random/uuid >"$out/execution"
[ -e "$out/started" ] || $b date +%s >"$out/started"
read -r up rest </proc/uptime
printf '$ %s\\n' "$*" >>"$out/log"
$b timeout -k 5 "$seconds" "$@" >>"$out/log" 2>&1 </dev/null
code=$?
read -r now rest </proc/uptime
echo "$up $now" >>"$out/seconds"
if [ $code != 0 ] && [ $((\${now%.*} - \${up%.*})) -ge "$seconds" ]; then
  printf 'weir: ended after %s s, the stage'"'"'s timeout\\n' "$seconds" >>"$out/log"
  : >"$out/timed-out"
fi
echo $code >"$out/exit"
size=$($b stat -c %s "$out/log")
if [ "$size" -gt 67108864 ]; then
  { $b head -c 8388608 "$out/log"; printf '\\nweir: %s bytes left out here\\n' $((size - 41943040)); $b tail -c 33554432 "$out/log"; } >"$out/log.short"
  $b mv "$out/log.short" "$out/log"
fi
n=0
printf '%s\\n' "$reports" | while read -r report; do
  n=$((n + 1))
  if [ -n "$report" ] && [ -f "$report" ]; then $b cp "$report" "$out/reports/$n"; fi
done
$b tail -c 65536 "$out/log"
exit 0
`;
