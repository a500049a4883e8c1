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
b=/.weir/busybox out=$1/keep seconds=$2 port=$3 health=$4
shift 4
requests=$out/requests
: >"$requests"
while [ "$1" != -- ]; do
  printf '%s\\n%s\\n%s\\n' "$1" "$2" "$3" >>"$requests"
  shift 3
done
shift
verdict() { echo "weir: $1"; printf '%s\\n' "$1" >"$out/verdict"; }
# By the container's own address: an app that listens on loopback alone would be reached by nobody.
host=$($b hostname -i 2>/dev/null | $b cut -d' ' -f1)
host=\${host:-127.0.0.1}
"$@" >"$out/app.log" 2>&1 &
app=$!
end() {
  kill -TERM $app 2>/dev/null
  n=0
  while kill -0 $app 2>/dev/null && [ $n -lt 50 ]; do $b sleep 0.1; n=$((n + 1)); done
  kill -KILL $app 2>/dev/null
  echo "--- what the app printed:"
  $b tail -n 200 "$out/app.log"
  exit "$1"
}
read -r up rest </proc/uptime
limit=$((\${up%.*} + seconds))
until $b timeout 2 $b wget -q -O /dev/null "http://$host:$port$health" 2>"$out/last"; do
  if ! kill -0 $app 2>/dev/null; then
    wait $app
    verdict "the app ended with exit code $? before it was ready"
    end 1
  fi
  read -r now rest </proc/uptime
  if [ \${now%.*} -ge $limit ]; then
    verdict "the app did not answer at $health on port $port within $seconds s: $($b tail -n 1 "$out/last")"
    end 1
  fi
  $b sleep 0.1
done
echo "weir: ready, $health answers"
while read -r path && read -r status && read -r contains; do
  $b timeout 10 $b wget -S -O "$out/body" "http://$host:$port$path" >"$out/last" 2>&1
  got=$($b sed -n 's/.*HTTP\\/[0-9.]* \\([0-9][0-9][0-9]\\).*/\\1/p' "$out/last" | $b tail -n 1)
  if [ "$got" != "$status" ]; then
    verdict "$path answered \${got:-nothing}, and $status was expected"
    end 1
  fi
  if [ -n "$contains" ] && ! $b grep -qF -- "$contains" "$out/body"; then
    verdict "the answer of $path does not contain what was expected: $contains"
    end 1
  fi
  echo "weir: $path answered $got"
done <"$requests"
if ! kill -0 $app 2>/dev/null; then
  verdict "the app ended while it was tested"
  end 1
fi
end 0
`;
