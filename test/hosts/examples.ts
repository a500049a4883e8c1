/** What wrappers are made from in tests. */
import type { WrapperInput } from "../../ci/hosts/wrapper.ts";

export const pin = { version: "0.1.0", repository: "https://git.example.org/team/weir.git", commit: "1".repeat(40) } as const;

export function given(changes: Partial<WrapperInput> = {}): WrapperInput {
  return { pin, source: ".", tags: false, runner: "shell", ...changes };
}
