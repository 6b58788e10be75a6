// Convolutions as layers.
import { nn } from '../../../../torch';
import { fill, type Layer, type LayerNode, pathOf, type Rule, symmetric } from './layer';

const convs = [nn.Conv1d, nn.Conv2d, nn.Conv3d] as const;
const transposed = [nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d] as const;

/** Weight and bias, if both are weights of matching shapes. */
function weightsOf(node: LayerNode) {
  const weight = node.weight(1);
  const bias = node.weight(2, 1);
  const n = (weight?.shape.length ?? 0) - 2;
  if (!weight || n < 1 || n > 3 || weight.shape.includes(0) || !node.isFed(0) || (node.has(2) && !bias)) return null;
  return { weight, bias, n };
}

/** Stride, padding and dilation; null if a layer cannot express them. */
function slidesOf({ call }: LayerNode, kernel: readonly number[], n: number) {
  const stride = call.ints('strides', new Array<number>(n).fill(1));
  const dilation = call.ints('dilations', new Array<number>(n).fill(1));
  const auto = call.text('auto_pad', 'NOTSET');
  const around = symmetric(call.ints('pads', new Array<number>(2 * n).fill(0)));
  const same = auto === 'SAME_UPPER' && stride.every((step) => step === 1);
  const padding = same ? ('same' as const) : auto === 'NOTSET' ? around : auto === 'VALID' ? kernel.map(() => 0) : null;
  const fits = [stride, dilation].every((sizes) => sizes.length === n && sizes.every((size) => size >= 1));
  return fits && padding !== null && padding.length >= n ? { stride, dilation, padding } : null;
}

type Sizes = never;

const Conv: Rule = (node) => {
  const found = weightsOf(node);
  const groups = node.call.int('group', 1);
  if (!found) return null;
  const { weight, bias, n } = found;
  const [outChannels, share, ...kernelSize] = weight.shape as [number, number, ...number[]];
  const slides = slidesOf(node, kernelSize, n);
  const fits = groups >= 1 && outChannels % groups === 0 && (!bias || bias.shape[0] === outChannels);
  if (!slides || !fits) return null;
  const module = new convs[(n - 1) as 0 | 1 | 2]({
    inChannels: groups,
    outChannels: groups,
    kernelSize: 1,
    groups,
    bias: bias !== null,
    ...slides,
  } as never);
  Object.assign(module, { inChannels: share * groups, outChannels, kernelSize });
  fill(module, { weight, bias });
  return { module, path: pathOf(weight, bias), rank: n + 2 };
};

const ConvTranspose: Rule = (node) => {
  const found = weightsOf(node);
  const groups = node.call.int('group', 1);
  if (!found || node.call.ints('output_shape')) return null;
  const { weight, bias, n } = found;
  const [inChannels, share, ...kernelSize] = weight.shape as [number, number, ...number[]];
  const slides = slidesOf(node, kernelSize, n);
  const outputPadding = node.call.ints('output_padding', new Array<number>(n).fill(0));
  const outChannels = share * groups;
  const fits = groups >= 1 && inChannels % groups === 0 && (!bias || bias.shape[0] === outChannels);
  if (!slides || slides.padding === 'same' || !fits) return null;
  const { stride, dilation } = slides;
  if (outputPadding.some((size, d) => size < 0 || (size >= stride[d]! && size >= dilation[d]!))) return null;
  const sizes = { inChannels: groups, outChannels: groups, kernelSize: 1, groups };
  const module = new transposed[(n - 1) as 0 | 1 | 2]({
    ...sizes,
    bias: bias !== null,
    outputPadding,
    ...slides,
  } as Sizes);
  Object.assign(module, { inChannels, outChannels, kernelSize });
  fill(module, { weight, bias });
  return { module, path: pathOf(weight, bias), rank: n + 2 } satisfies Layer;
};

export const convRules: Readonly<Record<string, Rule>> = { Conv, ConvTranspose };
