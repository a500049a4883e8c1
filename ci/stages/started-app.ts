/** The app as it runs: its image with its services, its variables and its port. */
import type { Container } from "@dagger.io/dagger";
import type { StageName } from "./catalogue.ts";
import { providedVariables, servicesOf, withServices, withVariables } from "./containers.ts";
import type { BoundService, StageContext } from "./stage.ts";

/** The name that tests reach the app by. */
export const appAlias = "app";

export interface RunnableApp {
  readonly container: Container;
  readonly port: number;
}

/** The port is weir.yaml's, else the image's first exposed one, else 8080; the app is told it as PORT. */
export async function runnableApp(context: StageContext, stage: StageName, image: Container): Promise<RunnableApp> {
  const port = context.config.app.port ?? (await firstExposedPort(image)) ?? 8080;
  const variables = { PORT: String(port), ...context.config.app.env, ...providedVariables(context.config, stage) };
  return { container: withServices(withVariables(image, variables), servicesOf(context, stage)), port };
}

/** The app as a service for a test's container; the test finds it at APP_URL. */
export async function appService(context: StageContext, stage: StageName): Promise<BoundService & { readonly url: string }> {
  const image = imageOf(context);
  const { container, port } = await runnableApp(context, stage, image);
  const service = container
    .withEnvVariable("WEIR_STAGE", `${stage}${context.nonce}`)
    .withExposedPort(port)
    .asService({ useEntrypoint: true });
  return { alias: appAlias, service, url: `http://${appAlias}:${String(port)}` };
}

/** What `image` made. The plan starts no stage that needs it before it has passed. */
export function imageOf({ results }: StageContext): Container {
  const made = results.get("image")?.container;
  if (made === undefined) throw new Error("no image was made");
  return made;
}

async function firstExposedPort(image: Container): Promise<number | null> {
  const [first] = await image.exposedPorts();
  return first === undefined ? null : first.port();
}
