/** The app's containers, layer by layer: the toolchain's image, its tools, the dependencies, the source, the services. */
import { dirname } from "node:path";
import type { Container } from "@dagger.io/dagger";
import type { Config } from "../config/schema.ts";
import { certificateVariables } from "../engine/certificates.ts";
import { outFolder, withCommands } from "../engine/exec.ts";
import type { StageName } from "./catalogue.ts";
import type { BoundService, StageContext } from "./stage.ts";

export const workdir = "/src";
const certificatePath = "/.weir/certificates.crt";
/** Tools of the toolchain's own are fetched over the network, so their time is limited as an installation's is. */
const setupTimeoutMs = 10 * 60_000;

/** The toolchain's image with its variables, caches and tools; no file of the app's yet. */
export function toolchainContainer(context: StageContext): Container {
  const { app, client, tools } = context;
  const bare = withCertificates(client.container().from(app.image).withWorkdir(workdir), context);
  const variables = Object.entries(app.env).reduce((container, [name, value]) => container.withEnvVariable(name, value), bare);
  const cached = app.caches.reduce(
    (container, { name, path }) => container.withMountedCache(path, client.cacheVolume(`weir-${name}`)),
    variables,
  );
  return app.setup.length === 0
    ? cached
    : withCommands(cached, tools, { stage: "setup", commands: app.setup, timeoutMs: setupTimeoutMs });
}

/** Only the files that decide the dependencies: a change of the code leaves this layer alone. */
export function withDependencyFiles(container: Container, { dependencies, app }: StageContext): Container {
  return container.withDirectory(workdir, dependencies, { include: [...app.dependencyFiles] });
}

export function withSource(container: Container, { source }: StageContext): Container {
  return container.withDirectory(workdir, source);
}

/** The container that `install` left, with the source in it; where there was nothing to install, the toolchain's own. */
export function appContainer(context: StageContext, from: "install" | "build" = "install"): Container {
  const before = context.results.get(from)?.container ?? context.results.get("install")?.container ?? toolchainContainer(context);
  return from === "build" && context.results.get("build")?.container !== undefined ? before : withSource(before, context);
}

/** Trust what the host trusts, by a file that leaves no trace in an image. */
export function withCertificates(container: Container, { certificates }: StageContext): Container {
  if (certificates === null) return container;
  const mounted = container.withMountedFile(certificatePath, certificates);
  return Object.entries(certificateVariables(certificatePath)).reduce(
    (each, [name, value]) => each.withEnvVariable(name, value),
    mounted,
  );
}

/** What the stage's services give to the app and its tests. */
export function providedVariables(config: Config, stage: StageName): Readonly<Record<string, string>> {
  return Object.assign({}, ...config.stages[stage].services.map((name) => config.services[name]?.provides ?? {})) as Record<
    string,
    string
  >;
}

/** The stage's services, each by the name that it is reached under. */
export function servicesOf(context: StageContext, stage: StageName): readonly BoundService[] {
  return context.config.stages[stage].services.flatMap((alias) => {
    const service = context.config.services[alias];
    if (service === undefined) return [];
    const image = context.client.container().from(service.image);
    const variables = Object.entries(service.env).reduce(
      (container, [name, value]) => container.withEnvVariable(name, value),
      image,
    );
    // Equal services are one and the same in the engine: two stages that share a database would see each other's rows.
    const own = variables.withEnvVariable("WEIR_STAGE", `${stage}${context.nonce}`).withExposedPort(service.port);
    return [
      { alias, service: own.asService({ useEntrypoint: true, ...(service.args === null ? {} : { args: [...service.args] }) }) },
    ];
  });
}

export function withServices(container: Container, services: readonly BoundService[]): Container {
  return services.reduce((each, { alias, service }) => each.withServiceBinding(alias, service), container);
}

export function withVariables(container: Container, variables: Readonly<Record<string, string>>): Container {
  return Object.entries(variables).reduce((each, [name, value]) => each.withEnvVariable(name, value), container);
}

/** Whatever its commands are, they run anew: for `--fresh` and for what must not be answered from the cache. */
export function withNonce(container: Container, { nonce }: StageContext): Container {
  return nonce === "" ? container : container.withEnvVariable("WEIR_NONCE", nonce);
}

/** A folder that any user may write to, since an image's user is not root. */
export function withOutFolder(container: Container, { client }: StageContext, stage: string): Container {
  const open = { permissions: 0o777 };
  const folder = client
    .directory()
    .withNewDirectory(stage, open)
    .withNewDirectory(`${stage}/reports`, open)
    .withNewDirectory(`${stage}/keep`, open);
  return container.withDirectory(dirname(outFolder(stage)), folder);
}
