/** Which CI host is around, and what it says. */
import { readFileSync } from "node:fs";
import { oneOf, visible } from "../config/problem.ts";
import { usageError, type WeirError } from "../errors.ts";
import type { Env } from "./git.ts";
import { githubFacts } from "./github.ts";
import { gitlabFacts } from "./gitlab.ts";
import { jenkinsFacts } from "./jenkins.ts";
import { hostVariable, localFacts } from "./local.ts";
import type { RepositoryRead } from "./repository.ts";
import type { Host, HostFacts } from "./trigger.ts";

interface Signs {
  readonly host: Exclude<Host, "local">;
  readonly variable: string;
  readonly means: (value: string) => boolean;
}

const signs: readonly Signs[] = [
  { host: "github", variable: "GITHUB_ACTIONS", means: (value) => value === "true" },
  { host: "gitlab", variable: "GITLAB_CI", means: (value) => value === "true" },
  { host: "jenkins", variable: "JENKINS_URL", means: (value) => value !== "" },
];

export type HostResult = { readonly ok: true; readonly host: Host } | { readonly ok: false; readonly error: WeirError };

/** The one host whose variable is set; `local` for none. WEIR_HOST chooses among what the variables allow. */
export function hostOf(env: Env): HostResult {
  const found = signs.filter(({ variable, means }) => means(env[variable] ?? ""));
  const chosen = env[hostVariable] ?? "";
  if (chosen !== "") return chosenHost(chosen, found);
  const [first, second] = found;
  if (second === undefined) return { ok: true, host: first?.host ?? "local" };
  const names = found.map(({ variable }) => variable).join(" and ");
  return wrongHost(
    `${names} are both set: nobody can tell which host this is`,
    `unset one, or say which host it is with ${hostVariable}`,
  );
}

/** Nobody can make a CI host out of a laptop, nor a laptop out of a CI host. */
function chosenHost(chosen: string, found: readonly Signs[]): HostResult {
  const allowed = found.length === 0 ? (["local"] as const) : found.map(({ host }) => host);
  const host = allowed.find((one) => one === chosen);
  if (host !== undefined) return { ok: true, host };
  return wrongHost(
    `${hostVariable} is ${visible(chosen)}, which the variables of CI hosts say it is not`,
    `it may be ${oneOf(allowed)} here`,
  );
}

function wrongHost(message: string, remedy: string): HostResult {
  return { ok: false, error: usageError("trigger.hosts", message, remedy) };
}

/** What the host says, or the clone where there is no host. */
export function hostFacts(host: Host, env: Env, read: RepositoryRead): HostFacts {
  switch (host) {
    case "github":
      return fromGithub(env);
    case "gitlab":
      return gitlabFacts(env);
    case "jenkins":
      return jenkinsFacts(env);
    case "local":
      return localFacts(read, env);
  }
}

function fromGithub(env: Env): HostFacts {
  const payload = readPayload(env["GITHUB_EVENT_PATH"]);
  const facts = githubFacts(env, payload);
  return payload === null
    ? { ...facts, notes: [...facts.notes, "the event's payload can't be read (GITHUB_EVENT_PATH)"] }
    : facts;
}

function readPayload(path: string | undefined): unknown {
  if (path === undefined || path === "") return null;
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return null; // what it would have said is unknown, and so untrusted
  }
}
