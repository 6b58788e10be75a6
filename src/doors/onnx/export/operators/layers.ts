// Layers that are recorded as several nodes but are one node in ONNX: convolutions and pooling over 1D and 3D data,
// group normalisation.
import { type Node, numelOf as numel, type OpAttrs, sameShape, type Value } from '../../../../torch/inside';
import { type Attributes, f, type Wire } from '../builder';
import type { Site } from '../site';

/** The node that computes a value, if it is of this operation; else null. */
const made = (value: Value | undefined, op: string): Node | null =>
  value?.node && value.node.op.name === op ? value.node : null;

/** If the value is x[…, L] reshaped to an image of one row, returns x. */
function line(value: Value): Value | null {
  const x = made(value, 'reshape')?.inputs[0];
  if (x?.shape.length !== 3) return null;
  return sameShape(value.shape, [x.shape[0]!, x.shape[1]!, 1, x.shape[2]!]) ? x : null;
}

/** A 1D layer that was computed with images of one row. It is recognised at the reshape that removes the row. */
export function lineLayer(site: Site): Wire | null {
  const node = site.value(0).node;
  const [image] = node?.inputs ?? [];
  const { shape } = site.value(0);
  if (!node || !image || shape.length !== 4 || !sameShape(site.result(), [shape[0]!, shape[1]!, shape[3]!]))
    return null;
  const x = line(image);
  if (!x || site.value(0).index !== 0) return null;
  if (node.op.name === 'conv2d' || node.op.name === 'convTranspose2d') return lineConvolution(site, node, x);
  if (node.op.name === 'maxPool2d' || node.op.name === 'avgPool2d') return linePooling(site, node, x);
  return null;
}

function lineConvolution(site: Site, node: Node, x: Value): Wire | null {
  const [, kernel, bias] = node.inputs as readonly [Value, Value, Value | undefined];
  const weight = line(kernel);
  const { stride, padding, dilation, groups, size } = node.attrs as OpAttrs['conv'] & { size?: readonly number[] };
  if (!weight || padding[0] !== 0 || padding[1] !== 0) return null;
  const length = weight.shape[2]!;
  const attributes: Attributes = {
    dilations: [dilation[1]],
    group: groups,
    kernel_shape: [length],
    pads: [padding[2], padding[3]],
    strides: [stride[1]],
  };
  const inputs = [site.wire(x), site.wire(weight), ...(bias ? [site.wire(bias)] : [])];
  if (!size) return site.op('Conv', inputs, attributes);
  const extra = site.twins.map((twin) => {
    const { node: own } = twin.inputs[0]!;
    const [from, to] = [own!.inputs[0]!.shape[3]!, own!.outputs[0]!.shape[3]!];
    return to - ((from - 1) * stride[1] - padding[2] - padding[3] + (length - 1) * dilation[1] + 1);
  });
  if (extra.some((n) => n !== extra[0])) return null;
  return site.op('ConvTranspose', inputs, extra[0] === 0 ? attributes : { ...attributes, output_padding: [extra[0]!] });
}

function linePooling(site: Site, node: Node, x: Value): Wire | null {
  const attrs = node.attrs as OpAttrs['maxPool'] & OpAttrs['avgPool'];
  const { kernel, stride, padding, ceilMode } = attrs;
  const isMax = node.op.name === 'maxPool2d';
  if (ceilMode || kernel[0] !== 1 || padding[0] !== 0) return null;
  const attributes = { kernel_shape: [kernel[1]], pads: [padding[1], padding[1]], strides: [stride[1]] };
  if (isMax) {
    if (node.outputs[1] && site.context.uses(node.outputs[1]) > 0) return null;
    if (attrs.dilation[1] > x.shape[2]!) return null;
    return site.op('MaxPool', [site.wire(x)], { ...attributes, dilations: [attrs.dilation[1]] });
  }
  if (attrs.divisorOverride !== null) return null;
  return site.op('AveragePool', [site.wire(x)], { ...attributes, count_include_pad: attrs.countIncludePad ? 1 : 0 });
}

