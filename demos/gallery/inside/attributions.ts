// The view of one picture: its scores, the fall of the score where a window covers it, and what each method says of its pixels.

import { byId, make } from 'lamplight-notebook/ui/dom';
import { largest } from '../../ui/colormap';
import { Matrix, type Place, type Plane } from '../../ui/panels/matrix';
import { type Reading, readingOf, type Values } from '../page';

/** What numbers of a map add up to, if to anything: those of pixels, or those of squares, which all pixels of a square have. */
type Parts = 'pixels' | 'squares' | null;

/** The methods by the names that the program gives them: the name in words, what a number of the map says of a pixel, and what numbers add up to. */
const METHODS = {
  Saliency: ['Saliency', 'how fast the score changes with it', null],
  SmoothGrad: ['SmoothGrad', 'the same, mean of 25 with noise', null],
  GuidedBackprop: ['Guided backprop', 'its slope, where ReLUs pass what is positive', null],
  Deconvolution: ['Deconvolution', 'its slope, where ReLUs pass positive slopes', null],
  GradCam: ['Grad-CAM', 'the last maps, weighed by their slopes', null],
  GuidedGradCam: ['Guided Grad-CAM', 'guided backprop there', null],
  InputXGradient: ['Input × gradient', 'slope times brightness', 'pixels'],
  IntegratedGradients: ['Integrated gradients', 'its share, on the way from black', 'pixels'],
  DeepLift: ['DeepLIFT', 'its share, handed back by layers', 'pixels'],
  DeepLiftShap: ['DeepLIFT SHAP', 'the same, mean over 50 other digits', 'pixels'],
  LRP: ['Relevance', 'the score, handed back by layers', 'pixels'],
  GradientShap: ['GradientSHAP', 'its share, from 50 other digits', 'pixels'],
  Occlusion: ['Occlusion', 'the fall of the score, mean of its windows', null],
  FeatureAblation: ['Feature ablation', 'the fall without its square', 'squares'],
  ShapleyValueSampling: ['Shapley values', 'the share of its square, in 10 orders', 'squares'],
  Lime: ['LIME', 'its square in a sparse linear model', 'squares'],
  KernelShap: ['KernelSHAP', 'its square in the model of Shapley', 'squares'],
} as const satisfies Readonly<Record<string, readonly [title: string, meaning: string, parts: Parts]>>;
/** Squares of a picture, where methods take pixels together. */
const SQUARES = 49;
type Method = keyof typeof METHODS;
const NAMES = Object.keys(METHODS) as Method[];

/** Classes that are listed where there are many. */
const LISTED = 10;

/** A number with its sign; one that is rounded to 0 has none. */
export const number = (value: number, digits = 2): string =>
  value
    .toFixed(digits)
    .replace(/^-(?=0\.?0*$)/, '')
    .replace('-', '−');

/** A picture of one or three colours as three planes. */
export function pictureOf({ shape, data }: Reading): Plane {
  const [channels = 1, height = 1, width = 1] = shape.slice(-3);
  const values = Float32Array.from(
    { length: 3 * height * width },
    (_, i) => data[channels === 3 ? i : i % (height * width)] ?? 0,
  );
  return { height, width, values, colors: true };
}

/** The sum of a map over its channels. */
export function overChannels({ shape, data }: Reading): Float32Array {
  const [channels = 1, height = 1, width = 1] = shape.slice(-3);
  const size = height * width;
  return Float32Array.from({ length: size }, (_, i) => {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += data[channel * size + i] ?? 0;
    return sum;
  });
}

interface Found {
  readonly map: Float32Array;
  /** The greatest size of a value. */
  readonly most: number;
  /** Of all parts; null where they add up to nothing. */
  readonly sum: number | null;
  readonly delta: number | null;
}

