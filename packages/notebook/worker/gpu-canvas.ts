// Owns what becomes of canvases with a `webgpu` context: they are shown where the browser can read them, and refused where they cost the device.
import { gpu } from 'lamplight';

/** A canvas that cannot be drawn on, or not be shown. */
export class CanvasError extends Error {
  override readonly name = 'CanvasError';
  readonly remedy = 'Show the tensor itself, show(tensor), or draw it with vision.io.draw(tensor, canvas).';
}

/**
 * Has a context refuse to be configured where a processor computes: Chrome loses the device, and all tensors with it, as soon as such a
 * canvas has its first picture.
 */
export function refuseOnProcessors(context: { prototype: GPUCanvasContext } | undefined): void {
  if (!context) return;
  const { configure } = context.prototype;
  context.prototype.configure = function (configuration) {
    if (configuration.device.adapterInfo?.isFallbackAdapter || gpu.adapterInfo()?.kind === 'software') {
      throw new CanvasError(
        'configure: expected a canvas that a GPU draws on, but here a processor computes, and the browser would lose its device',
      );
    }
    return configure.call(this, configuration);
  };
}
