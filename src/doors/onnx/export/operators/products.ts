// Matrix products, convolutions and pooling.
import type { OpAttrs } from '../../../../torch/inside';
import type { Wire } from '../builder';
import type { Site, Translator, Translators } from '../site';

const swapped = (rank: number): number[] => [...Array(rank).keys()].map((d) => (d < rank - 2 ? d : 2 * rank - 3 - d));

const matmul: Translator = (site) => {
  const { transposeA, transposeB } = site.attrs<OpAttrs['matmul']>();
  const [a, b] = [site.in(0), site.in(1)];
  const ranks = [site.shape(0).length, site.shape(1).length] as const;
  const isPlain = ranks[0] === 2 && ranks[1] === 2;
  if (isPlain && (site.has(2) || transposeA || transposeB)) {
    const attributes = { ...(transposeA && { transA: 1 }), ...(transposeB && { transB: 1 }) };
    return site.op('Gemm', site.has(2) ? [a, b, site.in(2)] : [a, b], attributes);
  }
  const left = transposeA ? site.transpose(a, swapped(ranks[0])) : a;
  const right = transposeB ? site.transpose(b, swapped(ranks[1])) : b;
  const y = site.op('MatMul', [left, right]);
  return site.has(2) ? site.op('Add', [y, site.in(2)]) : y;
};

const inputsOf = (site: Site): Wire[] => site.node.inputs.map((_, i) => site.in(i));

function convAttributes(site: Site) {
  const { stride, padding, dilation, groups } = site.attrs<OpAttrs['conv']>();
  const [top, bottom, left, right] = padding;
  return {
    dilations: dilation,
    group: groups,
    kernel_shape: site.shape(1).slice(2),
    pads: [top, left, bottom, right],
    strides: stride,
  };
}

const conv: Translator = (site) => site.op('Conv', inputsOf(site), convAttributes(site));

const convTranspose: Translator = (site) => {
  const extra = site.fixed('output padding', ({ inputs: [x, w], attrs }) => {
    const { stride, padding, dilation, size } = attrs as OpAttrs['conv'] & { size: readonly number[] };
    return [0, 1].map((d) => {
      const frame = padding[2 * d]! + padding[2 * d + 1]!;
      const extent = (w!.shape[2 + d]! - 1) * dilation[d]! + 1;
      return size[d]! - ((x!.shape[2 + d]! - 1) * stride[d]! - frame + extent);
    });
  });
  const attributes = convAttributes(site);
  return site.op('ConvTranspose', inputsOf(site), {
    ...attributes,
    ...(extra.some((n) => n !== 0) && { output_padding: extra }),
  });
};

/** The windows of a pooling. With ceilMode, padding is added at the far sides so that the last windows fit. */
function windows(site: Site, dilation: readonly number[] = [1, 1]) {
  const { kernel, stride, padding, ceilMode } = site.attrs<OpAttrs['avgPool']>();
  const behind = !ceilMode
    ? [0, 0]
    : site.fixed('windows, whose number is rounded up,', ({ inputs: [x], outputs: [y] }) =>
        [0, 1].map((d) => {
          const reach = (y!.shape[2 + d]! - 1) * stride[d]! + (kernel[d]! - 1) * dilation[d]! + 1;
          return Math.max(0, reach - x!.shape[2 + d]! - 2 * padding[d]!);
        }),
      );
  return { kernel, stride, padding, behind: behind as readonly [number, number] };
}

const maxPool: Translator = (site) => {
  const { dilation } = site.attrs<OpAttrs['maxPool']>();
  const { kernel, stride, padding, behind } = windows(site, dilation);
  const pads = [...padding, ...padding.map((n, d) => n + behind[d]!)];
  const [y, indices] = site.node.outputs;
  const isRead = site.context.uses(indices!) > 0;
  // onnxruntime refuses padding larger than the kernel, and gives the lowest finite number for a window without
  // elements.
  const framed =
    !isRead && ([0, 1] as const).some((d) => pads[d + 2]! >= kernel[d] || dilation[d] > site.shape()[d + 2]!);
  const frame = () =>
    site.builder.ints([0, 0, padding[0], padding[1], 0, 0, padding[0] + behind[0], padding[1] + behind[1]]);
  const x = framed ? site.op('Pad', [site.in(0), frame(), site.scalar(-Infinity)], { mode: 'constant' }) : site.in(0);
  const attributes = {
    ...(dilation.some((n) => n !== 1) && { dilations: dilation }),
    kernel_shape: kernel,
    pads: framed ? [0, 0, 0, 0] : pads,
    strides: stride,
  };
  if (!isRead) return [site.op('MaxPool', [x], attributes), null];
  const [values, places] = site.builder.node('MaxPool', [site.in(0)], attributes, [y!.dtype, 'int64']) as [Wire, Wire];
  // ONNX's indices count through the whole tensor, ours through each plane.
  const [height, width] = site.sizesOf(site.value(0)).slice(2);
  const plane = site.op('ReduceProd', [site.list([height!, width!])], { keepdims: 0 });
  return [values, site.op('Mod', [places, plane])];
};

