// A row of a 2-D convolution of any geometry, in the words of each library: forward, or with both gradients.
import { nn } from 'lamplight';
import { filter, image, type Layout, normal } from '../inputs';
import type { FunctionRow } from './row';

const { conv2d } = nn.functional;

export interface Geometry {
  readonly batch: number;
  readonly from: number;
  readonly to: number;
  /** Height and width of the image. */
  readonly size: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly padding?: number;
  readonly dilation?: number;
  readonly groups?: number;
}

/** [C, 1, H, W] in PyTorch and JAX, [H, W, C, 1] in TensorFlow.js. */
const depthwiseFilter: Layout = { permute: [2, 3, 0, 1] };

/** Height and width of the result. */
export const resultSize = ({ size, kernel, stride = 1, padding = 0, dilation = 1 }: Geometry): number =>
  Math.floor((size + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1;

/** Operations of the forward pass: a multiplication and an addition each. */
export function forwardFlops(geometry: Geometry): number {
  const { batch, from, to, kernel, groups = 1 } = geometry;
  return (2 * batch * resultSize(geometry) ** 2 * to * from * kernel ** 2) / groups;
}

type Rest = Pick<FunctionRow, 'name' | 'title' | 'goal'> & Partial<FunctionRow>;

export function convolution(kind: FunctionRow['kind'], geometry: Geometry, rest: Rest): FunctionRow {
  const { batch, from, to, size, kernel, stride = 1, padding = 0, dilation = 1, groups = 1 } = geometry;
  const result = resultSize(geometry);
  const depthwise = groups > 1 && groups === from && groups === to;
  // TensorFlow's padding is the same as PyTorch's where it is even; else the image is padded first, as its documentation has it.
  const even = 2 * padding === (result - 1) * stride + dilation * (kernel - 1) + 1 - size;
  const ours = { stride, padding, dilation, groups };
  const flops = forwardFlops(geometry);
  return {
    kind,
    flops: kind === 'forward' ? flops : 3 * flops,
    tolerance: 1e-4,
    inputs: () => [
      normal(1, [batch, from, size, size], 1, { tfjs: image }),
      normal(2, [to, from / groups, kernel, kernel], 1 / Math.sqrt((kernel ** 2 * from) / groups), {
        tfjs: depthwise ? depthwiseFilter : filter,
      }),
    ],
    output: { shape: [batch, to, result, result], tfjs: image },
    lamplight: (x, w) => conv2d(x!, w!, ours),
    tfjs: (tf, x, w) => {
      const padded = even || padding === 0 ? x! : tf.pad(x!, [[0, 0], ...Array(2).fill([padding, padding]), [0, 0]]);
      const convolve = depthwise ? tf.depthwiseConv2d : tf.conv2d;
      return convolve(padded, w!, stride, even && padding > 0 ? 'same' : 'valid', 'NHWC', dilation);
    },
    jax: ({ lax }, x, w) =>
      lax.convGeneralDilated(
        x!,
        w!,
        [stride, stride],
        [
          [padding, padding],
          [padding, padding],
        ],
        { rhsDilation: [dilation, dilation], featureGroupCount: groups },
      ),
    missing: groups > 1 && !depthwise ? { tfjs: 'it has no grouped convolution' } : {},
    ...rest,
  };
}
