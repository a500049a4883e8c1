import { setTimeout as wait } from "node:timers/promises";

export interface Retry {
  readonly attempts: number;
  readonly pauseMs: number;
  /** Whether waiting can help: a wrong password stays wrong. */
  readonly worthwhile: (error: unknown) => boolean;
  readonly onFailure: (error: unknown, attempt: number) => void;
}

export async function retry<T>(act: () => Promise<T>, options: Retry): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await act();
    } catch (error) {
      if (attempt >= options.attempts || !options.worthwhile(error)) throw error;
      options.onFailure(error, attempt);
      await wait(options.pauseMs);
    }
  }
}
