// Draws a tensor on a canvas.

import { ArgumentError, type Tensor } from '../../../torch';
import { type Arguments, tensorKind as aTensor, kinds, parseArgs } from '../../../torch/inside';
import { type ColorOptions, colorize, colormap } from '../../draw/colormap';
import { aCanvas, withCanvas } from './canvas-argument';

interface DrawArguments extends ColorOptions {
  tensor: Tensor;
  canvas: HTMLCanvasElement | OffscreenCanvas;
}

/**
 * Draws a picture [H, W] (through a colour map), [3, H, W] or [H, W, 3] on a canvas, one pixel per element; the canvas
 * takes the picture's size. Floats are normalized from their smallest to their largest value unless `vmin` and `vmax`
 * say otherwise.
 *
 * @throws ShapeError for other shapes, ArgumentError for an unknown colour map or a canvas that cannot be drawn on
 */
export async function draw(
  ...args: Arguments<DrawArguments, ['tensor', 'canvas', 'cmap', 'vmin', 'vmax']>
): Promise<void> {
  const defaults = { cmap: 'gray', vmin: null, vmax: null } as const;
  const { tensor, canvas, ...colors } = parseArgs<DrawArguments>(
    'draw',
    ['tensor', 'canvas'],
    defaults,
    withCanvas(args),
    {
      tensor: aTensor,
      canvas: aCanvas,
      cmap: colormap,
      vmin: kinds.orNull(kinds.finite),
      vmax: kinds.orNull(kinds.finite),
    },
  );
  const { shape, dtype } = tensor;
  const { width, height, rgba } = colorize(await tensor.data(), shape, dtype, colors);
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d') as CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D | null;
  if (!context)
    throw new ArgumentError('draw: expected a canvas with a 2d context, but it has one of another kind already');
  context.putImageData(new ImageData(rgba, width, height), 0, 0);
}
