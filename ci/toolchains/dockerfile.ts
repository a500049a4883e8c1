/** What an app's Dockerfile needs from outside: the images that its stages begin from. */
import { DockerfileParser } from "dockerfile-ast";

/**
 * The references after FROM, with the defaults of the ARGs before the first one filled in; `scratch` and the names of
 * the Dockerfile's own stages are none. One that no default completes is left out: the build will say so itself.
 */
export function baseImages(text: string): readonly string[] {
  const dockerfile = DockerfileParser.parse(text);
  const defaults = new Map(
    dockerfile
      .getInitialARGs()
      .map((arg) => arg.getProperty())
      .filter((property) => property !== null)
      .map((property) => [property.getName(), property.getValue() ?? ""]),
  );
  const stages = new Set<string>();
  const images: string[] = [];
  for (const from of dockerfile.getFROMs()) {
    const image = fill(from.getImage() ?? "", defaults);
    if (image !== "" && image !== "scratch" && !stages.has(image.toLowerCase()) && !image.includes("$")) images.push(image);
    const name = from.getBuildStage();
    if (name !== null) stages.add(name.toLowerCase());
  }
  // COPY --from takes an image's name as well as a stage's.
  for (const copy of dockerfile.getCOPYs()) {
    const from = copy.getFromFlag()?.getValue();
    if (from !== undefined && from !== null && !/^\d+$/.test(from) && !stages.has(from.toLowerCase()))
      images.push(fill(from, defaults));
  }
  return [...new Set(images)];
}

function fill(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(
    /\$(?:\{(\w+)(?::?-([^}]*))?\}|(\w+))/g,
    (whole, braced: string | undefined, otherwise: string | undefined, bare: string | undefined) => {
      return values.get(braced ?? bare ?? "") ?? otherwise ?? whole;
    },
  );
}
