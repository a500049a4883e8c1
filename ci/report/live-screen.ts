/** listr2's renderer, made to end at any moment, to fit a low terminal, and to write to any stream. */
import { DefaultRenderer, ListrDefaultRendererLogLevels as Level, ListrLogger, ProcessOutput, Spinner } from "listr2";
import type { ListrDefaultRendererOptions } from "listr2";
import picocolors from "picocolors";
import { symbols } from "./words.ts";

export interface ScreenHooks {
  /** Called before each drawing, to bring the titles up to date. */
  beforeDrawing(): void;
  /** What of the lines drawn (one a visible stage, in their order) the terminal has room for. */
  fit(lines: readonly string[]): readonly string[];
}

/** Draws until `end`, which gives the terminal back with all lines left on it; later calls do nothing. */
export abstract class Screen extends DefaultRenderer {
  // listr2 looks at the standard output to choose a renderer; which stream is drawn on is decided elsewhere.
  static override nonTTY = true;
  protected abstract readonly hooks: ScreenHooks;
  private ended = false;

  override update(): void {
    if (!this.ended) super.update();
  }

  override end(): void {
    if (this.ended) return;
    this.ended = true;
    super.end();
  }

  override create(options?: Parameters<DefaultRenderer["create"]>[0]): string {
    this.hooks.beforeDrawing();
    const drawn = super.create(options);
    return this.ended ? drawn : this.hooks.fit(drawn.split("\n")).join("\n");
  }
}

/** A spinner that keeps no process alive. */
class IdleSpinner extends Spinner {
  private timer: NodeJS.Timeout | undefined;

  override start(draw?: () => void, everyMs = 100): void {
    this.timer = setInterval(() => {
      this.spin();
      draw?.();
    }, everyMs).unref();
  }

  override isRunning(): boolean {
    return this.timer !== undefined;
  }

  override stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}

/** One line a stage, with the symbols that are used everywhere. */
export function screenOptions(
  stream: NodeJS.WriteStream,
  colour: boolean,
): ListrDefaultRendererOptions & { logger: ListrLogger } {
  const { green, red, yellow, cyan } = picocolors.createColors(colour);
  // The other standard stream is held back too until the view ends: a line on it would tear the drawing.
  const other = stream === process.stderr ? process.stdout : process.stderr;
  return {
    logger: new ListrLogger({
      useIcons: true,
      toStderr: [],
      processOutput: new ProcessOutput(stream, other, { leaveEmptyLine: false }),
    }),
    spinner: new IdleSpinner(),
    formatOutput: "truncate",
    showErrorMessage: false,
    showSkipMessage: false,
    icon: { [Level.COMPLETED]: symbols.passed, [Level.FAILED]: symbols.failed, [Level.SKIPPED_WITH_COLLAPSE]: symbols.skipped },
    color: {
      [Level.COMPLETED]: (text) => green(text ?? ""),
      [Level.FAILED]: (text) => red(text ?? ""),
      [Level.SKIPPED_WITH_COLLAPSE]: (text) => yellow(text ?? ""),
      [Level.PENDING]: (text) => cyan(text ?? ""),
    },
  };
}
