/**
 * What a terminal shows while a run goes on.
 *
 * @module
 */

const encoder = new TextEncoder();
const CLEAR_LINE = "\r\x1b[2K";
/** How often the line changes. */
const INTERVAL_MS = 50;
/** How wide a terminal is taken to be that does not tell. */
const COLUMNS = 80;

/** One line on standard error that is written over; nothing where that is no terminal. */
export class ProgressLine {
  readonly #shown: boolean;
  #last = 0;

  /** A line, where it is wanted and there is a terminal. */
  constructor(wanted: boolean) {
    this.#shown = wanted && Deno.stderr.isTerminal();
  }

  /** Shows the text, if it is not too soon. */
  show(text: string): void {
    const now = performance.now();
    if (!this.#shown || now - this.#last < INTERVAL_MS) return;
    this.#last = now;
    this.#write(CLEAR_LINE + text.slice(0, columns() - 1));
  }

  /** Takes the line away. */
  end(): void {
    if (this.#shown) this.#write(CLEAR_LINE);
  }

  #write(text: string): void {
    Deno.stderr.writeSync(encoder.encode(text));
  }
}

function columns(): number {
  try {
    return Deno.consoleSize().columns || COLUMNS;
  } catch {
    return COLUMNS;
  }
}
