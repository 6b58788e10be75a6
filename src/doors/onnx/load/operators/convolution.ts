// Convolutions: plain, transposed and deformable; and Col2Im.
import { cat, eye, nn, Tensor, zeros } from '../../../../torch';
import { convNd, numelOf as numel } from '../../../../torch/inside';
import { deformConv2d } from '../../../vision/ops/deform-conv';
import { bounded } from '../arrange';
import type { Call, Operator, Operators } from '../call';
import { givenPadding, halves, reach, type Windows, windowsOf } from './windows';

/** A convolution. Padding may differ before and after. */
export function convolve(
  x: Tensor,
  w: Tensor,
  b: Tensor | null,
  { stride, dilation, padding }: Windows,
  groups: number,
) {
  return Tensor.of(convNd(x.value, w.value, b?.value ?? null, { stride, dilation, padding: padding.flat(), groups }));
}

/** The windows of a convolution with this weight. */
export const windowsOfWeight = (call: Call, x: Tensor, w: Tensor): Windows =>
  windowsOf(call, x.shape.slice(2), call.ints('kernel_shape') ?? w.shape.slice(2));

const Conv: Operator = (call) => {
  const [x, w] = [call.tensor(0), call.tensor(1)];
  return convolve(x, w, call.optionalTensor(2), windowsOfWeight(call, x, w), call.int('group', 1));
};

const transposed = [
  nn.functional.convTranspose1d,
  nn.functional.convTranspose2d,
  nn.functional.convTranspose3d,
] as const;

/** The adjoint of Conv. The whole output is computed first, then cropped or zero-padded to the wanted size. */
const ConvTranspose: Operator = (call) => {
  const [x, w, b] = [call.tensor(0), call.tensor(1), call.optionalTensor(2)];
  const sizes = x.shape.slice(2);
  const { kernel, stride, dilation } = windowsOf(call, sizes, call.ints('kernel_shape') ?? w.shape.slice(2));
  const extra = call.ints(
    'output_padding',
    sizes.map(() => 0),
  );
  const whole = sizes.map((size, d) => (size - 1) * stride[d]! + reach(kernel[d]!, dilation[d]!));
  const cuts = whole.map((size, d) => cutsOf(call, d, sizes, size + extra[d]!, stride[d]!));
  bounded(call, [x.shape[0]!, w.shape[1]! * call.int('group', 1), ...whole]);
  const settings = { stride, dilation, groups: call.int('group', 1) };
  const same = cuts.every(([before, after]) => before === after && before >= 0);
  const small = extra.every((size, d) => size < Math.max(stride[d]!, dilation[d]!));
  const slide = transposed[sizes.length - 1]! as (x: Tensor, w: Tensor, b: Tensor | null, settings: object) => Tensor;
  if (same && small) {
    return slide(x, w, b, { ...settings, padding: cuts.map(([before]) => before), outputPadding: extra });
  }
  const y = slide(x, w, null, settings);
  const amounts = cuts.map(([before, after], d) => [-before, extra[d]! - after]);
  const cut = nn.functional.pad(y, amounts.reverse().flat());
  return b ? cut.add(b.reshape([-1, ...sizes.map(() => 1)])) : cut;
};

/** How many elements to crop at both ends of a dimension; negative numbers pad. */
function cutsOf(call: Call, d: number, sizes: readonly number[], whole: number, stride: number): [number, number] {
  const wanted = call.ints('output_shape')?.slice(-sizes.length);
  const auto = call.text('auto_pad', 'NOTSET');
  if (!wanted && !auto.startsWith('SAME')) {
    return auto === 'VALID' ? [0, 0] : givenPadding(call, sizes.length)[d]!;
  }
  const total = whole - (wanted?.[d] ?? sizes[d]! * stride);
  if (total < 0) return [0, total];
  // The specification gives the larger half of an odd total to the start, unless auto_pad is SAME_UPPER.
  return halves(total, auto === 'SAME_UPPER');
}

const DeformConv: Operator = (call) => {
  const [x, w, offset] = [call.tensor(0), call.tensor(1), call.tensor(2)];
  const { stride, dilation, padding } = windowsOfWeight(call, x, w);
  if (stride.length !== 2) call.fail('expected images of 2 spatial dimensions');
  const sizes = (list: readonly number[]) => [list[0]!, list[1]!] as const;
  const even = padding.every(([before, after]) => before === after);
  if (!even) call.fail('expected as much padding before as after');
  return deformConv2d(x, offset, w, {
    bias: call.optionalTensor(3),
    mask: call.optionalTensor(4),
    stride: sizes(stride),
    padding: sizes(padding.map(([before]) => before)),
    dilation: sizes(dilation),
  });
};

/** Adds columns of blocks up to images. */
const Col2Im: Operator = (call) => {
  const columns = call.tensor(0);
  const [image, block] = [call.numbers(1), call.numbers(2)];
  const rank = image.length;
  const pads = givenPadding(call, rank);
  const ones = image.map(() => 1);
  const [stride, dilation] = [call.ints('strides', ones), call.ints('dilations', ones)];
  const channels = columns.shape[1]! / numel(block);
  const counts = image.map((size, d) => {
    const [before, after] = pads[d]!;
    return Math.floor((size + before + after - reach(block[d]!, dilation[d]!)) / stride[d]!) + 1;
  });
  // With a block kernel that has a channel for each tap, this is a transposed convolution.
  const taps = numel(block);
  const x = columns.reshape([columns.shape[0]! * channels, taps, ...counts]);
  const weight = identity(taps, block).to(x.dtype);
  const slide = transposed[rank - 1] as unknown as (x: Tensor, w: Tensor, b: null, settings: object) => Tensor;
  if (rank < 1 || rank > 3) call.fail(`expected images of 1 to 3 dimensions, but got ${rank}`);
  const whole = slide(x, weight, null, { stride, dilation });
  const amounts = image.map((size, d) => {
    const [before] = pads[d]!;
    return [-before, size - (whole.shape[2 + d]! - before)];
  });
  return nn.functional
    .pad(whole, amounts.reverse().flat())
    .reshape([columns.shape[0]!, channels, ...bounded(call, image)]);
};

/** Kernels [taps, 1, …block], each with a single 1 at its own tap. */
function identity(taps: number, block: readonly number[]): Tensor {
  return eye(taps).reshape([taps, 1, ...block]);
}

/**
 * A depthwise convolution over time that continues from a state of earlier elements. The second output is the next
 * state.
 */
const CausalConvWithState: Operator = (call) => {
  const [x, w] = [call.tensor(0), call.tensor(1)];
  const [batch, channels] = [x.shape[0]!, x.shape[1]!];
  const before = w.shape[2]! - 1;
  const past = call.has(3) ? call.tensor(3) : zeros([batch, channels, before], { dtype: x.dtype });
  const whole = cat([past, x], 2);
  const activation = call.text('activation', 'none');
  if (!['none', 'silu', 'swish'].includes(activation)) call.fail(`activation '${activation}' is not supported`);
  const y = nn.functional.conv1d(whole, w, call.optionalTensor(2), { groups: channels });
  return [activation === 'none' ? y : nn.functional.silu(y), whole.narrow(2, whole.shape[2]! - before, before)];
};

export const convolutions: Operators = { Conv, ConvTranspose, DeformConv, Col2Im, CausalConvWithState };
