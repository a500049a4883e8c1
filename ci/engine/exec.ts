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
# All names begin with weir_: one that the container's environment has too would reach the command with another value.
weir_b=/.weir/busybox weir_out=$1 weir_seconds=$2 weir_reports=$3
shift 3
if [ -s "$weir_out/exit" ] && read -r weir_code <"$weir_out/exit" && [ "$weir_code" != 0 ]; then exit 0; fi
$weir_b mkdir -p "$weir_out/reports"
# One execution has one name: a result that bears a name seen before comes from the cache.
[ -e "$weir_out/execution" ] || $weir_b cat /proc/sys/kernel/random/uuid >"$weir_out/execution"
[ -e "$weir_out/started" ] || $weir_b date +%s >"$weir_out/started"
read -r weir_up weir_rest </proc/uptime
printf '$ %s\\n' "$*" >>"$weir_out/log"
$weir_b timeout -k 5 "$weir_seconds" "$@" >>"$weir_out/log" 2>&1 </dev/null
weir_code=$?
read -r weir_now weir_rest </proc/uptime
echo "$weir_up $weir_now" >>"$weir_out/seconds"
# In hundredths. A command that was told to end may end with 0, and has not passed.
if [ $((\${weir_now%.*}\${weir_now#*.} - \${weir_up%.*}\${weir_up#*.})) -ge "\${weir_seconds}00" ]; then
  [ $weir_code != 0 ] || weir_code=124
  printf 'weir: ended after %s s, the stage'"'"'s timeout\\n' "$weir_seconds" >>"$weir_out/log"
  : >"$weir_out/timed-out"
fi
echo $weir_code >"$weir_out/exit"
weir_size=$($weir_b stat -c %s "$weir_out/log")
if [ "$weir_size" -gt 67108864 ]; then
  { $weir_b head -c 8388608 "$weir_out/log"; printf '\\nweir: %s bytes left out here\\n' $((weir_size - 41943040)); $weir_b tail -c 33554432 "$weir_out/log"; } >"$weir_out/log.short"
  $weir_b mv "$weir_out/log.short" "$weir_out/log"
fi
weir_n=0
printf '%s\\n' "$weir_reports" | while IFS= read -r weir_report; do
  weir_n=$((weir_n + 1))
  if [ -n "$weir_report" ] && [ -f "$weir_report" ]; then $weir_b cp -- "$weir_report" "$weir_out/reports/$weir_n"; fi
done
$weir_b tail -c 65536 "$weir_out/log"
exit 0
`;
