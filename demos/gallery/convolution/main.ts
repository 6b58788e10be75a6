// The page of the convolution: its numbers, kernel and settings go to the program, and what the program reports is drawn.

import { kernelsOf, type Side } from 'lamplight-notebook/panels/kernels';
import { outputSize } from 'lamplight-notebook/panels/sums';
import { byId, make } from 'lamplight-notebook/ui/dom';
import { inAddress, keepInAddress } from 'lamplight-notebook/ui/kept';
import { showBanner } from '../../ui/banners';
import { type Frame, Matrix, type Place, type Plane } from '../../ui/panels/matrix';
import { PictureSource, SOURCES, type SourceKind } from '../../ui/panels/picture-source';
import { Settings } from '../../ui/panels/settings';
import { openGallery, type Reading, readingOf, type Values } from '../page';
import { KernelEditor } from './kernel';
import { termsOf } from './sums';

const SIZE = 7;
const PICTURE = 128;
const banners = byId('banners', HTMLElement);

let numbers = numbersIn(inAddress('numbers')) ?? [
  ...[0, 0, 0, 9, 0, 0, 0],
  ...[0, 0, 9, 9, 0, 0, 0],
  ...[0, 0, 0, 9, 0, 0, 0],
  ...[0, 0, 0, 9, 0, 0, 0],
  ...[0, 0, 0, 9, 0, 0, 0],
  ...[0, 0, 9, 9, 9, 0, 0],
  ...[0, 0, 0, 0, 0, 0, 0],
];
let picture: Reading | null = null;
let latest: Record<string, unknown> = {};
let brush = 0;

/** The numbers of the address: a digit each. */
function numbersIn(text: string | null): number[] | null {
  return text && /^\d+$/.test(text) && text.length === SIZE * SIZE ? [...text].map(Number) : null;
}

const settings = new Settings(
  byId('settings', HTMLElement),
  {
    view: {
      kind: 'choice',
      label: 'What is convolved',
      options: { hand: 'Numbers, by hand', picture: 'A picture' },
      value: 'hand',
    },
    source: { kind: 'choice', label: 'Picture', options: SOURCES, value: 'scene' },
    filter: {
      kind: 'choice',
      label: 'Kernel',
      options: kernelsOf(5),
      value: 'edges',
    },
    size: {
      kind: 'choice',
      label: 'Kernel size',
      options: { 1: '1 × 1', 3: '3 × 3', 5: '5 × 5' },
      value: '3',
    },
    stride: { kind: 'range', label: 'Stride', min: 1, max: 3, value: 1 },
    padding: { kind: 'range', label: 'Padding', min: 0, max: 3, value: 0 },
    dilation: { kind: 'range', label: 'Dilation', min: 1, max: 3, value: 1 },
    channels: { kind: 'range', label: 'Channels', min: 1, max: 2, value: 1 },
    groups: { kind: 'range', label: 'Groups', min: 1, max: 2, value: 1 },
    transposed: { kind: 'switch', label: 'Transposed', value: false },
  },
  () => changed(),
);
const { values } = settings;

const kernel = new KernelEditor(byId('kernel', HTMLElement), () => send());
const source = new PictureSource({
  size: PICTURE,
  changed: ({ size, values: data }) => {
    // Each colour is a picture of its own, so that one kernel serves all three.
    picture = { shape: [3, 1, size, size], data };
    send();
  },
  problem: (text) => showBanner(banners, 'No picture.', ` ${text}`),
  given: () => settings.set({ view: 'picture', source: 'file' }),
});
byId('source', HTMLElement).append(source.element);

const views = {
  x: new Matrix('Input', {
    label: 'Input. Arrow keys move, Enter changes a number.',
    pressed: ({ row, column }, first) => values.view === 'hand' && paint(row, column, first),
  }),
  y: new Matrix('Output', {
    label: 'Output. Arrow keys move from number to number, and the sum of each is read.',
    kind: 'diverging',
    pointed: (at) => explain(at),
  }),
  inputGrad: new Matrix('Gradient of the input', { label: 'Gradient of the input', kind: 'diverging' }),
  kernelGrad: new Matrix('Gradient of the kernel', { label: 'Gradient of the kernel', kind: 'diverging' }),
  maxPool: new Matrix('', { label: 'Output after max pooling', kind: 'diverging' }),
  avgPool: new Matrix('', { label: 'Output after average pooling', kind: 'diverging' }),
  unpooled: new Matrix('', { label: 'Max unpooling', kind: 'diverging' }),
  nearest: new Matrix('', { label: 'Upsampled by repeating', kind: 'diverging' }),
  bilinear: new Matrix('', { label: 'Upsampled between neighbours', kind: 'diverging' }),
  spread: new Matrix('', { label: 'Upsampled by the kernel, transposed', kind: 'diverging' }),
};
/** What each view of the last panel is made of: its caption says both sizes. */
const AFTER = {
  maxPool: ['Greatest of 2 × 2', 'y'],
  avgPool: ['Mean of 2 × 2', 'y'],
  unpooled: ['Unpooled to its places', 'maxPool'],
  nearest: ['Upsampled, nearest', 'maxPool'],
  bilinear: ['Upsampled, bilinear', 'maxPool'],
  spread: ['Transposed, stride 2', 'maxPool'],
} as const;
const place = (id: string, names: readonly (keyof typeof views)[]) =>
  byId(id, HTMLElement).append(...names.map((name) => views[name].element));
