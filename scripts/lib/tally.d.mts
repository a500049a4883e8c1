export interface Report {
  testResults: {
    name: string;
    status: string;
    message: string;
    assertionResults: { fullName: string; status: string }[];
  }[];
}

export interface Part {
  kind: "check" | "vitest";
  name: string;
  exitCode: number;
  report: Report | null;
}

export interface Total {
  passed: number;
  failed: string[];
  skipped: string[];
}

export function tally(parts: Part[]): Total;
export function exitCodeOf(total: Total): 0 | 1;
export function linesOf(total: Total): string[];
