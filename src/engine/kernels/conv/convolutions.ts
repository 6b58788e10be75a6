// Lowers a convolution and its two gradients.
import type { LowerContext, Lowering } from '../../compiler/ir';
import type { ConvAttrs } from '../../ops/conv/conv-shape';
import { forwardPasses } from './forward';
import { convGeometry } from './geometry';
import { inputGradPasses } from './input-grad';
import { weightGradPasses } from './weight-grad';

type Context = LowerContext<ConvAttrs>;

/** y = conv(x, w) + b. Inputs: x, w and, optionally, a bias. */
export const forward = ({ inputs: [x, w, b], outputs: [y], attrs, adapter }: Context): Lowering =>
  forwardPasses(convGeometry(x!.shape, w!.shape, y!.shape, attrs), b !== undefined, adapter);

/** The gradient by x, also a transposed convolution. Inputs: dy, w and, optionally, a bias. */
export const inputGrad = ({ inputs: [dy, w, b], outputs: [dx], attrs, adapter }: Context): Lowering =>
  inputGradPasses(convGeometry(dx!.shape, w!.shape, dy!.shape, attrs), b !== undefined, adapter);

/** The gradients by w and b. Inputs: x and dy. */
export const weightGrad = ({ inputs: [x, dy], outputs: [dw], attrs, adapter }: Context): Lowering =>
  weightGradPasses(convGeometry(x!.shape, dw!.shape, dy!.shape, attrs), adapter);
