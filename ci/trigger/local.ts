/** The trigger of a clone with no CI host around it: a person ran Weir, on a machine that is that person's own. */
import { branchOf } from "./refs.ts";
import type { RepositoryRead } from "./repository.ts";
import type { HostFacts } from "./trigger.ts";

/** What the clone alone says. The event is `manual`, and it is trusted: whoever runs it has the machine already. */
export function localFacts(read: RepositoryRead): HostFacts {
  const ref = read.ok ? read.repository.ref : null;
  const sha = read.ok ? read.repository.sha : null;
  return {
    host: "local",
    event: "manual",
    ref,
    branch: branchOf(ref),
    target: null,
    mergedFrom: null,
    sha,
    baseHints: [],
    pullRequest: null,
    actor: null,
    protectedBranch: null,
    trust: "trusted",
    sources: {
      event: "no CI host",
      trust: "no CI host",
      ...(ref === null ? {} : { ref: "git for-each-ref", branch: "git for-each-ref" }),
      ...(sha === null ? {} : { sha: "git status" }),
    },
    notes: [],
  };
}
