/** A terminal of a size: obeys what is written as a real one would, so that tests see what a person would. */

type Stream = NodeJS.WriteStream;

/** Newlines also return the cursor, as the line discipline of a terminal makes them do. */
export class Terminal {
  readonly written: string[] = [];
  cursorHidden = false;
  private readonly screen: string[] = [""];
  private row = 0;
  private column = 0;

  constructor(
    public columns: number,
    public rows: number,
  ) {}

  /** As a stream to write on; only what is used here is there. */
  get stream(): Stream {
    return this as unknown as Stream;
  }

  write = (text: string): boolean => {
    this.written.push(text);
    // eslint-disable-next-line no-control-regex -- the sequences that are obeyed
    for (const [part] of text.matchAll(/\u001b\[[?0-9;]*[A-Za-z]|[\s\S]/gu)) this.obey(part);
    return true;
  };

  /** All lines that were ever there, those scrolled away first. */
  get lines(): readonly string[] {
    return this.screen
      .map((line) => line.trimEnd())
      .join("\n")
      .trimEnd()
      .split("\n");
  }

  /** What is on the screen now. */
  get visible(): readonly string[] {
    return this.screen.slice(-this.rows).map((line) => line.trimEnd());
  }

  private obey(part: string): void {
    if (part === "\n") this.newLine();
    else if (part === "\u001b[2K") this.screen[this.row] = "";
    else if (part === "\u001b[G") this.column = 0;
    else if (part.startsWith("\u001b[") && part.endsWith("A"))
      this.row = Math.max(this.screen.length - this.rows, this.row - Number(part.slice(2, -1) || "1"), 0);
    else if (part === "\u001b[?25l") this.cursorHidden = true;
    else if (part === "\u001b[?25h") this.cursorHidden = false;
    else if (part.startsWith("\u001b[") && part.endsWith("m")) return;
    else if (part.startsWith("\u001b")) throw new Error(`the terminal does not know ${JSON.stringify(part)}`);
    else this.put(part);
  }

  private put(character: string): void {
    if (this.column >= this.columns) this.newLine();
    const line = (this.screen[this.row] ?? "").padEnd(this.column);
    this.screen[this.row] = line.slice(0, this.column) + character + line.slice(this.column + character.length);
    this.column += character.length;
  }

  private newLine(): void {
    this.row += 1;
    this.column = 0;
    if (this.row === this.screen.length) this.screen.push("");
  }
}
