/**
 * The shell that stages run in: busybox itself where the machine has one (installed, or in the embedded engine's root),
 * and a stand-in made of the machine's own programs, which behaves like it where the two differ.
 */
import { accessSync, chmodSync, constants, existsSync, readdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { layoutOf } from "../../ci/engine/native/layout.ts";

export interface Shell {
  readonly name: string;
  /** Writes it, as a program that is called with an applet's name and arguments. */
  install(path: string): void;
}

function program(path: string, text: string): void {
  writeFileSync(path, text);
  chmodSync(path, 0o755);
}

/** busybox's timeout is the command's own process, watched by a child; GNU's is its parent, and has an exit code of its own. */
const standIn: Shell = {
  name: "a stand-in for busybox",
  install(path) {
    writeFileSync(`${path}-wget.mjs`, wget);
    program(
      path,
      `#!/bin/sh
case $1 in
hostname) echo 127.0.0.1 ;;
wget) shift && exec ${process.execPath} ${path}-wget.mjs "$@" ;;
timeout)
  shift
  standin_last=
  if [ "$1" = -k ]; then standin_last=$2 && shift 2; fi
  standin_seconds=$1
  shift
  watch() {
    n=0
    while [ $n -lt $(($1 * 10)) ]; do sleep 0.1 && kill -0 $$ || exit; n=$((n + 1)); done
    kill "$2" $$
  }
  (watch "$standin_seconds" -TERM && [ -n "$standin_last" ] && watch "$standin_last" -KILL) >/dev/null 2>&1 </dev/null &
  exec "$@"
  ;;
*) exec "$@" ;;
esac
`,
    );
  },
};

/** Follows redirects, prints headers with -S, has no body where the status is an error, and heeds http_proxy, as busybox's. */
const wget = `import { createWriteStream } from "node:fs";
import { get } from "node:http";
import { pipeline } from "node:stream/promises";
const argv = process.argv.slice(2);
const file = argv[argv.indexOf("-O") + 1];
const fail = (text) => { process.stderr.write("wget: " + text + "\\n"); process.exit(1); };
const fetch = (url) => get(url, { headers: { connection: "close" } }, async (answer) => {
  const status = "HTTP/1.1 " + answer.statusCode + " " + answer.statusMessage;
  if (argv.includes("-S")) {
    process.stderr.write("  " + status + "\\n");
    for (let at = 0; at < answer.rawHeaders.length; at += 2) process.stderr.write("  " + answer.rawHeaders[at] + ": " + answer.rawHeaders[at + 1] + "\\n");
  }
  if ([301, 302, 303, 307, 308].includes(answer.statusCode)) return fetch(new URL(answer.headers.location, url));
  if (answer.statusCode >= 400) fail("server returned error: " + status);
  await pipeline(answer, createWriteStream(file)).catch((error) => fail(error.message));
}).on("error", (error) => fail("can't connect to remote host: " + error.message));
if (process.env.http_proxy && argv[argv.indexOf("-Y") + 1] !== "off") fail("can't connect to remote host: " + process.env.http_proxy);
fetch(argv.at(-1));
`;

function installed(): string | null {
  const { roots } = layoutOf();
  const engines = existsSync(roots) ? readdirSync(roots).map((name) => join(roots, name, "bin")) : [];
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), ...engines];
  return folders.map((folder) => join(folder, "busybox")).find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** busybox itself; null where the machine has none. */
export const busybox = installed();

export const shells: readonly Shell[] = [
  standIn,
  ...(busybox === null
    ? []
    : [
        {
          name: "busybox itself",
          // A machine's name may stand for an address that it does not have.
          install: (path: string) => {
            program(path, `#!/bin/sh\n[ "$1" != hostname ] || exec echo 127.0.0.1\nexec ${busybox} "$@"\n`);
          },
        },
      ]),
];
