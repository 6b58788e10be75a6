// DropBlock: zeroes blocks of neighbouring elements at random in training.

import { ArgumentError, empty, nn, ShapeError, type Tensor } from '../../../torch';
import {
  type Arguments,
  callable,
  kinds,
  parseArgs,
  pythonFloat,
  pythonText,
  shown,
  UnaryLayer,
} from '../../../torch/inside';

interface DropBlockArguments {
  /** Probability that an element is zeroed. */
  p: number;
  /** Side of a block, odd; limited to the smallest side of the input. */
  blockSize: number;
  /** Overwrite the input with the result. Default: false. */
  inplace?: boolean;
  /** Added to the number of remaining elements before dividing by it. Default: 1e-6. */
  eps?: number;
}

type DropBlockOrder = ['p', 'blockSize', 'inplace', 'eps'];

interface DropBlockCall extends DropBlockArguments {
  /** If false, the input is returned unchanged. Default: true. */
  training?: boolean;
}

const defaults = { inplace: false, eps: 1e-6 };
const blockKinds = { p: kinds.share, blockSize: kinds.whole(1), eps: kinds.finite };

function dropBlock(name: string, spatial: 2 | 3, input: Tensor, args: readonly unknown[]): Tensor {
  const o = parseArgs<DropBlockCall>(name, ['p', 'blockSize'], { ...defaults, training: true }, args, blockKinds);
  if (input.dim() !== spatial + 2) {
    throw new ShapeError(`${name}: expected ${spatial + 2}-D input, but got shape [${input.shape.join(', ')}]`);
  }
  if (!o.training || o.p === 0) return input;
  const sizes = input.shape.slice(2);
  const block = Math.min(o.blockSize, ...sizes);
  if (block % 2 !== 1) {
    throw new ArgumentError(`${name}: expected an odd blockSize, but got ${shown(block)}`);
  }
  const product = (numbers: readonly number[]): number => numbers.reduce((a, b) => a * b, 1);
  const places = sizes.map((size) => size - block + 1);
  // The probability that a position is the centre of a block.
  const gamma = (o.p * product(sizes)) / (block ** spatial * product(places));
  const middles = empty([...input.shape.slice(0, 2), ...places], { dtype: input.dtype }).bernoulli_(gamma);
  const border = Math.floor(block / 2);
  const padded = nn.functional.pad(middles, new Array<number>(2 * spatial).fill(border));
  const options = { stride: 1, padding: border };
  const blocks =
    spatial === 2 ? nn.functional.maxPool2d(padded, block, options) : nn.functional.maxPool3d(padded, block, options);
  const staying = blocks.neg().add(1);
  const scale = staying.sum().add(o.eps).reciprocal().mul(staying.numel());
  return o.inplace ? input.mul_(staying).mul_(scale) : input.mul(staying).mul(scale);
}

/**
 * DropBlock (Ghiasi et al. 2018, arXiv:1810.12890): zeroes squares of side `blockSize` around random centres, so that
 * each element is zeroed with a probability of about `p`, and scales the others up. Shape: [N, C, H, W] → the same.
 *
 * @throws ArgumentError if the probability is outside [0, 1] or the block is even; ShapeError
 */
export const dropBlock2d = callable(
  'dropBlock2d(input, ...)',
  (input: Tensor, ...args: Arguments<DropBlockCall, [...DropBlockOrder, 'training']>): Tensor =>
    dropBlock('dropBlock2d', 2, input, args),
);

/** `dropBlock2d` with cubes. Shape: [N, C, D, H, W] → the same. */
export const dropBlock3d = callable(
  'dropBlock3d(input, ...)',
  (input: Tensor, ...args: Arguments<DropBlockCall, [...DropBlockOrder, 'training']>): Tensor =>
    dropBlock('dropBlock3d', 3, input, args),
);

interface DropBlockLayer extends UnaryLayer, Readonly<Required<DropBlockArguments>> {
  /** Computes the result for x; calling the layer does the same. */
  forward(x: Tensor): Tensor;
}

type DropBlockClass = new (...args: Arguments<DropBlockArguments, DropBlockOrder>) => DropBlockLayer;

/** Makes the module of a function that drops blocks. */
/* @__NO_SIDE_EFFECTS__ */
function dropBlockLayer(name: string, drop: typeof dropBlock2d): DropBlockClass {
  return class extends UnaryLayer {
    readonly p: number;
    readonly blockSize: number;
    readonly inplace: boolean;
    readonly eps: number;

    constructor(...args: Arguments<DropBlockArguments, DropBlockOrder>) {
      super();
      const o = parseArgs<DropBlockArguments>(name, ['p', 'blockSize'], defaults, args, blockKinds);
      this.p = o.p;
      this.blockSize = o.blockSize;
      this.inplace = o.inplace;
      this.eps = o.eps;
    }

    override forward(input: Tensor): Tensor {
      const { p, blockSize, inplace, eps, training } = this;
      return drop(input, { p, blockSize, inplace, eps, training });
    }

    override extraRepr(): string {
      return `p=${pythonFloat(this.p)}, block_size=${this.blockSize}, inplace=${pythonText(this.inplace)}`;
    }
  };
}

/** `dropBlock2d` as a module: active in training only. */
export class DropBlock2d extends dropBlockLayer('DropBlock2d', dropBlock2d) {}

/** `dropBlock3d` as a module: active in training only. */
export class DropBlock3d extends dropBlockLayer('DropBlock3d', dropBlock3d) {}
