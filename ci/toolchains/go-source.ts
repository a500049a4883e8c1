/** What a Go file says before its code: its package, and under which tags it is built (`go help buildconstraint`). */

/** Tags that hold in Weir's containers, where cgo is off. */
const always: ReadonlySet<string> = new Set(["linux", "unix", "amd64", "gc"]);
/** No hand writes a longer one, and what is nested without end would exhaust the stack. */
const longestConstraint = 1000;

/** The name after `package`; null where there is none. */
export function packageOf(text: string): string | null {
  return /^package[ \t]+(\w+)/m.exec(withoutComments(text))?.[1] ?? null;
}

/** True where the compiler takes the file up under these tags. One that can't be understood is left to the compiler. */
export function isBuilt(text: string, tags: readonly string[] = []): boolean {
  const holds = (tag: string) => always.has(tag) || /^go1(\.\d+)?$/.test(tag) || tags.includes(tag);
  const head = text.slice(0, /^package\b/m.exec(text)?.index ?? text.length);
  const line = /^\/\/go:build[ \t]+(.*)$/m.exec(head)?.[1]?.trim();
  if (line !== undefined) return line.length > longestConstraint || evaluate(line, holds);
  // Before Go 1.17: a line holds where one of its words does, a word where each of its parts does.
  const old = [...head.matchAll(/^\/\/[ \t]*\+build[ \t]+(.*)$/gm)].map((match) => (match[1] ?? "").trim().split(/\s+/));
  return old.every((words) =>
    words.some((word) => word.split(",").every((tag) => holds(tag.replace("!", "")) !== tag.startsWith("!"))),
  );
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, "");
}

/** `a && (b || !c)`, by recursive descent. */
function evaluate(line: string, holds: (tag: string) => boolean): boolean {
  const words = line.match(/\|\||&&|[!()]|[\w.]+/g) ?? [];
  let at = 0;
  const take = (word: string) => words[at] === word && (at += 1) > 0;
  const either = (): boolean => {
    let value = both();
    while (take("||")) value = both() || value;
    return value;
  };
  const both = (): boolean => {
    let value = single();
    while (take("&&")) value = single() && value;
    return value;
  };
  const single = (): boolean => {
    if (take("!")) return !single();
    if (!take("(")) return holds(words[at++] ?? "");
    const value = either();
    take(")");
    return value;
  };
  return either();
}