place('forward', ['x', 'y']);
place('backward', ['inputGrad', 'kernelGrad']);
place('after', Object.keys(AFTER) as (keyof typeof AFTER)[]);

const page = openGallery({ draw, autorun: true });
changed();

function changed(): void {
  const isPicture = values.view === 'picture';
  for (const name of ['channels', 'groups'] as const) settings.show(name, !isPicture);
  settings.show('groups', channels() === 2);
  settings.show('source', isPicture);
  byId('source', HTMLElement).hidden = !isPicture;
  kernel.shape = { channels: channels(), perGroup: channels() / groups() };
  const side = sideOfKernel();
  // A single number is no filter of edges: it makes all numbers greater or smaller.
  if (side !== kernel.side) settings.offer('filter', kernelsOf(side), side === 1 ? 'identity' : 'edges');
  kernel.show(values.filter, side);
  // By hand, a kernel that is wider than the numbers and their padding has no place.
  const room = (SIZE + 2 * values.padding - 1) / (side - 1);
  settings.limit('dilation', isPicture || values.transposed ? 3 : Math.min(3, Math.floor(room)));
  if (isPicture && source.kind !== values.source) void source.choose(values.source as SourceKind);
  else if (isPicture && !picture && values.source === 'scene') void source.choose('scene');
  send();
}

function sideOfKernel(): Side {
  return Number(values.size) as Side;
}

/** Channels that are convolved together: the colours of a picture are pictures of their own. */
function channels(): number {
  return values.view === 'picture' ? 1 : values.channels;
}

function groups(): number {
  return channels() === 2 ? values.groups : 1;
}

/** Presses make a number greater, from 9 to 0; a stroke gives the first square's number to the others. */
function paint(row: number, column: number, first: boolean): void {
  const at = row * SIZE + column;
  if (at >= numbers.length) return;
  if (first) brush = ((numbers[at] ?? 0) + 3) % 12;
  numbers = numbers.map((value, i) => (i === at ? Math.min(9, brush) : value));
  keepInAddress('numbers', numbers.join(''));
  send();
}

function input(): Reading {
  if (values.view === 'picture' && picture) return picture;
  // The second channel is the first one turned upside down.
  const second = Array.from({ length: SIZE }, (_, row) => numbers.slice((SIZE - 1 - row) * SIZE, (SIZE - row) * SIZE));
  const all = channels() === 2 ? [...numbers, ...second.flat()] : numbers;
  return { shape: [1, channels(), SIZE, SIZE], data: Float32Array.from(all) };
}

function send(): void {
  const { stride, padding, dilation, transposed } = values;
  page.give({ picture: input(), kernel: kernel.reading, stride, padding, dilation, groups: groups(), transposed });
}

/** The planes of a reading, one below the other, or as a picture in colours. */
function planeOf({ shape, data }: Reading): Plane {
  const [batch = 1, channels = 1, height = 1, width = 1] = shape;
  if (batch === 3) return { height, width, values: data, colors: true };
  return { height: batch * channels * height, width, values: data };
}

function draw(report: Values): void {
  latest = { ...latest, ...report };
  if (report.y && !report.maxPool) for (const name of Object.keys(views)) if (!(name in report)) delete latest[name];
  for (const [name, view] of Object.entries(views)) {
    const reading = readingOf(latest[name]);
    view.element.hidden = reading === null;
    if (reading && name in report) view.draw(planeOf(reading));
  }
  const sizes = sizesOf('x', 'y');
  if (sizes)
    byId('sizes', HTMLElement).textContent =
      `${sizes.join(' becomes ')}: ${outputSize({ ...values, kernel: sideOfKernel() })}`;
  for (const name of Object.keys(AFTER) as (keyof typeof AFTER)[]) {
    const [title, from] = AFTER[name];
    views[name].caption = `${title}\n${sizesOf(from, name)?.join(' → ') ?? ''}`;
  }
  if (source.kind === 'webcam' && values.view === 'picture') requestAnimationFrame(() => source.next());
}

/** The sizes of two readings, the one that was made of the other last; null where one is missing. */
function sizesOf(from: string, to: string): [string, string] | null {
  const [before, after] = [readingOf(latest[from]), readingOf(latest[to])];
  const size = ({ shape }: Reading) => shape.slice(-2).join(' × ');
  return before && after ? [size(before), size(after)] : null;
}

/** Shows which numbers of the input made a number of the output. */
function explain(at: Place | null): void {
  const [x, y] = [readingOf(latest.x), readingOf(latest.y)];
  const sum = byId('sum', HTMLElement);
  if (!at || !x || !y || values.view === 'picture') {
    sum.textContent = 'Point at the output.';
    views.x.frame([]);
    views.y.frame([]);
    return;
  }
  const options = { ...values, groups: groups() };
  const { terms, frames } = termsOf({ x, y, kernel: kernel.reading, at, options });
  views.x.frame(frames);
  views.y.frame([{ row: at.row, column: at.column, height: 1, width: 1 } satisfies Frame]);
  const shown = terms.filter(({ input: a, weight }) => a !== 0 && weight !== 0);
  const number = (value: number) => String(Number(value.toFixed(2))).replace('-', '−');
  const total = terms.reduce((all, { input: a, weight }) => all + a * weight, 0);
  const products = shown.map(({ input: a, weight }) => `${number(a)}·${number(weight)}`).join(' + ') || '0';
  sum.replaceChildren(products, ' = ', make('b', { className: 'number' }, number(total)));
}