export class Attributions {
  /** Names of classes, where they are no digits. */
  classes: readonly string[] | null = null;
  readonly #picture = new Matrix('The picture', { label: 'The picture that is explained' });
  readonly #covered = new Matrix('The picture, and the window that covers it', { label: 'The picture with a window' });
  readonly #fallen = new Matrix('How far the score falls', {
    label: 'Fall of the score by the place of the window. Arrow keys move from place to place.',
    kind: 'diverging',
    pointed: (at) => this.#explain(at),
  });
  readonly #maps: Readonly<Record<Method, Matrix>>;
  readonly #found = new Map<Method, Found>();
  #shown: Plane | null = null;
  #scores: Reading | null = null;
  #target = 0;
  #hasOneScale = false;
  #falls: readonly number[] = [];
  #perRow = 1;
  /** Falls that are on the page so far. */
  #grown = 0;
  #isGrowing = false;

  /** @param options.chosen a class was pressed */
  constructor(private readonly options: { readonly chosen: (target: number) => void }) {
    const maps = NAMES.map((name) => [name, new Matrix('', { label: METHODS[name][0] })] as const);
    this.#maps = Object.fromEntries(maps) as unknown as Record<Method, Matrix>;
    for (const [name, map] of maps) {
      caption(map, name, '');
      byId('maps', HTMLElement).append(map.element);
    }
    byId('picture', HTMLElement).append(this.#picture.element);
    byId('occlusion', HTMLElement).append(this.#covered.element, this.#fallen.element);
  }

  /** All maps are painted by the greatest value of all, or each by its own. */
  set hasOneScale(hasOneScale: boolean) {
    if (this.#hasOneScale === hasOneScale) return;
    this.#hasOneScale = hasOneScale;
    this.#paintAll();
  }

  draw(report: Values): void {
    const [shown, scores] = [readingOf(report.shown), readingOf(report.scores)];
    if (shown && scores) {
      this.#shown = pictureOf(shown);
      this.#scores = scores;
      this.#target = Number(report.target);
      this.#found.clear();
      this.#picture.draw(this.#shown);
      this.#falls = [];
      this.#grown = 0;
      this.#drawScores();
    }
    if (report.fallen) {
      this.#falls = report.fallen as readonly number[];
      this.#perRow = Number(report.perRow);
      if (this.#falls.length < this.#grown) this.#grown = 0;
      this.#grow();
    }
    for (const name of NAMES) if (name in report) this.#take(name, report[name]);
  }

  #drawScores(): void {
    const { shape, data } = this.#scores!;
    const count = shape.at(-1) ?? 1;
    const all = Array.from(data).slice(0, count);
    const order = all.map((_, i) => i).sort((a, b) => (all[b] ?? 0) - (all[a] ?? 0));
    const listed = count > LISTED ? order.slice(0, LISTED) : all.map((_, i) => i);
    const most = Math.max(...all.map(Math.abs), 1e-9);
    const items = listed.map((i) => {
      const button = make(
        'button',
        { type: 'button' },
        make('span', {}, this.#nameOf(i)),
        make('span', { className: 'number' }, number(all[i] ?? 0)),
      );
      button.setAttribute('aria-pressed', String(i === this.#target));
      button.style.setProperty('--share', `${Math.max(0, (100 * (all[i] ?? 0)) / most).toFixed(1)}%`);
      button.addEventListener('click', () => this.options.chosen(i));
      return make('li', {}, button);
    });
    // Whoever chose a class by its key stays there.
    const had = document.activeElement?.closest('#scores') ? listed.indexOf(this.#target) : -1;
    byId('scores', HTMLElement).replaceChildren(...items);
    if (had >= 0) items[had]?.querySelector('button')?.focus();
    const [score, black] = [all[this.#target] ?? 0, data[count + this.#target] ?? 0];
    byId('difference', HTMLElement).replaceChildren(
      `Class ${this.#nameOf(this.#target)}: ${number(score)}; a black picture gets ${number(black)}. Shares add up to the difference, `,
      make('b', { className: 'number' }, number(score - black)),
    );
  }

  #nameOf(target: number): string {
    return this.classes?.[target] ?? String(target);
  }

  #take(name: Method, value: unknown): void {
    const list = Array.isArray(value) ? value : [value];
    const [map, delta] = [readingOf(list[0]), readingOf(list[1])];
    if (!map) {
      this.#found.delete(name);
      caption(this.#maps[name], name, String(value));
      return;
    }
    const values = overChannels(map);
    const [, , parts] = METHODS[name];
    const sum = values.reduce((all, each) => all + each, 0) * (parts === 'squares' ? SQUARES / values.length : 1);
    this.#found.set(name, {
      map: values,
      most: largest(values),
      sum: parts && sum,
      delta: delta ? Number(delta.data[0]) : null,
    });
    if (this.#hasOneScale) this.#paintAll();
    else this.#paint(name);
  }

  #paintAll(): void {
    for (const name of this.#found.keys()) this.#paint(name);
  }

  #paint(name: Method): void {
    const found = this.#found.get(name);
    if (!found || !this.#shown) return;
    const all = this.#hasOneScale ? [...this.#found.values()] : [found];
    const range = Math.max(...all.map(({ most }) => most), 1e-9);
    this.#maps[name].draw({ ...this.#shown, over: { values: found.map, range } });
    const delta = found.delta === null ? '' : `, δ ${number(found.delta, 3)}`;
    const sum = found.sum === null ? `up to ${number(found.most)}` : `Σ ${number(found.sum)}${delta}`;
    caption(this.#maps[name], name, sum);
  }

  /** The window goes on by a place a frame until it is where the program is. */
  #grow(): void {
    if (this.#isGrowing || this.#grown >= this.#falls.length || !this.#shown) return;
    this.#isGrowing = true;
    requestAnimationFrame(() => {
      this.#isGrowing = false;
      const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
      this.#grown = isCalm ? this.#falls.length : Math.min(this.#falls.length, this.#grown + 1);
      this.#drawFallen();
      this.#grow();
    });
  }

  #drawFallen(): void {
    const [count, perRow] = [this.#grown, this.#perRow];
    // As many rows as there will be: places lie as far apart both ways.
    const values = Float32Array.from({ length: perRow * perRow }, (_, i) => (i < count ? (this.#falls[i] ?? 0) : 0));
    this.#fallen.draw({ height: perRow, width: perRow, values });
    this.#frame(count - 1);
    byId('windows', HTMLElement).textContent = `${count} of ${perRow * perRow} places`;
  }

  /** Shows where the window is at a place. */
  #frame(place: number): void {
    if (!this.#shown || place < 0) return;
    const { width } = this.#shown;
    const { size, stride } = this.window;
    const by = (i: number) => Math.min(i * stride, width - size);
    const [row, column] = [Math.floor(place / this.#perRow), place % this.#perRow];
    this.#covered.draw(this.#shown, [{ row: by(row), column: by(column), height: size, width: size }]);
  }

  /** The window, in pixels of the picture. */
  window = { size: 6, stride: 2 };

  #explain(at: Place | null): void {
    const place = at ? at.row * this.#perRow + at.column : -1;
    const fall = this.#falls[place];
    byId('fall', HTMLElement).textContent =
      fall === undefined
        ? 'Point at a place: how far does the score fall where it is covered?'
        : `Covered there, the score falls by ${number(fall)}.`;
    this.#frame(place < 0 ? this.#grown - 1 : place);
  }
}

function caption(map: Matrix, name: Method, figures: string): void {
  const [title, meaning] = METHODS[name];
  map.element
    .querySelector('figcaption')
    ?.replaceChildren(make('b', {}, title), `${meaning} `, make('span', { className: 'number' }, figures));
}
