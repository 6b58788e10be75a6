// Owns `panel`: what a panel begins with, checked.
import type { BackwardPanel, ConvolutionPanel } from '../builtins';
import { onesFor, outputSide } from '../panels/backward';
import { one } from '../panels/convolution';
import type { BackwardData, ChannelsData, ConvolutionData, PanelData } from '../panels/data';
import { classic, KERNELS, type Side } from '../panels/kernels';
import { placesOf } from '../panels/sums';
import type { PanelOutput } from '../protocol';
import type { RunOutputs } from './outputs';

/** A whole number within bounds. @throws TypeError for anything else */
function whole(name: string, value: unknown, least: number, most: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw new TypeError(
    `panel: expected ${name} to be a whole number from ${least} to ${most}, but got ${String(value)}`,
  );
}

/** The numbers of a square that is given by its rows. */
function squareOf(name: string, rows: unknown, least: number, most: number): number[] {
  const side = Array.isArray(rows) ? rows.length : 0;
  const isSquare =
    Array.isArray(rows) &&
    rows.every((row) => Array.isArray(row) && row.length === side && row.every((value) => Number.isFinite(value)));
  if (isSquare && side >= least && side <= most) return rows.flat() as number[];
  throw new TypeError(
    `panel: expected ${name} to be rows of as many numbers as there are rows, from ${least} to ${most}, but got ${JSON.stringify(rows)}`,
  );
}

function known(name: string, options: object, names: readonly string[]): void {
  const wrong = Object.keys(options).find((key) => !names.includes(key));
  if (wrong === undefined) return;
  const has = names.length > 0 ? `which has ${names.join(', ')}` : 'which has none';
  throw new TypeError(`panel: got the unknown option ${wrong} for '${name}', ${has}`);
}

/** What panels of one convolution have in common. */
const SETTINGS = ['size', 'input', 'kernel', 'stride', 'padding'] as const;

function kernelOf(kernel: ConvolutionPanel['kernel']): Pick<ConvolutionData, 'name' | 'side' | 'kernel'> {
  if (typeof kernel !== 'string') {
    const values = squareOf('kernel', kernel, 1, 5);
    return { name: '', side: Math.sqrt(values.length), kernel: values };
  }
  if (!(kernel in KERNELS)) {
    throw new TypeError(
      `panel: expected kernel to be rows of numbers or one of ${Object.keys(KERNELS).join(', ')}, but got '${kernel}'`,
    );
  }
  const side: Side = KERNELS[kernel]?.[3] ? 3 : 1;
  return { name: kernel, side, kernel: classic(kernel, side) };
}

/** What a convolution begins with. */
export function convolution(options: ConvolutionPanel): ConvolutionData {
  known('convolution', options, [...SETTINGS, 'dilation']);
  const given = options.input ? squareOf('input', options.input, 3, 12) : null;
  const size = whole('size', options.size ?? (given ? Math.sqrt(given.length) : 7), 3, 12);
  if (given && given.length !== size * size) {
    throw new TypeError(`panel: expected an input of ${size} × ${size} numbers, as size says, but got ${given.length}`);
  }
  const steps = {
    stride: whole('stride', options.stride ?? 1, 1, 3),
    padding: whole('padding', options.padding ?? 0, 0, 2),
    dilation: whole('dilation', options.dilation ?? 1, 1, 2),
  };
  const kernel = kernelOf(options.kernel ?? 'edges');
  if (placesOf(size + 2 * steps.padding, kernel.side, steps) < 1) {
    throw new TypeError(
      `panel: expected a kernel that fits into ${size + 2 * steps.padding} numbers, padding included, but got one that reaches over ${steps.dilation * (kernel.side - 1) + 1}; give a greater size or padding`,
    );
  }
  return { panel: 'convolution', size, input: given ?? one(size), ...kernel, ...steps };
}

/** What a convolution and its gradients begin with. */
export function backward({ gradient, ...options }: BackwardPanel): BackwardData {
  known('backward', options, [...SETTINGS, 'gradient']);
  const { size, input, side, kernel, stride, padding } = convolution({
    size: options.input ? undefined : 5,
    ...options,
  });
  const sizes = { size, side, stride, padding };
  const wide = outputSide(sizes);
  const dy = gradient === undefined ? onesFor(sizes) : squareOf('gradient', gradient, wide, wide);
  return { panel: 'backward', ...sizes, input, kernel, gradient: dy };
}

/** A yellow slope on blue: what is red and green at once has an edge, and so has the blue. */
const CHANNELS: ChannelsData = {
  panel: 'channels',
  size: 5,
  inputs: [
    [0, 0, 1, 3, 3, 0, 0, 1, 3, 3, 0, 0, 2, 3, 3, 0, 1, 3, 3, 3, 0, 1, 3, 3, 3],
    [0, 0, 1, 2, 2, 0, 0, 1, 2, 2, 0, 0, 1, 2, 2, 0, 1, 2, 2, 2, 0, 1, 2, 2, 2],
    [3, 3, 1, 0, 0, 3, 3, 1, 0, 0, 3, 3, 1, 0, 0, 3, 2, 0, 0, 0, 3, 2, 0, 0, 0],
  ],
  side: 3,
  kernels: [
    [-1, 0, 1, -1, 0, 1, -1, 0, 1],
    [-1, 0, 1, -1, 0, 1, -1, 0, 1],
    [1, 0, -1, 1, 0, -1, 1, 0, -1],
  ],
  bias: 1,
};

/** Pages of the gallery that stand in a lesson. */
const PAGES = {
  build: {
    title: 'Build a network',
    alt: 'A network layer by layer, with its shapes, its loss as it learns and what it has learnt.',
  },
  inside: {
    title: 'Inside a network',
    alt: 'What units of a network of digits see, and which pixels made it say what it says.',
  },
} as const;

const page = (name: keyof typeof PAGES): PanelData => ({ panel: 'page', name, ...PAGES[name] });

async function shift(): Promise<PanelData> {
  const { byConvolutions, byDense, COUNTS, digitOf, RIGHT, shifted, TESTED } = await import('../panels/shift-networks');
  const at = { digit: 3, across: 4, down: 0 };
  const picture = shifted(digitOf(at.digit), at.across, at.down);
  const answers = { dense: byDense(picture), convolutional: byConvolutions(picture) };
  return { panel: 'shift', ...at, picture, ...answers, counts: COUNTS, right: RIGHT, tested: TESTED };
}

function dataOf(name: string, options: object): PanelData | Promise<PanelData> {
  if (name === 'convolution') return convolution(options);
  if (name === 'backward') return backward(options);
  known(name, options, []);
  if (name === 'channels') return CHANNELS;
  if (name === 'shift') return shift();
  if (name === 'build' || name === 'inside') return page(name);
  throw new TypeError(
    `panel: expected 'convolution', 'backward', 'channels', 'shift', 'build' or 'inside', but got '${name}'`,
  );
}

const outputOf = (data: PanelData): PanelOutput => ({ kind: 'panel', data });

/** Puts a panel below the cell; the run does not end before. */
export function putPanel(outputs: RunOutputs, name: string, options: object): void {
  const data = dataOf(name, options);
  if (data instanceof Promise) void outputs.later(async (slot) => slot.put(outputOf(await data)));
  else outputs.slot().put(outputOf(data));
}