const avgPool: Translator = (site) => {
  const { countIncludePad, divisorOverride } = site.attrs<OpAttrs['avgPool']>();
  const { kernel, stride, padding, behind } = windows(site);
  const isRounded = behind.some((n) => n > 0);
  const framed = padding.some((n) => n > 0);
  let x = site.in(0);
  let pads = [...padding, ...padding.map((n, d) => n + behind[d]!)];
  let counts = countIncludePad || divisorOverride !== null;
  if (isRounded && counts) {
    // Elements that ceilMode adds beyond the padding do not count, unless all windows have the same divisor.
    if (framed || divisorOverride !== null) {
      const frame = divisorOverride === null ? padding : padding.map((n, d) => n + behind[d]!);
      const around = [0, 0, ...padding, 0, 0, ...frame];
      x = site.op('Pad', [x, site.builder.ints(around), site.scalar(0)], { mode: 'constant' });
      pads = divisorOverride === null ? [0, 0, ...behind] : [0, 0, 0, 0];
    }
    counts = false;
  }
  const attributes = { count_include_pad: counts ? 1 : 0, kernel_shape: kernel, pads, strides: stride };
  const y = site.op('AveragePool', [x], attributes);
  if (divisorOverride === null) return y;
  return site.op('Mul', [y, site.scalar((kernel[0] * kernel[1]) / divisorOverride)]);
};

/** The maximum number of cells of an adaptive pooling with unequal windows. */
const MAX_CELLS = 1024;

/** The index of the maximum of each window. Windows are cut out one by one. */
const adaptiveMaxPool: Translator = (site) => {
  site.fixed('windows', ({ inputs: [x], outputs: [y] }) => [...x!.shape.slice(2), ...y!.shape.slice(2)]);
  const [rows, columns] = site.result().slice(2) as [number, number];
  const [height, width] = site.shape().slice(2) as [number, number];
  if (rows * columns > MAX_CELLS) site.fail(`has ${rows * columns} windows of unequal sizes, more than ${MAX_CELLS}`);
  const { builder } = site;
  const int = (n: number): Wire => site.scalar(n, 'int64');
  const cells: Wire[] = [];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const [top, bottom] = [Math.floor((i * height) / rows), Math.ceil(((i + 1) * height) / rows)];
      const [left, right] = [Math.floor((j * width) / columns), Math.ceil(((j + 1) * width) / columns)];
      const ends = builder.ints([bottom, right]);
      const part = site.op('Slice', [site.in(0), builder.ints([top, left]), ends, builder.ints([2, 3])]);
      const flat = site.op('Reshape', [part, builder.ints([0, 0, -1])]);
      const at = site.op('ArgMax', [flat], { axis: 2, keepdims: 1 }, 'int64');
      const row = site.op('Add', [site.op('Div', [at, int(right - left)]), int(top)]);
      const column = site.op('Add', [site.op('Mod', [at, int(right - left)]), int(left)]);
      cells.push(site.op('Add', [site.op('Mul', [row, int(width)]), column]));
    }
  }
  const all = site.op('Concat', cells, { axis: 2 });
  return site.op('Reshape', [all, builder.ints([0, 0, rows, columns])]);
};

export const products: Translators = {
  matmul,
  conv2d: conv,
  convTranspose2d: convTranspose,
  maxPool2d: maxPool,
  avgPool2d: avgPool,
  adaptiveMaxPool2d: adaptiveMaxPool,
};
