// Numbers as a table of coloured squares: as HTML for a page that is only read, and alive, with squares that can be pointed at and changed.
import { escaped } from '../render/escaped';
import { type Sheet, written } from './sums';

/** `signed` goes to both sides of nought; the others go from nought to the greatest value, in grey or in the colour of a channel. */
export type Scale = 'signed' | 'grey' | 'red' | 'green' | 'blue';

export interface Look {
  readonly scale: Scale;
  /** The value that is coloured fully. Default: the greatest magnitude of the sheet. */
  readonly range?: number;
  /** Rings of padding around the numbers. */
  readonly ring?: number;
  /** Squares that are framed as one. */
  readonly framed?: readonly number[];
  /** The square that was pointed at. */
  readonly at?: number | null;
}

export interface Words {
  /** Stands above. */
  readonly caption: string;
  /** What it is, for those who cannot see it, and which keys do what. */
  readonly label: string;
}

const LEVELS = 8;

export const greatest = (values: readonly number[]): number =>
  values.reduce((most, v) => Math.max(most, Math.abs(v)), 0);

/** Of two neighbours, whether the other stands within the frame as well. */
function edgesOf({ height, width }: Sheet, framed: ReadonlySet<number>, at: number): string[] {
  const [row, column] = [Math.floor(at / width), at % width];
  const isIn = (r: number, c: number) => r >= 0 && c >= 0 && r < height && c < width && framed.has(r * width + c);
  const sides: readonly (readonly [string, boolean])[] = [
    ['edge-top', isIn(row - 1, column)],
    ['edge-right', isIn(row, column + 1)],
    ['edge-bottom', isIn(row + 1, column)],
    ['edge-left', isIn(row, column - 1)],
  ];
  return sides.flatMap(([name, joins]) => (joins ? [] : [name]));
}

function classesOf(sheet: Sheet, look: Look): string[] {
  const { height, width, values } = sheet;
  const { scale, ring = 0, at = null } = look;
  const range = look.range ?? greatest(values);
  const framed = new Set(look.framed);
  return values.map((value, i) => {
    const level = range > 0 ? Math.min(LEVELS, Math.round((LEVELS * Math.abs(value)) / range)) : 0;
    const kind = scale !== 'signed' ? scale : value < 0 ? 'minus' : 'plus';
    const [row, column] = [Math.floor(i / width), i % width];
    const isRing = Math.min(row, column, height - 1 - row, width - 1 - column) < ring;
    const frame = framed.has(i) ? ['framed', ...edgesOf(sheet, framed, i)] : [];
    return [kind, `l${level}`, ...(isRing ? ['ring'] : []), ...frame, ...(i === at ? ['at'] : [])].join(' ');
  });
}

/** A number that fits into a square: .25 in the place of 0.25. */
const textOf = (value: number): string => written(value, Math.abs(value) >= 10 ? 1 : 2).replace(/^(−?)0\./, '$1.');
/** One that is wide has a smaller type. */
const isLong = (text: string): string => (text.length > 3 ? ' long' : '');

/** The table as HTML. */
export function sheetHtml(name: string, sheet: Sheet, look: Look, { caption, label }: Words): string {
  const { width, height } = sheet;
  return `<figure class="sheet" data-sheet="${name}"><figcaption>${escaped(caption)}</figcaption><table role="grid" aria-label="${escaped(label)}"><tbody>${Array.from(
    { length: height },
    (_, row) => rowHtml(sheet, classesOf(sheet, look), row * width),
  ).join('')}</tbody></table></figure>`;
}

function rowHtml({ width, values }: Sheet, classes: readonly string[], from: number): string {
  const cells = Array.from({ length: width }, (_, column) => {
    const text = textOf(values[from + column] ?? 0);
    return `<td class="${classes[from + column]}${isLong(text)}">${text}</td>`;
  });
  return `<tr>${cells.join('')}</tr>`;
}

export interface Handlers {
  /** A square is pointed at, by pointer or keyboard. */
  readonly pointed?: (at: number) => void;
  /** A square is pressed, or pressed with Enter. */
  readonly pressed?: (at: number) => void;
}

