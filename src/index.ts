/**
 * Weir runs a GitFlow pipeline over an app: the same stages, rules and results as its command line.
 *
 * The app and what happened to it come first, then what to do: `dagger -m <weir> call --source . run`.
 */
import { argument, dag, func, object, type Container, type Directory, type File } from "@dagger.io/dagger";
import * as weir from "../ci/module.ts";

/** What happened to the app's repository. */
export enum Event {
  /** Commits arrived on a branch. */
  push = "push",
  /** A merge is proposed: everything is checked, nothing is delivered. */
  pullRequest = "pull-request",
  /** A merge arrived on a branch that others merge into. */
  merge = "merge",
  /** A tag arrived. */
  tag = "tag",
  /** A clock asked. */
  schedule = "schedule",
  /** A person asked. */
  manual = "manual",
  /** Nobody can tell: everything is checked, nothing is delivered. */
  unknown = "unknown",
}

/** A stage of the pipeline, in the order in which they are shown. */
export enum Stage {
  /** Install the app's dependencies from its lockfile. */
  install = "install",
  /** Compile the app. */
  build = "build",
  /** Run the app's linter. */
  lint = "lint",
  /** Check the app's types. */
  types = "types",
  /** Check the app's formatting. */
  format = "format",
  /** Run the unit tests. */
  unit = "unit",
  /** Hold the unit tests' coverage against its bar. */
  coverage = "coverage",
  /** Run the integration tests with the app's services. */
  integration = "integration",
  /** Build the app's container image. */
  image = "image",
  /** Start the image with its services and see that it answers. */
  smoke = "smoke",
  /** Run the end-to-end tests against the running image (the stage e2e). */
  endToEnd = "e2e",
  /** Load the running image and hold its latency against limits. */
  performance = "performance",
  /** Push the image by digest to the registry. */
  push = "push",
  /** Start the release with its services and smoke-test it. */
  deploy = "deploy",
}

/** The pipeline over one app. */
@object()
export class Weir {
  private readonly source: Directory;
  private readonly event: Event | undefined;
  private readonly branch: string | undefined;
  private readonly tag: string | undefined;
  private readonly target: string | undefined;
  private readonly fork: boolean;
  private readonly registry: string | undefined;
  private readonly certificates: File | undefined;

  /**
   * @param source The app's repository, with its .git: the branch and the commit are read from there.
   * @param event What happened. By default a person asked.
   * @param branch The branch, where the repository does not tell (a detached HEAD) or should not decide.
   * @param tag The tag that arrived, in place of a branch.
   * @param target The branch that a pull request wants to be merged into.
   * @param fork The pull request comes from a fork: nothing is delivered.
   * @param registry Where images are pushed, such as ghcr.io/team. By default what weir.yaml says.
   * @param certificates CA certificates (PEM) that the app's containers need beyond their images' own.
   */
  constructor(
    @argument({ ignore: ["**/node_modules", "**/.venv", "**/.weir"] }) source: Directory,
    event?: Event,
    branch?: string,
    tag?: string,
    target?: string,
    fork: boolean = false,
    registry?: string,
    certificates?: File,
  ) {
    this.source = source;
    this.event = event;
    this.branch = branch;
    this.tag = tag;
    this.target = target;
    this.fork = fork;
    this.registry = registry;
    this.certificates = certificates;
  }

  /**
   * Tells what would run, what would not, and why.
   *
   * As versioned JSON. Nothing runs.
   *
   * @param only These stages and what they need.
   * @param until All stages up to this one.
   * @param from This stage, all after it, and what they need.
   * @param skip Leave these stages out.
   */
  @func({ cache: "session" })
  plan(only: Stage[] = [], until?: Stage, from?: Stage, skip: Stage[] = []): Promise<string> {
    return weir.planText(this.call(), { only, until: until ?? null, from: from ?? null, skip });
  }

  /**
   * Runs the pipeline, deliveries included.
   *
   * Returns the summary. Fails where a gate fails, with the names of the stages that did; report has the files.
   *
   * @param only These stages and what they need.
   * @param until All stages up to this one.
   * @param from This stage, all after it, and what they need.
   * @param skip Leave these stages out.
   * @param fresh Run every command again; only downloads come from the cache.
   */
  @func({ cache: "never" })
  run(only: Stage[] = [], until?: Stage, from?: Stage, skip: Stage[] = [], fresh: boolean = false): Promise<string> {
    return weir.runText(this.call(), { only, until: until ?? null, from: from ?? null, skip }, fresh);
  }

