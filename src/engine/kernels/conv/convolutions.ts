// Lowers a convolution and its two gradients.
import type { LowerContext, Lowering } from '../../compiler/ir';
import type { AdapterProfile } from '../../gpu/device';
import type { ConvAttrs } from '../../ops/conv/conv-shape';
import { withWork } from '../work';
import { forwardPasses } from './forward';
import { type ConvGeometry, convGeometry, elementsOf } from './geometry';
import { inputGradPasses } from './input-grad';
import { bySegments, coversImage } from './late-segments';
import { weightGradPasses } from './weight-grad';

type Context = LowerContext<ConvAttrs>;

/** y = conv(x, w) + b. Inputs: x, w and, optionally, a bias. */
export const forward = ({ inputs: [x, w, b], outputs: [y], attrs, adapter }: Context): Lowering =>
  worked(convGeometry(x!.shape, w!.shape, y!.shape, attrs), adapter, (g) =>
    coversImage(g, adapter)
      ? bySegments().imageForward(g, b !== undefined, adapter)
      : forwardPasses(g, b !== undefined, adapter),
  );

/** The gradient by x, also a transposed convolution. Inputs: dy, w and, optionally, a bias. */
export const inputGrad = ({ inputs: [dy, w, b], outputs: [dx], attrs, adapter }: Context): Lowering =>
  worked(convGeometry(dx!.shape, w!.shape, dy!.shape, attrs), adapter, (g) => {
    // A product adds a bias to columns, of which a channel has one if an image is one pixel.
    const added = b === undefined || g.size[0] * g.size[1] === 1;
    return coversImage(g, adapter) && added
      ? bySegments().imageInputGrad(g, b !== undefined, adapter)
      : inputGradPasses(g, b !== undefined, adapter);
  });

/** The gradients by w and b. Inputs: x and dy. */
export const weightGrad = ({ inputs: [x, dy], outputs: [dw], attrs, adapter }: Context): Lowering =>
  worked(convGeometry(x!.shape, dw!.shape, dy!.shape, attrs), adapter, (g) =>
    coversImage(g, adapter) ? bySegments().imageWeightGrad(g, adapter) : weightGradPasses(g, adapter),
  );

/** A lowering that tells how much it multiplies: as often as y has elements, each of all taps and channels of its group. */
function worked(g: ConvGeometry, adapter: AdapterProfile, lower: (g: ConvGeometry) => Lowering): Lowering {
  const [kh, kw] = g.kernel;
  return withWork(lower(g), elementsOf(g).y * g.groupIn * kh * kw, adapter);
}