/** If the value is a kernel [O, C, kd, kh, kw] reshaped so that depth joins the channels, returns the kernel. */
function volumeKernel(value: Value): Value | null {
  const w = made(value, 'reshape')?.inputs[0];
  return w?.shape.length === 5 ? w : null;
}

/** The zero padding of x along its depth only; x itself if there is none. */
function aroundDepth(value: Value): { x: Value; front: number; back: number } {
  const whole = { x: value, front: 0, back: 0 };
  const node = made(value, 'stridedScatter');
  const [x, base] = node?.inputs ?? [];
  if (!node || !x || base || node.scalars[1] !== 0) return whole;
  if (x.shape.length !== 5 || x.shape.some((size, d) => d !== 2 && size !== value.shape[d])) return whole;
  const front = node.scalars[0]! / numel(value.shape.slice(3));
  return { x, front, back: value.shape[2]! - x.shape[2]! - front };
}

const hasOrder = (order: readonly number[], expected: readonly number[]): boolean => sameShape(order, expected);

/** A 3D convolution, recognised at the permutation that puts its slices in order. */
export function volumeConvolution(site: Site): Wire | null {
  if (!hasOrder(site.attrs<{ order: readonly number[] }>().order, [0, 2, 1, 3, 4])) return null;
  const conv = made(made(site.value(0), 'reshape')?.inputs[0], 'conv2d');
  const windows = made(made(conv?.inputs[0], 'reshape')?.inputs[0], 'unfold');
  const weight = conv && volumeKernel(conv.inputs[1]!);
  if (!conv || !windows || !weight) return null;
  const { dim, size, step, dilation: far, order } = windows.attrs as OpAttrs['windows'];
  if (dim !== 2 || size !== weight.shape[2] || !hasOrder(order, [0, 2, 1, 5, 3, 4])) return null;
  const { stride, padding, dilation, groups } = conv.attrs as OpAttrs['conv'];
  const [top, bottom, left, right] = padding;
  const { x, front, back } = aroundDepth(windows.inputs[0]!);
  const bias = conv.inputs[2];
  return site.op('Conv', [site.wire(x), site.wire(weight), ...(bias ? [site.wire(bias)] : [])], {
    dilations: [far, ...dilation],
    group: groups,
    kernel_shape: weight.shape.slice(2),
    pads: [front, top, left, back, bottom, right],
    strides: [step, ...stride],
  });
}

/** A transposed 3D convolution without padding along the depth, recognised where its slices are added together. */
export function volumeTransposed(site: Site): Wire | null {
  const { dim, size, step, dilation: far, order } = site.attrs<OpAttrs['windows']>();
  const conv = made(made(site.value(0), 'reshape')?.inputs[0], 'convTranspose2d');
  const turned = made(made(conv?.inputs[0], 'reshape')?.inputs[0], 'permute');
  const weight = conv && volumeKernel(conv.inputs[1]!);
  if (!conv || !turned || !weight || conv.inputs.length > 2) return null;
  if (dim !== 2 || size !== weight.shape[2] || !hasOrder(order, [0, 2, 1, 5, 3, 4])) return null;
  if (!hasOrder((turned.attrs as { order: readonly number[] }).order, [0, 2, 1, 3, 4])) return null;
  const { stride, padding, dilation, groups, size: out } = conv.attrs as OpAttrs['conv'] & { size: readonly number[] };
  const [top, bottom, left, right] = padding;
  const x = turned.inputs[0]!;
  const frames = [top + bottom, left + right];
  const extra = [0, 1].map((d) => {
    const extent = (weight.shape[3 + d]! - 1) * dilation[d]! + 1;
    return out[d]! - ((x.shape[3 + d]! - 1) * stride[d]! - frames[d]! + extent);
  });
  return site.op('ConvTranspose', [site.wire(x), site.wire(weight)], {
    dilations: [far, ...dilation],
    group: groups,
    kernel_shape: weight.shape.slice(2),
    pads: [0, top, left, 0, bottom, right],
    strides: [step, ...stride],
    ...(extra.some((n) => n !== 0) && { output_padding: [0, ...extra] }),
  });
}

