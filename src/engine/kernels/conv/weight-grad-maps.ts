// The gradient of a convolution by its weight for small maps. It is itself a correlation, whose kernels are the maps of
// dy.
import { gridFor, input, type Lowering, type Operand, output, type Pass, varied } from '../../compiler/ir';
import type { Text } from '../../compiler/texts';
import type { AdapterProfile } from '../../gpu/device';
import { type Correlation, registerPass } from './forward';
import type { ConvGeometry } from './geometry';
import { chooseMapTile, generalMapTile } from './register-tiles';

const biasSource: Text = '#convGrad/conv2dBiasGrad';

/** The maximum number of pixels of dy: they are unrolled as the taps of a kernel. */
const MOST_TAPS = 16;

/** The maximum number of products that one invocation sums: rounding errors grow with their number. */
const LONGEST_SUM = 16384;

/** The minimum number of input and output channels with which the sums fill the lanes. */
const FEWEST_CHANNELS = 8;

/**
 * The minimum number of images with which this is faster: measured equal for one, two to three times as fast for eight.
 */
const FEWEST_IMAGES = 2;

/**
 * Whether to compute the gradient as such a correlation: dw[o,c] = Σ_n dy[n,o] ⋆ x[n,c], with images in the role of
 * channels. For small maps, the kernels that walk along rows load more than they multiply. A GPU has other kernels,
 * over the pixels of all images.
 */
export function hasSmallMaps(g: ConvGeometry, { kind }: AdapterProfile): boolean {
  const taps = g.outSize[0] * g.outSize[1];
  const kernel = g.kernel[0] * g.kernel[1];
  return (
    kind === 'software' &&
    taps <= MOST_TAPS &&
    taps > 0 &&
    g.batch >= FEWEST_IMAGES &&
    g.batch * taps <= LONGEST_SUM &&
    Math.min(g.groupIn, g.groupOut) >= FEWEST_CHANNELS &&
    kernel > 1 &&
    kernel <= MOST_TAPS
  );
}

/** dw and db, of inputs x and dy. */
export function mapPasses(g: ConvGeometry, adapter: AdapterProfile): Lowering {
  const plane = g.size[0] * g.size[1];
  const taps = g.outSize[0] * g.outSize[1];
  const kernel = g.kernel[0] * g.kernel[1];
  const c: Correlation = {
    batch: g.groupIn,
    groups: g.groups,
    groupIn: g.batch,
    groupOut: g.groupOut,
    size: g.size,
    outSize: g.kernel,
    kernel: g.outSize,
    stride: g.dilation,
    dilation: g.stride,
    padTop: g.padding[0],
    padLeft: g.padding[2],
    weight: { group: g.groupOut * taps, out: taps, in: g.groups * g.groupOut * taps },
    flip: false,
    bias: false,
    steps: {
      x: { image: plane, group: g.groupIn * plane, in: g.groups * g.groupIn * plane },
      y: { image: kernel, channel: g.groupIn * kernel },
    },
  };
  const label = 'conv2d weight gradient';
  const own = { ...registerPass(c, chooseMapTile(c, adapter), adapter), label };
  const general = { ...registerPass(c, generalMapTile(c, adapter), { ...adapter, general: true }), label };
  return { kind: 'passes', passes: [varied(own, { general, apart: true }), biasPass(g)] };
}

function biasPass({ batch, groups, groupOut, outSize }: ConvGeometry): Pass {
  const channels = groups * groupOut;
  const dy: Operand = input(1);
  return {
    source: [biasSource],
    label: 'conv2d bias gradient',
    reads: [dy],
    writes: [output(1)],
    params: { channels, batch, pixels: outSize[0] * outSize[1] },
    grid: gridFor(channels, 16),
  };
}
