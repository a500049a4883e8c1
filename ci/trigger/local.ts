/** The trigger of a clone with no CI host around it: a person ran Weir, on a machine that is that person's own. */
import type { Env } from "./git.ts";
import { branchOf } from "../policy/refs.ts";
import type { RepositoryRead } from "./repository.ts";
import type { HostFacts } from "./trigger.ts";

/** What a person may say where the variables leave it open: which of two hosts it is, or that CI is set on a laptop. */
export const hostVariable = "WEIR_HOST";

/**
 * What the clone alone says. The event is `manual`, and it is trusted: whoever runs it has the machine already. Unless
 * CI is set: then some host that Weir does not know started it, for a reason and for someone that nobody can tell.
 */
export function localFacts(read: RepositoryRead, env: Env): HostFacts {
  const unknownHost = env[hostVariable] !== "local" && !["", "0", "false"].includes(env["CI"] ?? "");
  const from = unknownHost ? "CI is set, but none of GITHUB_ACTIONS, GITLAB_CI, JENKINS_URL" : "no CI host";
  const ref = read.ok ? read.repository.ref : null;
  const sha = read.ok ? read.repository.sha : null;
  return {
    host: "local",
    event: unknownHost ? "unknown" : "manual",
    ref,
    branch: branchOf(ref),
    target: null,
    mergedFrom: null,
    sha,
    baseHints: [],
    pullRequest: null,
    actor: null,
    protectedBranch: null,
    trust: unknownHost ? "untrusted" : "trusted",
    sources: {
      event: from,
      trust: from,
      ...(ref === null ? {} : { ref: "git for-each-ref", branch: "git for-each-ref" }),
      ...(sha === null ? {} : { sha: "git status" }),
    },
    notes: unknownHost
      ? [
          `CI is set, but by no host that Weir knows: what happened is unknown, so nothing is delivered; ${hostVariable}=local says that this is nobody's CI`,
        ]
      : [],
  };
}