  /**
   * Runs the checks and returns run.json, logs and reports, whatever comes of them.
   *
   * After a run of the same files everything comes from the engine's cache. Delivers nothing.
   *
   * @param only These checks and what they need.
   */
  @func({ cache: "session" })
  report(only: Stage[] = []): Promise<Directory> {
    return weir.reportDirectory(this.call(), only);
  }

  /**
   * Returns a check's container as the check left it, passed or failed.
   *
   * `debug --stage unit terminal` opens a shell in it.
   *
   * @param stage A check that runs commands.
   */
  @func({ cache: "session" })
  debug(stage: Stage): Promise<Container> {
    return weir.stageContainer(this.call(), stage);
  }

  /** Runs the tests: unit, integration and end-to-end. */
  @func({ cache: "session" })
  test(): Promise<string> {
    return weir.runText(this.call(), { only: [Stage.unit, Stage.integration, Stage.endToEnd] });
  }

  /** Runs the checks of the code: lint, types, format and coverage. */
  @func({ cache: "session" })
  quality(): Promise<string> {
    return weir.runText(this.call(), { only: [Stage.lint, Stage.types, Stage.format, Stage.coverage] });
  }

  /** Installs the app's dependencies from its lockfile. */
  @func({ cache: "session" })
  install(): Promise<string> {
    return weir.checkText(this.call(), Stage.install);
  }

  /** Compiles the app. */
  @func({ cache: "session" })
  build(): Promise<string> {
    return weir.checkText(this.call(), Stage.build);
  }

  /** Runs the app's linter. */
  @func({ cache: "session" })
  lint(): Promise<string> {
    return weir.checkText(this.call(), Stage.lint);
  }

  /** Checks the app's types. */
  @func({ cache: "session" })
  types(): Promise<string> {
    return weir.checkText(this.call(), Stage.types);
  }

  /** Checks the app's formatting. */
  @func({ cache: "session" })
  format(): Promise<string> {
    return weir.checkText(this.call(), Stage.format);
  }

  /** Runs the unit tests. */
  @func({ cache: "session" })
  unit(): Promise<string> {
    return weir.checkText(this.call(), Stage.unit);
  }

  /** Holds the unit tests' coverage against its bar. */
  @func({ cache: "session" })
  coverage(): Promise<string> {
    return weir.checkText(this.call(), Stage.coverage);
  }

  /** Runs the integration tests with the app's services. */
  @func({ cache: "session" })
  integration(): Promise<string> {
    return weir.checkText(this.call(), Stage.integration);
  }

  /** Builds the app's image and returns it as a container. */
  @func({ cache: "session" })
  image(): Promise<Container> {
    return weir.imageContainer(this.call());
  }

  /** Starts the image with its services and sees that it answers. */
  @func({ cache: "session" })
  smoke(): Promise<string> {
    return weir.checkText(this.call(), Stage.smoke);
  }

  /**
   * Runs the end-to-end tests against the running image.
   *
   * This is the stage e2e, which Dagger would spell e-2-e.
   */
  @func({ cache: "session", alias: "endToEnd" })
  e2e(): Promise<string> {
    return weir.checkText(this.call(), Stage.endToEnd);
  }

  /** Loads the running image and holds its latency against limits. */
  @func({ cache: "session" })
  performance(): Promise<string> {
    return weir.checkText(this.call(), Stage.performance);
  }

  /**
   * Runs the checks and pushes the image by digest to the registry.
   *
   * Fails where the branch policy does not allow it.
   */
  @func({ cache: "never" })
  push(): Promise<string> {
    return weir.deliveryText(this.call(), Stage.push);
  }

  /**
   * Runs the checks, pushes the image, and brings the release to its environment.
   *
   * Fails where the branch policy does not allow it.
   */
  @func({ cache: "never" })
  deploy(): Promise<string> {
    return weir.deliveryText(this.call(), Stage.deploy);
  }

  /** Not exposed: only what @func marks is. */
  private call(): weir.Call {
    const { event, branch, tag, target } = this;
    return {
      client: dag,
      source: this.source,
      simulate: { event, branch, tag, target, fork: this.fork ? true : undefined },
      registry: this.registry ?? null,
      certificates: this.certificates ?? null,
      workdir: process.cwd(),
      lift: (path, options) => dag.currentModule().workdir(path, options),
      stream: process.stdout,
    };
  }
}
