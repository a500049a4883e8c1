/** Text → YAML nodes, or what is wrong with the text. One document of YAML 1.2, within a budget. */
import { Composer, type CST, type Document, Lexer, LineCounter, Parser, type YAMLError } from "yaml";
import { type Place, type Problem, problem } from "./problem.ts";

export interface Syntax {
  readonly document: Document.Parsed;
  readonly placeOf: (offset: number) => Place;
}

/** The parser recurses: nesting that is far too deep ends the whole process, out of reach of any try. */
const deepest = 64;
/** About 10,000 lines of YAML. A megabyte of brackets would keep the parser busy for a minute. */
const mostLexemes = 50_000;

export function parseSyntax(file: string, text: string): Syntax | readonly Problem[] {
  const lines = new LineCounter();
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const at = (offset: number, wrong: string, expected: string) => [problem(placeOf(offset), [], wrong, expected)];

  const control = /[^\P{Cc}\t\n\r]|[\ufffe\uffff]/u.exec(text);
  if (control !== null) {
    countLines(lines, text.slice(0, control.index));
    return at(control.index, `holds the control character ${control[0]}`, "expected text");
  }
  const parsed = tokens(text, lines);
  if (!Array.isArray(parsed)) return at(parsed.offset, parsed.wrong, parsed.expected);

  const options = { version: "1.2", schema: "core", merge: false, uniqueKeys: false, strict: true } as const;
  const [document, second] = [...new Composer(options).compose(parsed, true, text.length)];
  if (document === undefined) throw new Error("the composer yields a document when it is forced to");
  if (second !== undefined) return at(second.range[0], "a second document starts here", "expected one document in the file");
  const version = document.directives.yaml.version;
  if (version !== "1.2") return at(0, `is written in YAML ${version}`, "expected YAML 1.2, without a %YAML line");
  const errors = [...document.errors, ...document.warnings];
  if (errors.length > 0) return errors.map((error) => syntaxProblem(placeOf(error.pos[0]), error));
  return { document, placeOf };
}

function countLines(lines: LineCounter, text: string): void {
  lines.addNewLine(0);
  for (const newline of text.matchAll(/\n/g)) lines.addNewLine(newline.index + 1);
}

/** The tokens of the whole text; or the place where it goes over its budget. */
function tokens(text: string, lines: LineCounter): CST.Token[] | { offset: number; wrong: string; expected: string } {
  const parser = new Parser(lines.addNewLine);
  const found: CST.Token[] = [];
  let lexemes = 0;
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    found.push(...parser.next(lexeme));
    if (parser.stack.length > deepest) {
      return { offset: parser.offset, wrong: "is nested too deeply", expected: `expected at most ${deepest} levels` };
    }
    if ((lexemes += 1) > mostLexemes) {
      return { offset: parser.offset, wrong: "is too large", expected: `expected at most ${mostLexemes} words and signs` };
    }
  }
  found.push(...parser.end());
  return found;
}

const quoteIt = "expected quotes around it";
const sayings: Partial<Record<YAMLError["code"], readonly [wrong: string, expected: string]>> = {
  TAB_AS_INDENT: ["a tab is used as indentation", "expected spaces"],
  BLOCK_AS_IMPLICIT_KEY: ["a second `key:` on one line", "expected one a line, or quotes around a text that holds `: `"],
  MULTILINE_IMPLICIT_KEY: ["a key without a value", "expected `key: value`"],
  BAD_SCALAR_START: ["a text starts with a sign that YAML keeps for itself", quoteIt],
};

function syntaxProblem(place: Place, { code, message }: YAMLError): Problem {
  const [wrong, expected] = sayings[code] ?? [message.charAt(0).toLowerCase() + message.slice(1), "expected valid YAML 1.2"];
  return problem(place, [], wrong, expected);
}
