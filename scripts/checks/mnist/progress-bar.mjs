// One line of progress in a terminal: redrawn in place, or left out where the output is no terminal.
import process from 'node:process';

const WIDTH = 28;
const PARTS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
/** Milliseconds between redraws. */
const INTERVAL = 80;

export class ProgressBar {
  #stream = process.stderr;
  #last = 0;
  #shown = false;

  /**
   * Draws `label ███▌ text`, at most a dozen times a second.
   * @param {string} label
   * @param {number} share 0 to 1
   * @param {string} text
   */
  draw(label, share, text) {
    if (!this.#stream.isTTY) return;
    const now = Date.now();
    if (now - this.#last < INTERVAL && share < 1) return;
    this.#last = now;
    const eighths = Math.round(Math.min(1, Math.max(0, share)) * WIDTH * 8);
    const bar = `${'█'.repeat(Math.floor(eighths / 8))}${PARTS[eighths % 8]}`.padEnd(WIDTH);
    const line = `${label} ${bar} ${text}`.slice(0, (this.#stream.columns ?? 80) - 1);
    this.#stream.write(`\r\x1b[2K${line}`);
    this.#shown = true;
  }

  /** Takes the bar away, so that a line can be printed in its place. */
  clear() {
    if (this.#shown) this.#stream.write('\r\x1b[2K');
    this.#shown = false;
  }
}
