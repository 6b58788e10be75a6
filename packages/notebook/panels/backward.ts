// The gradients of a convolution, number by number: which numbers of the kernel, of the input and of the output's gradient each of them is the sum of.
import { RANGES } from './convolution';
import type { BackwardData, Life } from './data';
import { field, fieldsHtml } from './fields';
import { greatest, type Look, SheetView, sheetHtml } from './sheet';
import {
  asTerm,
  convolved,
  gradientsOf,
  type Meeting,
  meetingsOf,
  padded,
  placesOf,
  type Sheet,
  written,
} from './sums';

const PARTS = ['x', 'w', 'y', 'dy', 'dx', 'dw'] as const;
type Part = (typeof PARTS)[number];
/** The parts that are sums of products. */
type Summed = 'y' | 'dx' | 'dw';

/** What is pointed at. */
interface Pointed {
  readonly part: Summed;
  readonly at: number;
}

interface Scene {
  /** `x` with its padding, all others as they are. */
  readonly sheets: Readonly<Record<Part, Sheet>>;
  readonly pointed: Pointed;
  /** The numbers that meet in what is pointed at. */
  readonly meetings: readonly Meeting[];
}

/** The numbers within so many rings. */
function inner({ height, width, values }: Sheet, rings: number): Sheet {
  const isIn = (at: number, size: number) => at >= rings && at < size - rings;
  const kept = values.filter((_, i) => isIn(Math.floor(i / width), height) && isIn(i % width, width));
  return { height: height - 2 * rings, width: width - 2 * rings, values: kept };
}

/** The place among the padded numbers of the input's number `at`. */
const withRings = ({ size, padding }: Sizes, at: number): number =>
  (Math.floor(at / size) + padding) * (size + 2 * padding) + (at % size) + padding;

type Sizes = Pick<BackwardData, 'size' | 'side' | 'stride' | 'padding'>;

/** Numbers of a side of the output. */
export const outputSide = ({ size, side, stride, padding }: Sizes): number =>
  placesOf(size + 2 * padding, side, { stride, padding, dilation: 1 });

/** The output's gradient where none is given: that of the sum of the output. */
export const onesFor = (sizes: Sizes): number[] => Array<number>(outputSide(sizes) ** 2).fill(1);

function sceneOf(data: BackwardData, chosen: Pointed | null): Scene {
  const { size, side, stride, padding, gradient } = data;
  const steps = { stride, padding, dilation: 1 };
  const x = padded({ height: size, width: size, values: data.input }, padding);
  const w = { height: side, width: side, values: data.kernel };
  const y = convolved(x, w, steps);
  const gradients = gradientsOf(x, w, steps, gradient);
  const sheets = { x, w, y, dy: { ...y, values: gradient }, dx: inner(gradients.x, padding), dw: gradients.w };
  const pointed = chosen ?? { part: 'dx', at: Math.floor(size / 2) * (size + 1) };
  const at = Math.min(pointed.at, sheets[pointed.part].values.length - 1);
  const place = withRings(data, at);
  const meetings = meetingsOf(x, w, steps).filter((one) => {
    if (pointed.part === 'dx') return one.place === place;
    return pointed.part === 'dw' ? one.weight === at : one.output === at;
  });
  return { sheets, pointed: { ...pointed, at }, meetings };
}

function looks({ padding }: BackwardData, { sheets, pointed, meetings }: Scene): Readonly<Record<Part, Look>> {
  const { part, at } = pointed;
  const here = (name: Summed): Pick<Look, 'at' | 'framed'> => (part === name ? { at, framed: [at] } : {});
  const outputs = meetings.map(({ output }) => output);
  return {
    x: {
      scale: 'grey',
      range: Math.max(9, greatest(sheets.x.values)),
      ring: padding,
      framed: meetings.map((one) => one.place),
    },
    w: { scale: 'signed', framed: meetings.map((one) => one.weight) },
    y: { scale: 'signed', ...here('y') },
    dy: { scale: 'signed', framed: outputs },
    dx: { scale: 'signed', ...here('dx') },
    dw: { scale: 'signed', ...here('dw') },
  };
}

const CAPTIONS: Readonly<Record<Part, string>> = {
  x: 'Input x',
  w: 'Kernel w',
  y: 'Output y',
  dy: 'dy, given',
  dx: 'dx, by x',
  dw: 'dw, by w',
};

const SUMS = 'Arrow keys move from number to number; the sum of each is written below.';

const LABELS: Readonly<Record<Part, string>> = {
  x: 'Input x. Arrow keys move, Enter makes a number greater.',
  w: 'Kernel w. Arrow keys move, Enter changes a number.',
  y: `Output y. ${SUMS}`,
  dy: 'Gradient of the output, dy. Arrow keys move, Enter changes a number.',
  dx: `Gradient of the input, dx. ${SUMS}`,
  dw: `Gradient of the kernel, dw. ${SUMS}`,
};

/** What each sum runs over. */
const WORDS: Readonly<Record<Summed, string>> = {
  y: 'each number under the kernel, times the weight that lies on it',
  dx: 'for each output that this number went into, the weight by which it did, times dy there',
  dw: 'for each output, the number that this weight lay on, times dy there',
};

