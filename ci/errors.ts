/**
 * Every failure that a user can meet: a stable code, what happened, and what to do about it.
 * An exit code belongs to a class of failure, so scripts can tell them apart (docs/exit-codes.md).
 */

/** What the process exits with. 130 is what a shell gives a command ended by Ctrl-C. */
export const ExitCode = {
  passed: 0,
  stageFailed: 1,
  usage: 2,
  denied: 3,
  infrastructure: 4,
  rolledBack: 5,
  needsPerson: 6,
  interrupted: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** A failure that is the user's to mend: `code` is stable, `remedy` is one line that says how. */
export class WeirError extends Error {
  override readonly name = "WeirError";
  constructor(
    readonly code: string,
    message: string,
    readonly remedy: string,
    readonly exitCode: ExitCode,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Wrong flags or arguments, or a file that can't be read as configuration. */
export function usageError(code: string, message: string, remedy: string, cause?: unknown): WeirError {
  return new WeirError(code, message, remedy, ExitCode.usage, { cause });
}

/** The engine, the network, the disk: something below Weir did not do its part. */
export function infrastructureError(code: string, message: string, remedy: string, cause?: unknown): WeirError {
  return new WeirError(code, message, remedy, ExitCode.infrastructure, { cause });
}

/** The branch policy forbids what was asked. */
export function deniedError(code: string, message: string, remedy: string): WeirError {
  return new WeirError(code, message, remedy, ExitCode.denied);
}

/** The message of anything thrown; never an object's dump. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
