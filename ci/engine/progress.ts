/** How long work is shown: a title while it runs, its time when it is done. The CLI decides what that looks like. */

export interface Progress {
  /** Runs `work` under `title`. `note` replaces the line that says what it is at. */
  step<T>(title: string, work: (note: (line: string) => void) => Promise<T>): Promise<T>;
  /** A line worth knowing, such as which engine was chosen. */
  say(line: string): void;
}

/** Shows nothing; for callers that only want the result. */
export const silent: Progress = {
  step: (_title, work) => work(() => undefined),
  say: () => undefined,
};

/** Plain lines on a stream: a line at the start, one at the end with the time, and a sign of life in between. */
export function plainProgress(write: (line: string) => void, everyMs = 15_000): Progress {
  return {
    async step(title, work) {
      const started = performance.now();
      const seconds = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;
      let at = "";
      write(`… ${title}`);
      const alive = setInterval(() => {
        write(`… ${title}: ${seconds()}${at ? `, ${at}` : ""}`);
      }, everyMs);
      try {
        const result = await work((line) => {
          at = line;
        });
        write(`✓ ${title} (${seconds()})`);
        return result;
      } catch (error) {
        write(`✗ ${title} (${seconds()})`);
        throw error;
      } finally {
        clearInterval(alive);
      }
    },
    say: write,
  };
}