/** The two factors of a product of each sum. */
const FACTORS: Readonly<Record<Summed, (sheets: Scene['sheets'], one: Meeting) => readonly (number | undefined)[]>> = {
  y: ({ x, w }, { place, weight }) => [x.values[place], w.values[weight]],
  dx: ({ w, dy }, { weight, output }) => [w.values[weight], dy.values[output]],
  dw: ({ x, dy }, { place, output }) => [x.values[place], dy.values[output]],
};

function sumHtml({ sheets, pointed: { part, at }, meetings }: Scene): string {
  const { width, values } = sheets[part];
  const terms = meetings.flatMap((one) => {
    const [a = 0, b = 0] = FACTORS[part](sheets, one);
    return a !== 0 && b !== 0 ? [`${asTerm(a)} · ${asTerm(b)}`] : [];
  });
  const name = `<b>${part}</b> in row ${Math.floor(at / width) + 1}, column ${(at % width) + 1}`;
  return `${name}: ${WORDS[part]}. <span class="number">${terms.join(' + ') || '0'} = <strong>${written(values[at] ?? 0)}</strong></span>`;
}

const settingsHtml = ({ stride, padding }: BackwardData): string =>
  fieldsHtml({
    stride: { ...RANGES.stride, value: stride },
    padding: { ...RANGES.padding, value: padding },
  });

/** The panel as it is first seen. */
export function backwardHtml(data: BackwardData): string {
  const scene = sceneOf(data, null);
  const parts = looks(data, scene);
  const html = (name: Part) =>
    sheetHtml(name, scene.sheets[name], parts[name], { caption: CAPTIONS[name], label: LABELS[name] });
  const row = (title: string, names: readonly Part[]) =>
    `<div class="pass"><p class="touch-title">${title}</p><div class="touch-stage">${names.map(html).join('')}</div></div>`;
  return `<div class="passes">${row('Forward', ['x', 'w', 'y'])}${row('Backward', ['dx', 'dw', 'dy'])}</div>
<div class="touch-sum"><p class="sum" role="status">${sumHtml(scene)}</p></div>
<p class="hint">Point at a number of dx, dw or y to see the products that it is the sum of. Press a number of x, w or dy to change it.</p>
<fieldset class="touch-fields" disabled><legend class="visually-hidden">Settings of the convolution</legend>${settingsHtml(data)}</fieldset>
<p class="touch-buttons"><button type="button" class="button quiet" data-do="reset" disabled>Start again</button></p>`;
}

/** The next number that a press gives: inputs go up to 9, the others from −2 to 2. */
const NEXT = {
  x: (value: number) => (value >= 9 ? 0 : value + 3),
  w: (value: number) => (value >= 2 ? -2 : Math.floor(value) + 1),
};

/** Brings a panel that stands in the page to life. */
export function wakeBackward(root: HTMLElement, first: BackwardData): Life {
  let data = first;
  let pointed: Pointed | null = null;
  const find = <T extends HTMLElement>(selector: string) => root.querySelector<T>(selector)!;
  const fields = find<HTMLFieldSetElement>('.touch-fields');
  const reset = find<HTMLButtonElement>('[data-do="reset"]');
  const points = (part: Summed) => {
    const point = (at: number) => {
      pointed = { part, at };
      draw();
    };
    return { pointed: point, pressed: point };
  };
  const changed = (values: readonly number[], at: number, next: (value: number) => number) =>
    values.map((value, i) => (i === at ? next(value) : value));
  const set = (changes: Partial<BackwardData>) => {
    const next = { ...data, ...changes };
    data = outputSide(next) === outputSide(data) ? next : { ...next, gradient: onesFor(next) };
    draw();
  };
  const views: Readonly<Record<Part, SheetView>> = {
    x: new SheetView(root, 'x', { pressed: (place) => pressInput(place) }),
    w: new SheetView(root, 'w', { pressed: (at) => set({ kernel: changed(data.kernel, at, NEXT.w) }) }),
    y: new SheetView(root, 'y', points('y')),
    dy: new SheetView(root, 'dy', { pressed: (at) => set({ gradient: changed(data.gradient, at, NEXT.w) }) }),
    dx: new SheetView(root, 'dx', points('dx')),
    dw: new SheetView(root, 'dw', points('dw')),
  };

  /** Numbers of the padding stay nought. */
  function pressInput(place: number): void {
    const at = data.input.findIndex((_, i) => withRings(data, i) === place);
    if (at >= 0) set({ input: changed(data.input, at, NEXT.x) });
  }

  function draw(): void {
    const scene = sceneOf(data, pointed);
    const parts = looks(data, scene);
    for (const part of PARTS) views[part].draw(scene.sheets[part], parts[part]);
    find('.sum').innerHTML = sumHtml(scene);
  }

  reset.addEventListener('click', () => {
    data = first;
    pointed = null;
    const legend = fields.querySelector('legend')!;
    fields.innerHTML = settingsHtml(data);
    fields.prepend(legend);
    draw();
  });
  field(fields, (name, value) => set({ [name]: Number(value) }));
  fields.disabled = false;
  reset.disabled = false;
  draw();
  return { end: () => {} };
}
