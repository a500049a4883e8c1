/** What an app's Dockerfile needs from outside: the images that its stages begin from. */
import { DockerfileParser, type Instruction } from "dockerfile-ast";

/**
 * The references after FROM and in `--from`, with the defaults of the ARGs before the first FROM filled in; `scratch`
 * and the names of the Dockerfile's own stages are none. One that no default completes is left out: the build will say
 * so itself.
 */
export function baseImages(text: string): readonly string[] {
  const dockerfile = DockerfileParser.parse(text.replace(/^\uFEFF/, ""));
  const defaults = argumentDefaults(dockerfile.getInitialARGs());
  const stages = new Set<string>();
  const found: string[] = [];
  const add = (written: string) => {
    const image = fill(written, defaults).replace(/^(["'])(.*)\1$/, "$2");
    if (!/^(scratch|\d*)$/.test(image) && !/[\s"'$]|:$/.test(image) && !stages.has(image.toLowerCase())) found.push(image);
  };
  for (const from of dockerfile.getFROMs()) {
    add(from.getImage() ?? "");
    const name = from.getBuildStage();
    if (name !== null) stages.add(name.toLowerCase());
  }
  // COPY --from and a RUN's mount take an image's name as well as a stage's.
  for (const instruction of dockerfile.getInstructions()) {
    for (const from of flagsOf(instruction, "COPY", "from")) add(from);
    for (const mount of flagsOf(instruction, "RUN", "mount")) add(/(?:^|,)from=([^,]+)/.exec(mount)?.[1] ?? "");
  }
  return [...new Set(found)];
}

interface Flagged {
  getFlags(): readonly { getName(): string; getValue(): string | null }[];
}

/** The parser's own getFromFlag sees only the first flag of an instruction. */
function flagsOf(instruction: Instruction, keyword: string, name: string): readonly string[] {
  if (instruction.getKeyword() !== keyword) return [];
  const flags = (instruction as unknown as Flagged).getFlags();
  return flags.filter((flag) => flag.getName().toLowerCase() === name).map((flag) => flag.getValue() ?? "");
}

/** Each may use those before it; one without a default has no value. */
function argumentDefaults(args: readonly Instruction[]): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const written of args) {
    for (const [, name = "", quoted, single, bare] of (written.getRawArgumentsContent() ?? "").matchAll(argument)) {
      const value = quoted ?? single ?? bare;
      if (value !== undefined) values.set(name, single ?? fill(value, values));
    }
  }
  return values;
}

const argument = /(?:^|\s)(\w+)(?:=(?:"([^"]*)"|'([^']*)'|(\S*)))?(?=\s|$)/g;

/** `$NAME`, `${NAME}`, `${NAME-default}` and `${NAME:-default}`; what it can't tell stays as it is. */
function fill(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(
    /\$(?:\{(\w+)(?:(:?)-([^}]*))?\}|(\w+))/g,
    (whole, braced?: string, colon?: string, otherwise?: string, bare?: string) => {
      const value = values.get(braced ?? bare ?? "");
      return (colon === ":" && value === "" ? undefined : value) ?? otherwise ?? whole;
    },
  );
}
