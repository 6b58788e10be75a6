// Slopes of random draws by their parameters (as of gamma) that are known as numbers only, so they have no second
// derivative.
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

/** The slope, connected to its parameter in the graph, so that differentiating it again throws instead of giving 0. */
export const implicitSlope = (asked: string, slope: Value, parameter: Value): Value =>
  record(implicitSlopeOp, [slope, parameter], { asked });
