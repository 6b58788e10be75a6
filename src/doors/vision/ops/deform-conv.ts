// Deformable convolution: deformConv2d and DeformConv2d.

import { ArgumentError, empty, nn, ShapeError, Tensor } from '../../../torch';
import {
  type Arguments,
  tensorKind as aTensor,
  callable,
  deformColumns,
  expectFloat,
  inputs,
  kinds,
  Layer,
  pair,
  parseArgs,
  pythonText,
  type Size2d,
  shown,
} from '../../../torch/inside';

interface DeformArguments {
  /** [O]. Default: none. */
  bias?: Tensor | null;
  /** Default: 1. */
  stride?: Size2d;
  /** Zeros on each side. Default: 0. */
  padding?: Size2d;
  /** Spacing between the elements of the kernel. Default: 1. */
  dilation?: Size2d;
  /** Weight of each sample: [N, offset groups · kH · kW, H', W']. Default: 1. */
  mask?: Tensor | null;
}

const shapeText = (x: Tensor): string => `[${x.shape.join(', ')}]`;

function expectShape(name: string, what: string, x: Tensor, shape: readonly number[]): void {
  if (x.shape.join() === shape.join()) return;
  throw new ShapeError(`${name}: expected ${what} [${shape.join(', ')}], but got ${shapeText(x)}`);
}

/**
 * Deformable convolution (Dai et al. 2017, arXiv:1703.06211; with a mask Zhu et al. 2018, arXiv:1811.11168): each
 * element of the kernel reads the input at a position shifted by its own offset, with bilinear interpolation and zeros
 * outside. Shape: input [N, C, H, W], offset [N, 2 · offset groups · kH · kW, H', W'] as pairs (y, x) and weight [O, C
 * / groups, kH, kW] → [N, O, H', W']. The numbers of groups follow from the shapes.
 *
 * @throws ShapeError, DTypeError, ArgumentError
 */
export const deformConv2d = callable(
  'deformConv2d(input, offset, weight, ...)',
  (
    input: Tensor,
    /** Which diagonal: 0 is the main one, positive ones lie above. */
    offset: Tensor,
    weight: Tensor,
    ...args: Arguments<DeformArguments, ['bias', 'stride', 'padding', 'dilation', 'mask']>
  ): Tensor => {
    const name = 'deformConv2d';
    const defaults = { bias: null, stride: 1, padding: 0, dilation: 1, mask: null };
    const tensorOrNull = kinds.orNull(aTensor);
    const own = { bias: tensorOrNull, mask: tensorOrNull };
    const { bias, mask, ...o } = parseArgs<DeformArguments>(name, [], defaults, args, own);
    const stride = pair(name, 'stride', o.stride, 1);
    const padding = pair(name, 'padding', o.padding);
    const dilation = pair(name, 'dilation', o.dilation, 1);
    if (input.dim() !== 4 || offset.dim() !== 4 || weight.dim() !== 4) {
      throw new ShapeError(
        `${name}: expected 4-D input, offset and weight, but got ${[input, offset, weight].map(shapeText).join(', ')}`,
      );
    }
    if (input.dtype === 'float16') {
      const half = (x: Tensor | null): Tensor | null => (x === null ? null : x.float());
      const options = { bias: half(bias), mask: half(mask), stride, padding, dilation };
      return deformConv2d(input.float(), offset.float(), weight.float(), options).half();
    }
    for (const [what, x] of Object.entries({ input, offset, weight })) expectFloat(name, what, x);
    const [batch, channels, height, width] = input.shape as readonly [number, number, number, number];
    const [outChannels, groupIn, ...kernel] = weight.shape as readonly [number, number, number, number];
    const elements = kernel[0]! * kernel[1]!;
    const groups = Math.floor(channels / groupIn);
    const offsetGroups = Math.floor(offset.shape[1]! / (2 * elements));
    if (groupIn * groups !== channels || groups < 1 || outChannels % groups !== 0) {
      throw new ShapeError(
        `${name}: expected weight [O, C / groups, kH, kW] with O in a multiple of the groups, but got ${shapeText(weight)} for input ${shapeText(input)}`,
      );
    }
    if (offsetGroups < 1 || channels % offsetGroups !== 0) {
      throw new ShapeError(
        `${name}: expected offset with ${2 * elements} channels a group, and groups that divide ${channels}, but got ${shapeText(offset)}`,
      );
    }
    const outSize = (size: number, d: 0 | 1): number =>
      Math.floor((size + 2 * padding[d] - dilation[d] * (kernel[d]! - 1) - 1) / stride[d]) + 1;
    const out = [outSize(height, 0), outSize(width, 1)] as const;
    if (out[0] < 1 || out[1] < 1) {
      throw new ShapeError(
        `${name}: the kernel is larger than the padded input, weight ${shapeText(weight)} for input ${shapeText(input)}`,
      );
    }
    expectShape(name, 'offset', offset, [batch, 2 * offsetGroups * elements, ...out]);
    if (mask) expectShape(name, 'mask', mask, [batch, offsetGroups * elements, ...out]);
    if (bias) expectShape(name, 'bias', bias, [outChannels]);
    const sizes = { from: input.shape, groups: offsetGroups, kernel: [kernel[0]!, kernel[1]!] as const, out };
    const columns = Tensor.of(
      deformColumns(input.value, offset.value, mask?.value ?? null, { ...sizes, stride, padding, dilation }),
    );
    const filters = weight.reshape([1, groups, outChannels / groups, groupIn * elements]);
    const product = filters.matmul(columns.reshape([batch, groups, groupIn * elements, out[0] * out[1]]));
    const made = product.reshape([batch, outChannels, ...out]);
    return bias ? made.add(bias.reshape([1, -1, 1, 1])) : made;
  },
);

