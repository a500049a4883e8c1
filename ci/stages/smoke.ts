import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Container } from "@dagger.io/dagger";
import type { StageName } from "./catalogue.ts";
import { withOutFolder } from "./containers.ts";
import { runCommands } from "./run-commands.ts";
import { imageOf, runnableApp } from "./started-app.ts";
import type { Stage, StageContext, StageOutcome } from "./stage.ts";

/** Starts the image with its services, waits until it is ready, and sends the requests that weir.yaml names. */
export const smoke: Stage = (context) => smokeTest(context, "smoke", imageOf(context));

/**
 * App and test share one container: a crash is seen at once with its exit code and its log, and not after a time-out
 * of somebody who dialled in vain. Whatever the image lacks (a shell, curl) is Weir's own.
 */
export async function smokeTest(context: StageContext, stage: StageName, image: Container): Promise<StageOutcome> {
  const { container, port } = await runnableApp(context, stage, image);
  const [entrypoint, args] = await Promise.all([image.entrypoint(), image.defaultArgs()]);
  const argv = [...entrypoint, ...args];
  if (argv.length === 0)
    return { status: "failed", reason: "the image says nothing of what to start (no ENTRYPOINT and no CMD)" };
  const { app } = context.config;
  const requests = app.smoke.length > 0 ? app.smoke : [{ path: app.health, status: 200, contains: null }];
  const prepared = withOutFolder(
    container.withMountedFile("/.weir/smoke.sh", context.client.file("smoke.sh", script)),
    context,
    stage,
  );
  const outcome = await runCommands(context, stage, prepared, {
    commands: [
      [
        ...[
          "/.weir/busybox",
          "sh",
          "/.weir/smoke.sh",
          `/.weir/out/${stage}`,
          String(Math.ceil(app.startDeadline / 1000)),
          String(port),
          app.health,
        ],
        ...requests.flatMap(({ path, status, contains }) => [path, String(status), contains ?? ""]),
        ...["--", ...argv],
      ],
    ],
  });
  return { ...outcome, reason: outcome.status === "passed" ? null : (lastWord(outcome.log) ?? outcome.reason) };
}

/** The script's own verdict stands in a file of its own: the app may print anything. */
function lastWord(log: string | undefined): string | null {
  if (log === undefined) return null;
  try {
    return readFileSync(join(dirname(log), "keep", "verdict"), "utf8").trim();
  } catch {
    return null;
  }
}

const script = `# smoke.sh OUT SECONDS PORT HEALTH [PATH STATUS CONTAINS]... -- COMMAND...
# All names begin with weir_: one that the app's environment has too would reach it with another value.
weir_b=/.weir/busybox weir_out=$1/keep weir_seconds=$2 weir_port=$3 weir_health=$4
shift 4
weir_requests=$weir_out/requests
: >"$weir_requests"
while [ "$1" != -- ]; do
  printf '%s\\n%s\\n%s\\n' "$1" "$2" "$3" >>"$weir_requests"
  shift 3
done
shift
verdict() { echo "weir: $1"; printf '%s\\n' "$1" >"$weir_out/verdict"; }
# By the container's own address: an app that listens on loopback alone would be reached by nobody.
weir_host=$($weir_b hostname -i 2>/dev/null | $weir_b cut -d' ' -f1)
weir_host=\${weir_host:-127.0.0.1}
"$@" >"$weir_out/app.log" 2>&1 &
weir_app=$!
end() {
  kill -TERM $weir_app 2>/dev/null
  weir_n=0
  while kill -0 $weir_app 2>/dev/null && [ $weir_n -lt 50 ]; do $weir_b sleep 0.1; weir_n=$((weir_n + 1)); done
  kill -KILL $weir_app 2>/dev/null
  echo "--- what the app printed:"
  $weir_b tail -n 200 "$weir_out/app.log"
  exit "$1"
}
read -r weir_up weir_rest </proc/uptime
weir_limit=$((\${weir_up%.*} + weir_seconds))
until $weir_b timeout 2 $weir_b wget -Y off -q -O /dev/null "http://$weir_host:$weir_port$weir_health" 2>"$weir_out/last"; do
  if ! kill -0 $weir_app 2>/dev/null; then
    wait $weir_app
    verdict "the app ended with exit code $? before it was ready"
    end 1
  fi
  read -r weir_now weir_rest </proc/uptime
  if [ \${weir_now%.*} -ge $weir_limit ]; then
    verdict "the app did not answer at $weir_health on port $weir_port within $weir_seconds s: $($weir_b tail -n 1 "$weir_out/last")"
    end 1
  fi
  $weir_b sleep 0.1
done
echo "weir: ready, $weir_health answers"
while IFS= read -r weir_path && read -r weir_status && IFS= read -r weir_contains; do
  # None that an earlier answer left; and wget follows a redirect, even where it is what is expected.
  $weir_b rm -f "$weir_out/body"
  case $weir_status in 3??) weir_which=head ;; *) weir_which=tail ;; esac
  $weir_b timeout 10 $weir_b wget -Y off -S -O "$weir_out/body" "http://$weir_host:$weir_port$weir_path" >"$weir_out/last" 2>&1
  weir_got=$($weir_b sed -n 's/.*HTTP\\/[0-9.]* \\([0-9][0-9][0-9]\\).*/\\1/p' "$weir_out/last" | $weir_b $weir_which -n 1)
  if [ "$weir_got" != "$weir_status" ]; then
    verdict "$weir_path answered \${weir_got:-nothing}, and $weir_status was expected"
    end 1
  fi
  if [ -n "$weir_contains" ] && ! $weir_b grep -qF -- "$weir_contains" "$weir_out/body" 2>/dev/null; then
    verdict "the answer of $weir_path does not contain what was expected: $weir_contains"
    end 1
  fi
  echo "weir: $weir_path answered $weir_got"
done <"$weir_requests"
if ! kill -0 $weir_app 2>/dev/null; then
  verdict "the app ended while it was tested"
  end 1
fi
end 0
`;
