// Draws attributions of pictures on a canvas, one panel or several side by side.

import { ArgumentError, type Tensor } from '../../../torch';
import {
  type Arguments,
  display,
  kinds,
  type PlotCanvas,
  parseArgs,
  tensorKind as tensor,
} from '../../../torch/inside';
import type { Colormap } from '../../draw/colormap';
import { BAR, colorBar, type PixelPen, paintPixels } from '../../draw/pixels';
import { canvasOr, describe, penOf, TEXT, write } from '../../draw/sheet';
import { type DrawnOrder, drawnKinds, type VisualizeSign } from './normalize';
import {
  expectPanel,
  expectRaster,
  type ImageVisualizationMethod,
  inBytes,
  type Panel,
  type PanelSettings,
  panelOf,
  rasterOf,
} from './panel';

interface SharedOptions {
  /**
   * The canvas to draw on: of a page, of a worker, or of a Node package; it is resized to the figure. Default: a new
   * OffscreenCanvas, which the promise resolves to.
   */
  canvas?: PlotCanvas | null;
  /** Percentage of the sum of all magnitudes that is treated as outliers: larger values are drawn as 1. Default 2. */
  outlierPerc?: number;
  /**
   * The colormap of heat maps. Default by sign: positive Greens, negative Reds, absolute Blues, and for 'all' red
   * through white to green.
   */
  cmap?: Colormap | null;
  /** The opacity of the heat map in 'blended_heat_map'. Default 0.5. */
  alphaOverlay?: number;
  /** Draw a colour bar below a heat map. Default false. */
  showColorbar?: boolean;
  /**
   * The space for the figure, [width, height] in inches of 100 pixels. Pixels are enlarged by a whole factor to fill
   * it. Default [6, 6], or [8, 6] for several panels.
   */
  figSize?: readonly [width: number, height: number];
}

/** Options of `visualizeImageAttr`. */
export interface ImageAttrOptions extends SharedOptions {
  /**
   * The picture [C, H, W], [H, W, C] or [H, W], with 1 or 3 channels, from 0 to 1 or from 0 to 255. Only 'heat_map'
   * does not need it.
   */
  originalImage?: Tensor | null;
  /** Default 'heat_map'. */
  method?: ImageVisualizationMethod;
  /** Default 'absolute_value'. */
  sign?: VisualizeSign;
  /** The title above the picture. */
  title?: string | null;
}

interface ImageAttrArguments extends ImageAttrOptions {
  /** Attributions [C, H, W], [H, W, C] or [H, W], whose channels are added. */
  attr: Tensor;
}

/** Options of `visualizeImageAttrMultiple`. */
export interface ImageAttrMultipleOptions extends SharedOptions {
  /** The title above each picture. */
  titles?: readonly string[] | null;
}

interface ImageAttrMultipleArguments extends ImageAttrMultipleOptions {
  /** The attributions. */
  attr: Tensor;
  /** The picture that the attributions belong to. */
  originalImage: Tensor | null;
  /** How each picture is drawn. */
  methods: readonly ImageVisualizationMethod[];
  /** Which attributions each picture shows. */
  signs: readonly VisualizeSign[];
}

/** In pixels: the gap between panels, the height of titles, and an inch. */
const GAP = 16;
const TITLE = 24;
const INCH = 100;

/** The types of the options for one panel and for several. */
const figureKinds = {
  originalImage: kinds.orNull(tensor),
  figSize: {
    words: 'a width and a height of up to 100 inches',
    fits: (value: unknown) =>
      Array.isArray(value) && value.length === 2 && value.every((inches) => inches > 0 && inches <= 100),
  },
  ...drawnKinds,
};

const INK = '#222222';

/**
 * Draws the attributions of a picture on a canvas, like Captum's `visualize_image_attr`. Channels are summed, the sign
 * is selected, and values are divided by a threshold above which the largest `outlierPerc` percent of their sum lie;
 * the results are cut off at ±1.
 *
 * - 'heat_map': the values as colours
 * - 'blended_heat_map': the same over the grey picture
 * - 'original_image': only the picture
 * - 'masked_image': the picture times the values
 * - 'alpha_scaling': the picture, as opaque as the values
 *
 *     await visualization.visualizeImageAttr(saliency.at(0), input.at(0), { method: 'blended_heat_map', canvas });
 *
 * Tensors are [C, H, W], as models take them, or Captum's [H, W, C]. The first dimension is taken as channels if it is
 * 1 or 3; otherwise the last, if it is at most 4; otherwise the first. Pictures of one channel are grey.
 *
 * @throws ArgumentError for unknown names, a sign that the method cannot show, a missing picture, or attributions that
 * are all zero;
 *   ShapeError for other shapes and for sizes that differ
 */
