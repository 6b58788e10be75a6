// The methods of nn.utils.prune: which elements or slices of a tensor stay.

import { either, integer, number, oneOf, orNull } from '../../../engine/core/argument-kinds';
import { ArgumentError, IndexError, ShapeError } from '../../../engine/core/errors';
import { sameShape, showShape } from '../../../engine/core/meta';
import { type Arguments, isPlainObject, parseArgs } from '../../../engine/core/options';
import { roundHalfEven } from '../../../engine/core/round-half-even';
import { noGrad } from '../../../engine/storage/mode';
import { calledAs } from '../../tensor/calling/called-as';
import { tensor } from '../../tensor/calling/tensor-kinds';
import { onesLike } from '../../tensor/creation/creation';
import { rand } from '../../tensor/creation/random';
import { matrixNorm, vectorNorm } from '../../tensor/linalg';
import type { Tensor } from '../../tensor/tensor';
import type { Module } from '../module/module';
import { applied, scoresOf } from './prune-masks';

/** What a method chooses from: single elements, whole slices along a dimension, or elements of several tensors. */
export type PruningType = 'unstructured' | 'structured' | 'global';

/** By what other than the parameter itself the elements are chosen. */
export interface Importance {
  /** A tensor of the parameter's shape; default: the parameter. */
  importanceScores?: Tensor | null;
}

interface PruneArguments {
  /** The tensor to prune. */
  t: Tensor;
  /** The mask of what is left so far; default: all. */
  defaultMask?: Tensor | null;
  /** What the elements are chosen by, of the shape of `t`; default: `t` itself. */
  importanceScores?: Tensor | null;
}

/** What a mask is computed from. */
interface MaskArguments {
  /** The importance of the elements. */
  t: Tensor;
  /** What was left before. */
  defaultMask: Tensor;
}

type MaskArgs = Arguments<MaskArguments, ['t', 'defaultMask']>;

const masksOf = (args: MaskArgs): MaskArguments =>
  parseArgs<MaskArguments>('computeMask', ['t', 'defaultMask'], {}, args, { t: tensor, defaultMask: tensor });

/**
 * Base class of pruning methods. A subclass says by `computeMask` what stays, and is applied by its static `apply`.
 *
 *     class EveryOther extends nn.utils.prune.BasePruningMethod {
 *       override computeMask(t: Tensor, defaultMask: Tensor) {
 *         return defaultMask.mul(torch.arange(t.numel()).remainder(2).reshape(t.shape));
 *       }
 *     }
 *     EveryOther.apply(model.fc, 'weight');
 *
 * Of a tensor that was pruned before, `computeMask` gets the whole, where PyTorch gives it what is left: how much that
 * is, the device alone knows. What was pruned stays so, whatever it returns.
 */
export abstract class BasePruningMethod {
  /** What the method chooses from. */
  readonly PRUNING_TYPE: PruningType = 'unstructured';

  constructor(...args: []) {
    // What a subclass without a constructor of its own is given comes here, where it would be ignored.
    parseArgs(new.target.name, [], {}, args);
  }

  /**
   * The mask of what stays: 1, and 0 for what is pruned.
   *
   * @param _t the importance of the elements
   * @param _defaultMask what was left before
   */
  computeMask(_t: Tensor, _defaultMask: Tensor): Tensor {
    throw new ArgumentError(`${this.constructor.name}: expected a subclass with a method computeMask(t, defaultMask)`);
  }

  /**
   * The mask of a tensor of which only `mask` is left, chosen from that.
   *
   * @param t the importance of the elements
   * @param mask what is left
   * @internal
   */
  among(t: Tensor, mask: Tensor): Tensor {
    return this.computeMask(t, mask).to(mask.dtype).mul(mask);
  }

  /** The tensor with 0 for the elements that the method prunes. */
  prune(...args: Arguments<PruneArguments, ['t', 'defaultMask', 'importanceScores']>): Tensor {
    const kinds = { t: tensor, defaultMask: orNull(tensor), importanceScores: orNull(tensor) };
    const defaults = { defaultMask: null, importanceScores: null };
    const o = parseArgs<PruneArguments>('prune', ['t'], defaults, args, kinds);
    const scores = scoresOf('prune', o.importanceScores, o.t);
    if (o.defaultMask && !sameShape(o.defaultMask.shape, o.t.shape)) {
      throw new ShapeError(
        `prune: expected a defaultMask of the tensor's shape ${showShape(o.t.shape)}, but got ${showShape(o.defaultMask.shape)}`,
      );
    }
    return o.t.mul(noGrad(() => this.computeMask(scores, o.defaultMask ?? onesLike(o.t))));
  }

