// Slopes of draws that are known by their numbers alone: constants that cannot be differentiated again.
import { AutogradError } from '../../core/errors';
import { record } from '../../graph/record';
import type { Op, Value } from '../../graph/value';

/** Inputs: the slope, and the parameter that it belongs to. */
const implicitSlopeOp: Op<{ readonly asked: string }> = {
  name: 'implicitSlope',
  takesHalf: true,
  saves: { inputs: [] },
  infer: ([slope]) => [{ shape: slope!.shape, dtype: slope!.dtype }],
  lower: () => ({ kind: 'alias', byteOffset: 0 }),
  vjp(_, { attrs: { asked } }) {
    throw new AutogradError(
      `${asked}: the gradient of its draws cannot be differentiated again, as in PyTorch; detach() the draws where second derivatives are taken`,
    );
  },
};

/** A slope that hangs on its parameter, so that a gradient of it is refused rather than 0. */
export const implicitSlope = (asked: string, slope: Value, parameter: Value): Value =>
  record(implicitSlopeOp, [slope, parameter], { asked });