/** A table that stands in the page, brought to life. */
export class SheetView {
  readonly #table: HTMLTableElement;
  readonly #caption: HTMLElement;
  #shape: readonly [height: number, width: number] = [0, 0];
  /** The square that the keyboard is on. */
  #on = 0;

  constructor(
    root: HTMLElement,
    name: string,
    private readonly handlers: Handlers = {},
  ) {
    const figure = root.querySelector<HTMLElement>(`[data-sheet="${name}"]`);
    const [table, caption] = [figure?.querySelector('table'), figure?.querySelector('figcaption')];
    if (!table || !caption) throw new Error(`internal: panel without the sheet ${name}`);
    this.#table = table;
    this.#caption = caption;
    if (!handlers.pointed && !handlers.pressed) return;
    table.classList.add('live');
    table.addEventListener('pointerover', (event) => this.#heard(event, (at) => this.#point(at)));
    table.addEventListener('click', (event) => this.#heard(event, (at) => this.#press(at)));
    table.addEventListener('focusin', (event) => this.#heard(event, (at) => this.#point(at)));
    table.addEventListener('keydown', (event) => this.#key(event));
  }

  set caption(text: string) {
    this.#caption.textContent = text;
  }

  set label(text: string) {
    this.#table.setAttribute('aria-label', text);
  }

  draw(sheet: Sheet, look: Look): void {
    const { height, width, values } = sheet;
    const isNew = height !== this.#shape[0] || width !== this.#shape[1];
    if (isNew) this.#build(height, width);
    const classes = classesOf(sheet, look);
    this.#squares.forEach((square, i) => {
      const text = textOf(values[i] ?? 0);
      square.className = `${classes[i]}${isLong(text)}`;
      if (square.textContent !== text) square.textContent = text;
    });
    if (isNew) this.#walk(Math.min(look.at ?? this.#on, values.length - 1), false);
  }

  get #squares(): HTMLTableCellElement[] {
    return [...this.#table.querySelectorAll('td')];
  }

  #build(height: number, width: number): void {
    const hadFocus = this.#table.contains(document.activeElement);
    this.#shape = [height, width];
    const body = document.createElement('tbody');
    for (let row = 0; row < height; row++) {
      const line = body.insertRow();
      for (let column = 0; column < width; column++) line.insertCell();
    }
    this.#table.replaceChildren(body);
    if (hadFocus) this.#walk(0, true);
  }

  #heard({ target }: Event, then: (at: number) => void): void {
    const at = target instanceof HTMLTableCellElement ? this.#squares.indexOf(target) : -1;
    if (at >= 0) then(at);
  }

  /** The keyboard goes to a square, which is then the one that Tab comes back to. */
  #walk(to: number, isFocused: boolean): void {
    if (!this.handlers.pointed && !this.handlers.pressed) return;
    this.#on = to;
    this.#squares.forEach((square, i) => {
      square.tabIndex = i === to ? 0 : -1;
    });
    if (isFocused) this.#squares[to]?.focus();
  }

  #point(at: number): void {
    this.#walk(at, false);
    this.handlers.pointed?.(at);
  }

  #press(at: number): void {
    this.#walk(at, false);
    this.handlers.pressed?.(at);
  }

  #key(event: KeyboardEvent): void {
    const [height, width] = this.#shape;
    const [row, column] = [Math.floor(this.#on / width), this.#on % width];
    const moves: Readonly<Record<string, number>> = {
      ArrowLeft: row * width + Math.max(0, column - 1),
      ArrowRight: row * width + Math.min(width - 1, column + 1),
      ArrowUp: Math.max(0, row - 1) * width + column,
      ArrowDown: Math.min(height - 1, row + 1) * width + column,
      Home: row * width,
      End: row * width + width - 1,
    };
    const to = moves[event.key];
    if (to !== undefined) this.#walk(to, true);
    else if (event.key === 'Enter' || event.key === ' ') this.handlers.pressed?.(this.#on);
    else return;
    event.preventDefault();
  }
}