  /**
   * Prunes a parameter of a module by a method that is made of the arguments after `name`; `importanceScores` may stand
   * among those by name.
   *
   * @param module the module whose parameter is pruned
   * @param name the parameter's name
   */
  static apply<A extends readonly unknown[]>(
    this: new (
      ...args: A
    ) => BasePruningMethod,
    module: Module,
    name: string,
    ...args: A | [...A, Importance]
  ): BasePruningMethod {
    const last = args.at(-1);
    const given = isPlainObject(last) ? (last as Importance & Record<string, unknown>) : {};
    const { importanceScores = null, ...rest } = given;
    const all = isPlainObject(last) ? [...args.slice(0, -1), ...(Object.keys(rest).length > 0 ? [rest] : [])] : args;
    const method = new this(...(all as unknown as A));
    // biome-ignore lint/complexity/noThisInStatic: it is the subclass.
    applied(`${this.name}.apply`, method, module, name, importanceScores);
    return method;
  }
}

// ── Amounts ──

export interface Amount {
  /** How much is pruned: a share below 1, or a whole number of elements or slices. */
  amount: number;
}

function amountOf(op: string, amount: number): number {
  if (amount >= 0 && (amount <= 1 || Number.isInteger(amount))) return amount;
  throw new ArgumentError(`${op}: expected amount to be a share from 0 to 1 or a whole number, but got ${amount}`);
}

/** How many of `n` are pruned. */
function countOf(op: string, amount: number, n: number): number {
  const count = Number.isInteger(amount) ? amount : roundHalfEven(amount * n);
  if (count <= n) return count;
  throw new ArgumentError(`${op}: expected an amount of at most ${n}, the number to prune from, but got ${amount}`);
}

/** 1, and 0 for the `count` lowest of a vector of scores. */
const withoutLowest = (scores: Tensor, count: number | Tensor): Tensor =>
  scores.argsort({ stable: true }).argsort().ge(count).to(scores.dtype);

/** The same, chosen among what is left: an amount that is a share is one of that. */
function withoutLowestOf(scores: Tensor, left: Tensor, amount: number): Tensor {
  const count = Number.isInteger(amount) ? amount : left.sum().mul(amount).round();
  return withoutLowest(scores.where(left.ne(0), Number.POSITIVE_INFINITY), count).mul(left);
}

// ── Methods ──

export const amountKinds = { amount: number };

/** Base class of methods that prune the elements of the lowest scores. */
abstract class Lowest extends BasePruningMethod {
  readonly amount: number;

  constructor(...args: Arguments<Amount, ['amount']>) {
    super();
    const { amount } = parseArgs<Amount>(new.target.name, ['amount'], {}, args, amountKinds);
    this.amount = amountOf(new.target.name, amount);
  }

  /** What the elements are ordered by. */
  protected abstract scores(t: Tensor): Tensor;

  override computeMask(...args: MaskArgs): Tensor {
    const { t, defaultMask } = masksOf(args);
    const count = countOf(this.constructor.name, this.amount, t.numel());
    if (count === 0) return defaultMask.clone();
    return defaultMask.mul(withoutLowest(this.scores(t).reshape(-1), count).reshape(t.shape));
  }

  /**
   * The mask chosen from what is left.
   *
   * @param t the importance of the elements
   * @param mask what is left
   * @internal
   */
  override among(t: Tensor, mask: Tensor): Tensor {
    countOf(this.constructor.name, this.amount, t.numel());
    return withoutLowestOf(this.scores(t).reshape(-1), mask.reshape(-1), this.amount).reshape(t.shape);
  }
}

/** Prunes the elements of the smallest magnitude. */
export class L1Unstructured extends Lowest {
  protected scores(t: Tensor): Tensor {
    return t.abs();
  }
}

/** Prunes elements by chance: the same as in PyTorch after the same seed, where none were pruned before. */
export class RandomUnstructured extends Lowest {
  protected scores(t: Tensor): Tensor {
    return rand(t.shape).neg();
  }
}

/** Prunes nothing. */
export class Identity extends BasePruningMethod {
  override computeMask(...args: MaskArgs): Tensor {
    return masksOf(args).defaultMask;
  }
}

/** Prunes what a mask says. */
export class CustomFromMask extends BasePruningMethod {
  override readonly PRUNING_TYPE = 'global';
  readonly mask: Tensor;