interface LayerArguments {
  inChannels: number;
  outChannels: number;
  kernelSize: Size2d;
  /** Default: 1. */
  stride?: Size2d;
  /** Default: 0. */
  padding?: Size2d;
  /** Default: 1. */
  dilation?: Size2d;
  /** Number of channel groups, which are convolved separately. Default: 1. */
  groups?: number;
  /** Default: true. */
  bias?: boolean;
}

type DeformConvLayerOrder = [
  'inChannels',
  'outChannels',
  'kernelSize',
  'stride',
  'padding',
  'dilation',
  'groups',
  'bias',
];

/**
 * `deformConv2d` as a module, called with offsets and masks: `layer(input, offset, mask)`. Its weights are initialized
 * like a convolution's.
 */
export class DeformConv2d extends Layer {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly groups: number;
  weight: nn.Parameter;
  declare bias: nn.Parameter | null;

  constructor(...args: Arguments<LayerArguments, DeformConvLayerOrder>) {
    super();
    const name = 'DeformConv2d';
    const defaults = { stride: 1, padding: 0, dilation: 1, groups: 1, bias: true };
    const o = parseArgs<LayerArguments>(name, ['inChannels', 'outChannels', 'kernelSize'], defaults, args, {
      inChannels: kinds.features,
      outChannels: kinds.features,
      groups: kinds.whole(1),
    });
    if (o.inChannels % o.groups !== 0 || o.outChannels % o.groups !== 0) {
      throw new ArgumentError(
        `${name}: expected inChannels and outChannels in multiples of groups ${o.groups}, but got ${shown([o.inChannels, o.outChannels])}`,
      );
    }
    this.inChannels = o.inChannels;
    this.outChannels = o.outChannels;
    this.kernelSize = pair(name, 'kernelSize', o.kernelSize, 1);
    this.stride = pair(name, 'stride', o.stride, 1);
    this.padding = pair(name, 'padding', o.padding);
    this.dilation = pair(name, 'dilation', o.dilation, 1);
    this.groups = o.groups;
    this.weight = new nn.Parameter(empty([o.outChannels, o.inChannels / o.groups, ...this.kernelSize]));
    this.registerParameter('bias', o.bias ? new nn.Parameter(empty([o.outChannels])) : null);
    this.resetParameters();
  }

  /** Draws weight and bias again, as PyTorch initializes convolutions. */
  resetParameters(): void {
    const { weight, bias } = this;
    nn.init.kaimingUniform_(weight, { a: Math.sqrt(5) });
    if (!bias) return;
    const bound = 1 / Math.sqrt(weight.numel() / this.outChannels);
    nn.init.uniform_(bias, -bound, bound);
  }

  override get [inputs]() {
    return ['input', 'offset', 'mask?'] as const;
  }

  override forward(
    input: Tensor,
    /** Which diagonal: 0 is the main one, positive ones lie above. */ offset: Tensor,
    mask: Tensor | null = null,
  ): Tensor {
    const { weight, bias, stride, padding, dilation } = this;
    return deformConv2d(input, offset, weight, {
      bias,
      stride: [...stride],
      padding: [...padding],
      dilation: [...dilation],
      mask,
    });
  }

  override extraRepr(): string {
    const { inChannels, outChannels, kernelSize, stride, padding, dilation, groups, bias } = this;
    const text = (name: string, value: unknown): string => `, ${name}=${pythonText(value)}`;
    return [
      `${inChannels}, ${outChannels}`,
      text('kernel_size', kernelSize),
      text('stride', stride),
      padding.some((n) => n !== 0) ? text('padding', padding) : '',
      dilation.some((n) => n !== 1) ? text('dilation', dilation) : '',
      groups === 1 ? '' : text('groups', groups),
      bias ? '' : text('bias', false),
    ].join('');
  }
}