export async function visualizeImageAttr(
  ...args: Arguments<ImageAttrArguments, ['attr', 'originalImage', 'method', 'sign', ...DrawnOrder, 'figSize']>
): Promise<PlotCanvas> {
  const o = parseArgs<ImageAttrArguments>(
    'visualizeImageAttr',
    ['attr'],
    {
      originalImage: null,
      method: 'heat_map',
      sign: 'absolute_value',
      canvas: null,
      outlierPerc: 2,
      cmap: null,
      alphaOverlay: 0.5,
      showColorbar: false,
      title: null,
      figSize: [6, 6],
    },
    args,
    { attr: tensor, title: kinds.orNull(kinds.text), ...figureKinds },
  );
  return drawn('visualizeImageAttr', { ...o, panels: [o], titles: o.title === null ? null : [o.title] });
}

/**
 * Draws the attributions of a picture in several ways, side by side: `methods[i]` with `signs[i]`, as
 * `visualizeImageAttr` does.
 *
 *     await visualization.visualizeImageAttrMultiple(attr, input, ['original_image', 'heat_map'], ['all', 'positive'], { canvas });
 *
 * @throws ArgumentError if the lists differ in length, and as in `visualizeImageAttr`
 */
export async function visualizeImageAttrMultiple(
  ...args: Arguments<
    ImageAttrMultipleArguments,
    ['attr', 'originalImage', 'methods', 'signs', 'titles', 'figSize', 'canvas']
  >
): Promise<PlotCanvas> {
  const op = 'visualizeImageAttrMultiple';
  const o = parseArgs<ImageAttrMultipleArguments>(
    op,
    ['attr', 'originalImage', 'methods', 'signs'],
    {
      titles: null,
      figSize: [8, 6],
      canvas: null,
      outlierPerc: 2,
      cmap: null,
      alphaOverlay: 0.5,
      showColorbar: false,
    },
    args,
    {
      methods: kinds.listOf(kinds.anything),
      signs: kinds.listOf(kinds.anything),
      titles: kinds.orNull(kinds.listOf(kinds.text)),
      attr: tensor,
      ...figureKinds,
    },
  );
  const { methods, signs, titles } = o;
  if (methods.length === 0 || methods.length !== signs.length || (titles && titles.length !== methods.length)) {
    throw new ArgumentError(
      `${op}: expected as many signs and titles as methods, one at least, but got ${methods.length} methods, ${signs.length} signs` +
        (titles ? ` and ${titles.length} titles` : ''),
    );
  }
  return drawn(op, { ...o, panels: methods.map((method, i) => ({ ...o, method, sign: signs[i]! })) });
}

interface Figure extends Required<SharedOptions> {
  readonly attr: Tensor;
  readonly originalImage: Tensor | null;
  readonly panels: readonly PanelSettings[];
  readonly titles: readonly string[] | null;
}

async function drawn(op: string, figure: Figure): Promise<PlotCanvas> {
  const { figSize, titles, showColorbar, originalImage } = figure;
  for (const settings of figure.panels) expectPanel(op, settings, originalImage);
  expectRaster(op, 'attr', figure.attr);
  if (originalImage !== null) expectRaster(op, 'originalImage', originalImage);
  const canvas = canvasOr(op, figure.canvas);
  const [attr, original] = await Promise.all([
    rasterOf(figure.attr),
    originalImage === null ? null : rasterOf(originalImage).then((picture) => inBytes(op, picture)),
  ]);
  const panels = figure.panels.map((settings): Panel => panelOf(op, attr, original, settings));
  const [top, bottom] = [titles ? TITLE : 0, showColorbar ? BAR : 0];
  const room = [(figSize[0] * INCH + GAP) / panels.length - GAP, figSize[1] * INCH - top - bottom] as const;
  const zoom = Math.max(1, Math.floor(Math.min(room[0] / attr.width, room[1] / attr.height)));
  const [width, height] = [attr.width * zoom, attr.height * zoom];
  const pen = penOf(op, canvas) as PixelPen;
  canvas.width = panels.length * (width + GAP) - GAP;
  canvas.height = top + height + bottom;
  pen.fillStyle = '#ffffff';
  pen.fillRect(0, 0, canvas.width, canvas.height);
  for (const [i, { pixels, scale }] of panels.entries()) {
    const left = i * (width + GAP);
    paintPixels(pen, pixels, left, top, zoom);
    if (titles) {
      write(pen, TEXT + 1, '600');
      pen.fillStyle = INK;
      pen.textAlign = 'center';
      pen.textBaseline = 'middle';
      pen.fillText(titles[i]!, left + width / 2, TITLE / 2);
    }
    if (!showColorbar || !scale) continue;
    const alpha = figure.panels[i]!.method === 'blended_heat_map' ? figure.alphaOverlay : 1;
    const area = { left, top, right: left + width, bottom: canvas.height };
    colorBar(pen, area, scale.range, { ink: INK, color: (value) => scale.css(value, alpha) });
  }
  describe(
    canvas,
    figure.panels.map(({ method, sign }, i) => titles?.[i] || `Attributions, ${sign}, ${method}`).join('. '),
  );
  if (!figure.canvas) display()?.plot?.(canvas, null);
  return canvas;
}