  constructor(...args: Arguments<{ mask: Tensor }, ['mask']>) {
    super();
    this.mask = parseArgs<{ mask: Tensor }>('CustomFromMask', ['mask'], {}, args, { mask: tensor }).mask;
  }

  override computeMask(...args: MaskArgs): Tensor {
    const { defaultMask } = masksOf(args);
    return defaultMask.mul(this.mask.to(defaultMask.dtype));
  }
}

export interface Slices extends Amount {
  /** The dimension whose slices are pruned; default −1. */
  dim?: number;
}

/** The slices of a tensor along a dimension: how many, the other dimensions, and the shape of a number for each. */
interface Sliced {
  readonly n: number;
  readonly others: number[];
  readonly shape: number[];
}

/** Base class of methods that prune the slices along a dimension with the lowest scores. */
abstract class LowestSlices extends BasePruningMethod {
  override readonly PRUNING_TYPE = 'structured';

  constructor(
    readonly amount: number,
    readonly dim: number,
  ) {
    super();
    amountOf(new.target.name, amount);
  }

  /** What the slices are ordered by: a vector with an element for each. */
  protected abstract scores(t: Tensor, slices: Sliced): Tensor;

  private sliced(t: Tensor): Sliced {
    const name = this.constructor.name;
    const rank = t.dim();
    if (rank < 2)
      throw new ShapeError(`${name}: expected a tensor of at least 2 dimensions, but got ${showShape(t.shape)}`);
    if (this.dim >= rank || this.dim < -rank) {
      throw new IndexError(`${name}: expected dim from ${-rank} to ${rank - 1}, but got ${this.dim}`);
    }
    const at = this.dim < 0 ? this.dim + rank : this.dim;
    return {
      n: t.shape[at]!,
      others: t.shape.map((_, d) => d).filter((d) => d !== at),
      shape: t.shape.map((size, d) => (d === at ? size : 1)),
    };
  }

  override computeMask(...args: MaskArgs): Tensor {
    const { t, defaultMask } = masksOf(args);
    const slices = this.sliced(t);
    const count = countOf(this.constructor.name, this.amount, slices.n);
    if (count === 0) return defaultMask;
    return defaultMask.mul(withoutLowest(this.scores(t, slices), count).reshape(slices.shape));
  }

  /**
   * The mask chosen from what is left.
   *
   * @param t the importance of the elements
   * @param mask what is left
   * @internal
   */
  override among(t: Tensor, mask: Tensor): Tensor {
    const slices = this.sliced(t);
    countOf(this.constructor.name, this.amount, slices.n);
    const left = mask.sum(slices.others).ne(0).to(mask.dtype);
    return mask.mul(withoutLowestOf(this.scores(t, slices), left, this.amount).reshape(slices.shape));
  }
}

/** Prunes slices along a dimension by chance. */
export class RandomStructured extends LowestSlices {
  constructor(...args: Arguments<Slices, ['amount', 'dim']>) {
    const { amount, dim } = parseArgs<Slices>('RandomStructured', ['amount'], { dim: -1 }, args, {
      ...amountKinds,
      dim: integer,
    });
    super(amount, dim);
  }

  protected scores(_: Tensor, { n }: Sliced): Tensor {
    return rand([n]);
  }
}

/** The n of an Lₙ norm, or the norms of matrices `'fro'` and `'nuc'`. */
type NormOrder = number | 'fro' | 'nuc';

export interface NormedSlices extends Slices {
  /** The n of the Lₙ norm; also Infinity, −Infinity, 'fro' and 'nuc'. */
  n: NormOrder;
}

export const normedKinds = { ...amountKinds, n: either(number, oneOf('fro', 'nuc')), dim: integer };

/** Prunes the slices along a dimension with the smallest Lₙ norm. */
export class LnStructured extends LowestSlices {
  readonly n: NormOrder;

  constructor(...args: Arguments<NormedSlices, ['amount', 'n', 'dim']>) {
    const o = parseArgs<NormedSlices>('LnStructured', ['amount', 'n'], { dim: -1 }, args, normedKinds);
    super(o.amount, o.dim);
    this.n = o.n;
  }

  protected scores(t: Tensor, { others }: Sliced): Tensor {
    const { n } = this;
    return calledAs('computeMask', () => {
      if (n !== 'nuc') return vectorNorm(t, n === 'fro' ? 2 : n, others);
      return matrixNorm(t, 'nuc', others.length === 2 ? [others[0]!, others[1]!] : [-2, -1]);
    });
  }
}
