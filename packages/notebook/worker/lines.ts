// Owns the lines that a run prints: blocks of them share a place, and the oldest are dropped and counted.
import type { Output, TextOutput } from '../protocol';

/** Lines and letters that a run keeps; consoles keep as much. */
const MOST_LINES = 5000;
const MOST_LETTERS = 500_000;
/** Those of a block, which is sent whole whenever it grows. */
const BLOCK_LINES = 200;
const BLOCK_LETTERS = 20_000;

export interface Surroundings {
  /** A new place below all others. */
  place(): number;
  /** There is something to take. */
  changed(): void;
}

/** The place of a text among the lines. */
export interface Line {
  put(text: string): void;
}

class Block {
  /** Undefined: still to come. */
  readonly texts: (string | undefined)[] = [];
  lines = 0;
  letters = 0;
  isDropped = false;
  isSent = false;

  constructor(
    readonly slot: number,
    readonly stream: TextOutput['stream'],
  ) {}

  get isFull(): boolean {
    return this.lines >= BLOCK_LINES || this.letters >= BLOCK_LETTERS;
  }

  get text(): string {
    return this.texts.filter((text) => text !== undefined).join('\n');
  }
}

function linesOf(text: string): number {
  let lines = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}

/** What is longer than all that is kept loses its end. */
const bounded = (text: string): string =>
  text.length > MOST_LETTERS
    ? `${text.slice(0, MOST_LETTERS)}… (${(text.length - MOST_LETTERS).toLocaleString('en')} more letters)`
    : text;

export class Lines {
  /** The oldest first. */
  #blocks: Block[] = [];
  #open: Block | null = null;
  #changed = new Set<Block>();
  #gone: number[] = [];
  #lines = 0;
  #letters = 0;
  /** Lines that were dropped. */
  #before = 0;

  constructor(private readonly around: Surroundings) {}

  /** What is printed next has a place of its own. */
  end(): void {
    this.#open = null;
  }

  add(stream: TextOutput['stream']): Line {
    let block = this.#open;
    if (!block || block.stream !== stream || block.isFull) {
      block = new Block(this.around.place(), stream);
      this.#blocks.push(block);
      this.#open = block;
    }
    const at = block.texts.push(undefined) - 1;
    block.lines++;
    this.#lines++;
    return { put: (text) => this.#put(block, at, bounded(text)) };
  }

  #put(block: Block, at: number, text: string): void {
    if (block.isDropped) {
      this.#before += linesOf(text) - 1;
      return;
    }
    block.texts[at] = text;
    const more = linesOf(text) - 1;
    block.lines += more;
    block.letters += text.length;
    this.#lines += more;
    this.#letters += text.length;
    this.#changed.add(block);
    this.#drop();
    this.around.changed();
  }

  /** The newest block stays, whatever it holds. */
  #drop(): void {
    while (this.#blocks.length > 1 && (this.#lines > MOST_LINES || this.#letters > MOST_LETTERS)) {
      const block = this.#blocks.shift()!;
      block.isDropped = true;
      this.#changed.delete(block);
      if (block.isSent) this.#gone.push(block.slot);
      this.#lines -= block.lines;
      this.#letters -= block.letters;
      this.#before += block.lines;
    }
  }

  /** What has changed since this was asked last: blocks as they are now, places that are gone, and how many lines there were before. */
  take(): { puts: [slot: number, output: Output][]; gone: number[]; before: number } {
    const puts = [...this.#changed].map((block): [number, Output] => {
      block.isSent = true;
      return [block.slot, { kind: 'text', stream: block.stream, text: block.text }];
    });
    const gone = this.#gone;
    this.#changed = new Set();
    this.#gone = [];
    return { puts, gone, before: this.#before };
  }

  clear(): void {
    for (const block of this.#blocks) block.isDropped = true;
    this.#blocks = [];
    this.#open = null;
    this.#changed = new Set();
    this.#gone = [];
    this.#lines = 0;
    this.#letters = 0;
    this.#before = 0;
  }
}
