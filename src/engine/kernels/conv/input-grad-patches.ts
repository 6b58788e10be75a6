// The gradient by the input of a convolution whose patches do not overlap, as a product for all elements of the patches
// and a pass that lays these side by side: for GPUs.
import source from '../../../../shaders/conv2d-input-grad-patches.wgsl?raw';
import { gridFor, input, type Lowering, type Operand, output, type Pass, placed, scratch } from '../../compiler/ir';
import { invariant } from '../../core/errors';
import { BYTES_PER_ELEMENT } from '../../core/meta';
import type { AdapterProfile } from '../../gpu/device';
import type { Correlation } from './forward';
import { type ConvGeometry, elementsOf } from './geometry';
import { expectedSegmentTile } from './segment-tiles';
import { segmentPasses } from './segments';

/** The product, as a convolution of single taps: its channels are the elements of patches. */
function productOf(g: ConvGeometry): Correlation {
  const patch = g.groupIn * g.kernel[0] * g.kernel[1];
  const pixels = [1, g.outSize[0] * g.outSize[1]] as const;
  return {
    batch: g.batch,
    groups: g.groups,
    groupIn: g.groupOut,
    groupOut: patch,
    size: pixels,
    outSize: pixels,
    kernel: [1, 1],
    stride: [1, 1],
    dilation: [1, 1],
    padTop: 0,
    padLeft: 0,
    weight: { group: g.groupOut * patch, out: 1, in: patch },
    flip: false,
    bias: false,
  };
}

const patchElements = (g: ConvGeometry): number =>
  g.batch * g.groups * g.groupIn * g.kernel[0] * g.kernel[1] * g.outSize[0] * g.outSize[1];

/** Patches of so many elements are stored by so many lanes apart that a second pass costs less. */
const LARGE_PATCH = 64;

/** Whether to compute a gradient so: its patches are large and do not overlap. Images of all sizes then share kernels. */
export const suitsPatches = ({ kernel, stride, dilation, padding }: ConvGeometry): boolean =>
  kernel[0] * kernel[1] >= LARGE_PATCH &&
  [0, 1].every((d) => stride[d]! >= kernel[d]! && dilation[d] === 1) &&
  padding.every((pad) => pad >= 0);

/** dx. Inputs: dy, w and, optionally, b. */
export function patchPasses(g: ConvGeometry, bias: boolean, adapter: AdapterProfile): Lowering {
  const c = productOf(g);
  const tile = expectedSegmentTile(c, adapter);
  invariant(tile, 'a product of patches without a tile');
  const product = segmentPasses(c, tile);
  const used = product.scratch ?? [];
  const patches = scratch(used.length);
  const moved = (operand: Operand): Operand => (operand.from === 'output' ? patches : operand);
  return {
    kind: 'passes',
    passes: [
      ...product.passes.map((pass) =>
        placed(pass, moved, pass.label === 'conv2d' ? 'conv2d input gradient' : pass.label),
      ),
      layPass(g, bias, patches),
    ],
    scratch: [...used, patchElements(g) * BYTES_PER_ELEMENT],
  };
}

const WORKGROUP = 64;

function layPass(g: ConvGeometry, bias: boolean, patches: Operand): Pass {
  const count = elementsOf(g).x;
  return {
    source: [source],
    label: 'conv2d input gradient patches',
    consts: {
      WORKGROUP,
      KH: g.kernel[0],
      KW: g.kernel[1],
      SH: g.stride[0],
      SW: g.stride[1],
      BIAS: bias ? 1 : 0,
    },
    reads: [patches, bias ? input(2) : patches],
    writes: [output()],
    params: {
      count,
      channels: g.groups * g.groupIn,
      inRows: g.outSize[0],
      inCols: g.outSize[1],
      outRows: g.size[0],
      outCols: g.size[1],
      padTop: g.padding[0],
      padLeft: g.padding[2],
    },
    grid: gridFor(count, WORKGROUP),
  };
}
