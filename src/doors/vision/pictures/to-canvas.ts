// Shows tensors on canvases without reading them back.

import { ArgumentError, DTypeError, ShapeError, type Tensor } from '../../../torch';
import {
  type Arguments,
  tensorKind as aTensor,
  isFloat,
  parseArgs,
  showChannels,
  showShape,
} from '../../../torch/inside';
import { aCanvas, withCanvas } from './canvas-argument';

interface CanvasArguments {
  tensor: Tensor;
  canvas: HTMLCanvasElement | OffscreenCanvas;
}

/**
 * Shows a picture [H, W], [1, H, W] (grey), [3, H, W] (red, green, blue) or [4, H, W] (with alpha) on a canvas, one
 * pixel per element. Values are uint8, or floats, which are clipped to 0 to 1. They stay on the GPU. The canvas takes
 * the picture's size, and a `webgpu` context; once the same shape has been shown before, it shows the picture before
 * the call returns. The promise resolves once the GPU is at most two pictures behind: a loop that awaits it does not
 * run ahead of the GPU.
 *
 *     await vision.io.toCanvas(model(frame).clamp(0, 1), document.querySelector('canvas')!);
 *
 * For colour maps and for floats of any range, use `vision.io.draw`.
 * @throws ShapeError, DTypeError for other tensors; ArgumentError if the canvas already has a context of another kind
 */
export async function toCanvas(...args: Arguments<CanvasArguments, ['tensor', 'canvas']>): Promise<void> {
  const { tensor, canvas } = parseArgs<CanvasArguments>('toCanvas', ['tensor', 'canvas'], {}, withCanvas(args), {
    tensor: aTensor,
    canvas: aCanvas,
  });
  const { shape, dtype } = tensor;
  const [channels, height, width] = shape.length === 2 ? [1, ...shape] : shape;
  if (shape.length < 2 || shape.length > 3 || ![1, 3, 4].includes(channels!) || height! * width! === 0) {
    throw new ShapeError(
      `toCanvas: expected a picture [H, W], [1, H, W], [3, H, W] or [4, H, W] of at least one pixel, but got shape ${showShape(shape)}` +
        (shape.length === 3 && [1, 3, 4].includes(shape[2]!) ? '; put its channels first with .permute(2, 0, 1)' : ''),
    );
  }
  if (!isFloat(dtype) && dtype !== 'uint8') {
    throw new DTypeError(`toCanvas: expected float32 or uint8, but got ${dtype}; convert it with .to('float32')`);
  }
  const context = canvas.getContext('webgpu') as GPUCanvasContext | null;
  if (!context) {
    throw new ArgumentError(
      'toCanvas: expected a canvas that can have a webgpu context, but got one that has a context of another kind already; use a canvas of its own',
    );
  }
  if (canvas.width !== width) canvas.width = width!;
  if (canvas.height !== height) canvas.height = height!;
  const format = navigator.gpu.getPreferredCanvasFormat();
  await showChannels(tensor.value, { context, format, width: width!, height: height!, transparent: channels === 4 });
}
