/** The hosts that Weir writes a wrapper for. */
import { githubWrapper } from "./github.ts";
import { gitlabWrapper } from "./gitlab.ts";
import { jenkinsWrapper } from "./jenkins.ts";
import type { Runner, WrapperHost, WrapperInput } from "./wrapper.ts";

export interface WrapperKind {
  /** Where the host looks for it, below the repository's root. */
  readonly path: string;
  readonly text: (input: WrapperInput) => string;
  /** How one's own jobs live beside Weir's. */
  readonly beside: string;
  /** What its jobs can run in, the usual one first. */
  readonly runners: readonly [Runner, ...Runner[]];
}

export const wrappers: Readonly<Record<WrapperHost, WrapperKind>> = {
  github: {
    path: ".github/workflows/weir.yml",
    text: githubWrapper,
    beside: "name another file with --file .github/workflows/<name>.yml",
    runners: ["shell"],
  },
  gitlab: {
    path: ".gitlab-ci.yml",
    text: gitlabWrapper,
    beside: "write it beside yours with --file .gitlab/weir.yml, and include that file from yours (include: { local: … })",
    runners: ["container", "shell"],
  },
  jenkins: {
    path: "Jenkinsfile",
    text: jenkinsWrapper,
    beside: "write it beside yours with --file Jenkinsfile.weir, and make it the Script Path of a project of its own",
    runners: ["shell"],
  },
};

export const wrapperHosts = Object.keys(wrappers) as readonly WrapperHost[];