interface Groups {
  readonly x: Value;
  readonly count: number;
  readonly eps: number;
}

/** If the value is x[N, C, …] with each group of channels normalised, returns x and the groups. */
function groupsOf(value: Value | undefined): Groups | null {
  const norm = made(made(value, 'reshape')?.inputs[0], 'nativeLayerNorm');
  const x = made(norm?.inputs[0], 'reshape')?.inputs[0];
  if (!norm || !x || x.shape.length < 3 || !sameShape(x.shape, value!.shape)) return null;
  const { lead, weight } = norm.attrs as OpAttrs['layerNorm'];
  const rows = norm.inputs[0]!.shape;
  if (weight || lead !== 1 || rows.length !== 2) return null;
  const count = rows[0]! / x.shape[0]!;
  return Number.isInteger(count) && x.shape[1]! % count === 0 ? { x, count, eps: norm.scalars[0]! } : null;
}

/** If the value is one number per channel reshaped to [1, C, 1, …], returns the vector of numbers. */
function perChannel(value: Value | undefined, channels: number): Value | null {
  const x = made(value, 'reshape')?.inputs[0];
  return x && sameShape(x.shape, [channels]) && value!.shape[1] === channels ? x : null;
}

/** Normalised groups with scale and shift, as InstanceNormalization, or as GroupNormalization if the version has it. */
export function affineGroups(site: Site): Wire | null {
  const product = made(site.value(0), 'mul');
  const groups = groupsOf(product?.inputs[0]);
  if (!product || !groups || !site.has(1) || product.inputs.length !== 2) return null;
  const channels = groups.x.shape[1]!;
  const [weight, bias] = [perChannel(product.inputs[1], channels), perChannel(site.value(1), channels)];
  if (!weight || !bias) return null;
  const inputs = [site.wire(groups.x), site.wire(weight), site.wire(bias)];
  const epsilon = f(groups.eps);
  if (groups.count === channels) return site.op('InstanceNormalization', inputs, { epsilon });
  if (site.opset < 21) return null;
  return site.op('GroupNormalization', inputs, { epsilon, num_groups: groups.count });
}

/** Normalised groups without scale and shift, as InstanceNormalization with one channel per group. */
export function plainGroups(site: Site): Wire | null {
  const groups = groupsOf(site.node.outputs[0]);
  if (!groups) return null;
  const { x, count, eps } = groups;
  const numbers = (n: number): Wire => site.builder.constant('float32', [count], new Array(count).fill(n));
  const sizes = site.sizesOf(x);
  const fixed = (n: number) => site.twins.map(() => n);
  const length = site.sizes(({ inputs: [rows] }) => [rows!.shape[1]!])[0]!;
  const to = [sizes[0]!, fixed(count), length];
  const isInstance = count === x.shape[1];
  const given = isInstance ? site.wire(x) : site.reshape(site.wire(x), sizes, to);
  const y = site.op('InstanceNormalization', [given, numbers(1), numbers(0)], { epsilon: f(eps) });
  return isInstance ? y : site.reshape(y, to, sizes);
}

/** The mean over a whole image. */
export function globalMean(site: Site): Wire | null {
  const { dims, keepdim } = site.attrs<{ dims: readonly number[]; keepdim: boolean }>();
  const rank = site.shape().length;
  const isSpatial = dims.length === rank - 2 && dims.every((d, i) => d === i + 2);
  return keepdim && rank >= 3 && isSpatial ? site.op('GlobalAveragePool', [site.in(0)]) : null;
}
