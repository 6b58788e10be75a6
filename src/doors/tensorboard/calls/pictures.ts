// The arguments of addImage, addImages, addImageWithBoxes and addFigure, and the events that they add.

import { ArgumentError, type Tensor } from '../../../torch';
import {
  type Arguments,
  isTensorObject as isTensor,
  kindOf,
  kinds,
  type PlotCanvas,
  parseArgs,
  tensorKind as tensor,
} from '../../../torch/inside';
import { type Entry, summaryEntry, type When, whenKinds } from '../event-queue';
import { figuresOf } from '../figures';
import { imageSummary } from '../summaries';
import { copyOf, numbersOf } from '../values';

interface ImageParameters extends When {
  tag: string;
  /** The picture, [C, H, W]. */
  imgTensor: Tensor;
  /** The order of the dimensions, as a string of the letters N, C, H, W. Default 'CHW'; for `addImages` 'NCHW'. */
  dataformats?: string;
}

export type ImageCall = Arguments<ImageParameters, ['tag', 'imgTensor', 'globalStep', 'walltime', 'dataformats']>;

export function imageEntry(op: 'addImage' | 'addImages', formats: 'CHW' | 'NCHW', args: ImageCall): Entry {
  const defaults = { globalStep: null, walltime: null, dataformats: formats };
  const o = parseArgs<ImageParameters>(op, ['tag', 'imgTensor'], defaults, args, {
    tag: kinds.text,
    dataformats: kinds.text,
    ...whenKinds,
  });
  const kept = keptPicture(op, o.imgTensor, o.dataformats);
  const making = import('../pictures');
  return summaryEntry(o, async () => {
    const { encoded, pixelsOf } = await making;
    return imageSummary(o.tag, await encoded(await pixelsOf(kept, o.dataformats.toUpperCase())));
  });
}

interface BoxParameters extends ImageParameters {
  /** Shape [N, 4]: xmin, ymin, xmax, ymax. */
  boxTensor: Tensor;
  /** The factor by which the picture and its boxes are enlarged. Default 1. */
  rescale?: number;
  /** A text for each box, or a single text if there is a single box. Default: none. */
  labels?: string | readonly string[] | null;
}

export type BoxCall = Arguments<
  BoxParameters,
  ['tag', 'imgTensor', 'boxTensor', 'globalStep', 'walltime', 'rescale', 'dataformats', 'labels']
>;

/** The maximum of `rescale`. */
const MOST_SCALE = 64;

export function boxEntry(args: BoxCall): Entry {
  const op = 'addImageWithBoxes';
  const defaults = { globalStep: null, walltime: null, rescale: 1, dataformats: 'CHW', labels: null };
  const o = parseArgs<BoxParameters>(op, ['tag', 'imgTensor', 'boxTensor'], defaults, args, {
    tag: kinds.text,
    boxTensor: tensor,
    rescale: {
      words: `a number greater than 0, and at most ${MOST_SCALE}`,
      fits: (value) => kinds.positive.fits(value) && (value as number) <= MOST_SCALE,
    },
    dataformats: kinds.text,
    labels: kinds.orNull(kinds.either(kinds.text, kinds.listOf(kinds.text))),
    ...whenKinds,
  });
  const { shape } = o.boxTensor;
  if (shape.length !== 2 || shape[1] !== 4) {
    throw new ArgumentError(`${op}: expected boxTensor [N, 4], but got shape [${shape.join(', ')}]`);
  }
  const labels = o.labels === null ? null : typeof o.labels === 'string' ? [o.labels] : [...o.labels];
  if (labels && labels.length !== shape[0]) {
    throw new ArgumentError(`${op}: expected a label for each of ${shape[0]} boxes, but got ${labels.length}`);
  }
  const [kept, boxes] = [keptPicture(op, o.imgTensor, o.dataformats), copyOf(o.boxTensor)];
  const making = import('../pictures');
  const drawing = import('../boxes');
  return summaryEntry(o, async () => {
    const [{ encoded, pixelsOf }, { enlarged, withBoxes }] = [await making, await drawing];
    const [pixels, places] = await Promise.all([pixelsOf(kept, o.dataformats.toUpperCase()), numbersOf(boxes)]);
    const { width, height, channels } = pixels;
    const { file } = await encoded(enlarged(op, withBoxes(pixels, places, labels), o.rescale));
    // Write the size before rescaling, as PyTorch does.
    return imageSummary(o.tag, { width, height, channels, file });
  });
}

interface FigureParameters extends When {
  tag: string;
  /** The canvas of a plot, or several canvases of the same size, which are laid out in rows of eight. */
  figure: PlotCanvas | readonly PlotCanvas[];
  /** Accepted for compatibility with PyTorch, but has no effect: a canvas need not be closed. Default true. */
  close?: boolean;
}

export type FigureCall = Arguments<FigureParameters, ['tag', 'figure', 'globalStep', 'close', 'walltime']>;

export function figureEntry(args: FigureCall): Entry {
  const op = 'addFigure';
  const defaults = { globalStep: null, close: true, walltime: null };
  // A canvas may be a plain object, as in some Node packages; such an object as the second argument must not be taken
  // for keywords.
  const isPlaced = args.length === 2 && isCanvas(args[1]);
  const o = parseArgs<FigureParameters>(op, ['tag', 'figure'], defaults, isPlaced ? [...args, {}] : args, {
    tag: kinds.text,
    figure: kinds.either({ words: 'a canvas', fits: isCanvas }, kinds.nonEmpty({ words: 'a canvas', fits: isCanvas })),
    ...whenKinds,
  });
  const pixels = figuresOf(
    op,
    Array.isArray(o.figure) ? (o.figure as readonly PlotCanvas[]) : [o.figure as PlotCanvas],
  );
  const making = import('../pictures');
  return summaryEntry(o, async () => imageSummary(o.tag, await (await making).encoded(pixels)));
}

const isCanvas = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && typeof Reflect.get(value, 'getContext') === 'function';

/**
 * A copy of the current picture.
 *
 * @throws ArgumentError unless the letters name the dimensions of a picture, each once, and their number is that of the
 * tensor's dimensions
 */
function keptPicture(op: string, x: unknown, formats: string): Tensor {
  if (!isTensor(x)) throw new ArgumentError(`${op}: expected imgTensor to be a tensor, but got ${kindOf(x)}`);
  const { shape } = x;
  const letters = [...formats.toUpperCase()].sort().join('');
  const channels = shape[formats.toUpperCase().indexOf('C')] ?? 1;
  const fits = ['CHNW', 'CHW', 'HW'].includes(letters) && shape.length === letters.length;
  if (fits && [1, 3, ...(letters === 'CHW' ? [4] : [])].includes(channels) && !shape.includes(0)) return copyOf(x);
  throw new ArgumentError(
    `${op}: expected a tensor of the dimensions ${formats} with 1 or 3 channels, or 4 of one picture, but got shape [${shape.join(', ')}]`,
  );
}
