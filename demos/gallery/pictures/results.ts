// What the two networks make of the pictures that are held back: right answers of each class, confusions, and the pictures that are taken for others.
import { formatShare, make } from 'lamplight-notebook/ui/dom';
import { Matrix, paintColors } from '../../ui/panels/matrix';
import type { Reading } from '../page';

/** The two networks, in the order in which the program reports them. */
export const NETWORKS = ['From nothing', 'Frozen, with a head'] as const;
/** Pictures that were taken for others, of which no more are shown. */
const MOST_WRONG = 18;

export interface Held {
  readonly classes: readonly string[];
  /** [N, 3, height, width]. */
  readonly images: Reading;
  /** [N]. */
  readonly labels: Reading;
}

export interface Results {
  /** Shares of right answers of each class: [2, classes]. */
  readonly each: Reading;
  /** How often each class (rows) was taken for each (columns): [2, classes, classes]. */
  readonly confusion: Reading;
  /** [2, N]. */
  readonly guesses: Reading;
}

export class ResultsView {
  readonly table = make('table', { className: 'by-class' });
  readonly wrong = make('ul', { className: 'thumbs' });
  readonly matrix: Matrix;
  /** The pictures that were taken for others, in words. */
  wrongText = '';
  #held: Held | null = null;
  #results: Results | null = null;

  constructor(
    private network: number,
    private readonly told: (text: string) => void,
  ) {
    this.matrix = new Matrix('Rows: what they are. Columns: what they are taken for.', {
      label: 'Confusions. Arrow keys move, and each count is read.',
      pointed: (at) => this.#tell(at),
    });
  }

  hold(held: Held): void {
    this.#held = held;
    this.#results = null;
  }

  show(results: Results): void {
    this.#results = results;
    this.#draw();
  }

  /** Shows confusions and pictures of one of the two. */
  choose(network: number): void {
    this.network = network;
    this.#draw();
  }

  #draw(): void {
    const [held, results] = [this.#held, this.#results];
    if (!held || !results) return;
    this.#drawTable(held.classes, results.each);
    const count = held.classes.length;
    this.matrix.draw({ height: count, width: count, values: this.#part(results.confusion) });
    this.#drawWrong(held, this.#part(results.guesses));
  }

  /** The half of what is reported of both that belongs to the chosen network. */
  #part({ data }: Reading): Float32Array {
    const half = data.length / 2;
    return Float32Array.from({ length: half }, (_, i) => Number(data[this.network * half + i]));
  }

  #drawTable(classes: readonly string[], { data }: Reading): void {
    const head = make('tr', {}, ...['Class', ...NETWORKS].map((text) => make('th', { scope: 'col' }, text)));
    const rows = classes.map((name, i) => {
      const shares = NETWORKS.map((_, network) => {
        const share = Number(data[network * classes.length + i]);
        const cell = make('td', { className: 'number' }, formatShare(share, 0));
        cell.style.setProperty('--share', String(share));
        return cell;
      });
      return make('tr', {}, make('th', { scope: 'row' }, name), ...shares);
    });
    this.table.replaceChildren(make('thead', {}, head), make('tbody', {}, ...rows));
  }

  #drawWrong({ classes, images, labels }: Held, guesses: Float32Array): void {
    const wrong = [...guesses.keys()].filter((i) => guesses[i] !== Number(labels.data[i]));
    this.wrongText = `${wrong.length} of ${guesses.length}`;
    const items = wrong.slice(0, MOST_WRONG).map((i) => {
      const [is, taken] = [classes[Number(labels.data[i])] ?? '', classes[guesses[i] ?? 0] ?? ''];
      return thumbnail(pictureOf(images, i), `${is}, taken for ${taken}`);
    });
    this.wrong.replaceChildren(...items);
  }

  #tell(at: { readonly row: number; readonly column: number } | null): void {
    const [held, results] = [this.#held, this.#results];
    if (!at || !held || !results) return;
    const count = this.#part(results.confusion)[at.row * held.classes.length + at.column] ?? 0;
    const [is, taken] = [held.classes[at.row], held.classes[at.column]];
    this.told(at.row === at.column ? `${count} of ${is} are told right.` : `${count} of ${is} taken for ${taken}.`);
  }
}

/** One picture of many, as a plane in colours. */
function pictureOf({ shape, data }: Reading, i: number) {
  const [, channels = 3, height = 1, width = 1] = shape;
  const size = channels * height * width;
  return { height, width, values: Float32Array.from({ length: size }, (_, at) => Number(data[i * size + at])) };
}

/** A small picture with its words below. */
export function thumbnail(
  plane: { readonly height: number; readonly width: number; readonly values: ArrayLike<number> },
  text: string,
): HTMLLIElement {
  const canvas = make('canvas');
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', text);
  paintColors(canvas, plane);
  const caption = make('span', {}, text);
  caption.setAttribute('aria-hidden', 'true');
  return make('li', {}, canvas, caption);
}
