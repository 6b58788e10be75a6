// Nn.utils.prune: parameters of which a mask keeps only a part. The parameter stays as `<name>_orig` beside its `<name>_mask`, and the product
// of the two is the module's tensor, computed anew before each forward.

import {
  anything,
  callback,
  either,
  instance,
  integer,
  listOf,
  nonEmpty,
  number,
  oneOf,
  orNull,
  text,
} from '../../../engine/core/argument-kinds';
import { ArgumentError, IndexError, ShapeError } from '../../../engine/core/errors';
import { sameShape, showShape } from '../../../engine/core/meta';
import { type Arguments, expectKind, isPlainObject, parseArgs } from '../../../engine/core/options';
import { noGrad } from '../../../engine/storage/mode';
import { calledAs } from '../../tensor/calling/called-as';
import { tensor } from '../../tensor/calling/tensor-kinds';
import { onesLike } from '../../tensor/creation/creation';
import { rand } from '../../tensor/creation/random';
import { cat } from '../../tensor/joining/cat-stack';
import { matrixNorm, vectorNorm } from '../../tensor/linalg';
import type { Tensor } from '../../tensor/tensor';
import { Module } from '../module/module';
import { isUninitialized, Parameter } from '../module/parameter';
import { className } from '../module/run-call';
import { stateMembers } from '../module/state-dict';

/** What a method chooses from: single elements, whole slices along a dimension, or elements of several tensors. */
export type PruningType = 'unstructured' | 'structured' | 'global';

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

/** By what other than the parameter itself the elements are chosen. */
interface Importance {
  /** A tensor of the parameter's shape; default: the parameter. */
  importanceScores?: Tensor | null;
}

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

function scoresOf(op: string, scores: Tensor | null, t: Tensor): Tensor {
  if (scores && !sameShape(scores.shape, t.shape)) {
    throw new ShapeError(
      `${op}: expected importanceScores of the parameter's shape ${showShape(t.shape)}, but got ${showShape(scores.shape)}`,
    );
  }
  return (scores ?? t).detach();
}

const partOf = (module: Module, name: string): Tensor => Reflect.get(module, name) as Tensor;
const maskOf = (name: string): string => `${name}_mask`;
const originalOf = (name: string): string => `${name}_orig`;

/** The same parts by names as all others have. */
const spellings = (name: string): [string, string][] => [
  [`${name}Mask`, maskOf(name)],
  [`${name}Orig`, originalOf(name)],
];

/** The hooks that compute pruned tensors, and the names of those. Copies of a module have the same hooks. */
const hooks = new WeakMap<object, string>();

const hasHook = (module: Module, name: string): boolean =>
  [...module[stateMembers].hooks.before].some((hook) => hooks.get(hook) === name);

/** Whether the tensor is pruned: once it is a parameter again, its hook does nothing. */
const isMasked = (module: Module, name: string): boolean =>
  hasHook(module, name) && Object.hasOwn(module, maskOf(name));

function compute(module: Module, name: string): void {
  const original = partOf(module, originalOf(name));
  Reflect.set(module, name, partOf(module, maskOf(name)).to(original.dtype).mul(original));
}

function applied(op: string, method: BasePruningMethod, module: Module, name: string, importance: Tensor | null): void {
  expectKind(op, 'module', module, instance(Module));
  expectKind(op, 'name', name, text);
  const current: unknown = Reflect.get(module, name);
  if (isMasked(module, name)) {
    const scores = scoresOf(op, importance, current as Tensor);
    const before = partOf(module, maskOf(name));
    module.registerBuffer(maskOf(name), noGrad(() => method.among(scores, before)).retain());
    compute(module, name);
    return;
  }
  if (!(current instanceof Parameter)) {
    throw new ArgumentError(`${op}: expected a parameter named '${name}', but ${className(module)} has none`);
  }
  if (isUninitialized(current)) {
    throw new ArgumentError(`${op}: expected a parameter with a shape; call the lazy module once before`);
  }
  const scores = scoresOf(op, importance, current);
  const mask = noGrad(() => method.computeMask(scores, onesLike(current)).to(current.dtype));
  Reflect.deleteProperty(module, name);
  module.registerParameter(originalOf(name), current);
  module.registerBuffer(maskOf(name), mask.retain());
  for (const [spelling, part] of spellings(name)) {
    Object.defineProperty(module, spelling, {
      get(this: Module) {
        return partOf(this, part);
      },
      configurable: true,
      enumerable: false,
    });
  }
  compute(module, name);
  if (hasHook(module, name)) return;
  const hook = (m: Module): void => {
    if (Object.hasOwn(m, maskOf(name))) compute(m, name);
  };
  hooks.set(hook, name);
  module.registerForwardPreHook(hook);
}

// ── Amounts ──

interface Amount {
  /** How much is pruned: a share below 1, or a whole number of elements or slices. */
  amount: number;
}

function amountOf(op: string, amount: number): number {
  if (amount >= 0 && (amount <= 1 || Number.isInteger(amount))) return amount;
  throw new ArgumentError(`${op}: expected amount to be a share from 0 to 1 or a whole number, but got ${amount}`);
}

/** Half to even, as Python rounds. */
const rounded = (x: number): number => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x));

/** How many of `n` are pruned. */
function countOf(op: string, amount: number, n: number): number {
  const count = Number.isInteger(amount) ? amount : rounded(amount * n);
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

const amountKinds = { amount: number };

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

interface Slices extends Amount {
  /** The dimension whose slices are pruned; default −1. */
  dim?: number;
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
  protected abstract scores(t: Tensor, others: number[]): Tensor;

  private sliced(t: Tensor): { n: number; others: number[]; shape: number[] } {
    const name = this.constructor.name;
    const rank = t.dim();
    if (rank < 2)
      throw new ShapeError(`${name}: expected a tensor of at least 2 dimensions, but got ${showShape(t.shape)}`);
    if (this.dim >= rank || this.dim < -rank) {
      throw new IndexError(`${name}: expected dim from ${-rank} to ${rank - 1}, but got ${this.dim}`);
    }
    const at = this.dim < 0 ? this.dim + rank : this.dim;
    const n = t.shape[at]!;
    return {
      n,
      others: t.shape.map((_, d) => d).filter((d) => d !== at),
      shape: t.shape.map((size, d) => (d === at ? size : 1)),
    };
  }

  override computeMask(...args: MaskArgs): Tensor {
    const { t, defaultMask } = masksOf(args);
    const { n, others, shape } = this.sliced(t);
    const count = countOf(this.constructor.name, this.amount, n);
    if (count === 0) return defaultMask;
    return defaultMask.mul(withoutLowest(this.scores(t, others), count).reshape(shape));
  }

  /**
   * The mask chosen from what is left.
   *
   * @param t the importance of the elements
   * @param mask what is left
   * @internal
   */
  override among(t: Tensor, mask: Tensor): Tensor {
    const { n, others, shape } = this.sliced(t);
    countOf(this.constructor.name, this.amount, n);
    const left = mask.sum(others).ne(0).to(mask.dtype);
    return mask.mul(withoutLowestOf(this.scores(t, others), left, this.amount).reshape(shape));
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

  protected scores(t: Tensor, others: number[]): Tensor {
    return rand([t.numel() / others.reduce((product, d) => product * t.shape[d]!, 1)]);
  }
}

/** The n of an Lₙ norm, or the norms of matrices `'fro'` and `'nuc'`. */
type NormOrder = number | 'fro' | 'nuc';

interface NormedSlices extends Slices {
  /** The n of the Lₙ norm; also Infinity, −Infinity, 'fro' and 'nuc'. */
  n: NormOrder;
}

const normedKinds = { ...amountKinds, n: either(number, oneOf('fro', 'nuc')), dim: integer };

/** Prunes the slices along a dimension with the smallest Lₙ norm. */
export class LnStructured extends LowestSlices {
  readonly n: NormOrder;

  constructor(...args: Arguments<NormedSlices, ['amount', 'n', 'dim']>) {
    const o = parseArgs<NormedSlices>('LnStructured', ['amount', 'n'], { dim: -1 }, args, normedKinds);
    super(o.amount, o.dim);
    this.n = o.n;
  }

  protected scores(t: Tensor, others: number[]): Tensor {
    const { n } = this;
    return calledAs('computeMask', () => {
      if (n !== 'nuc') return vectorNorm(t, n === 'fro' ? 2 : n, others);
      return matrixNorm(t, 'nuc', others.length === 2 ? [others[0]!, others[1]!] : [-2, -1]);
    });
  }
}

// ── Functions ──

interface Target<M extends Module> {
  /** The module whose parameter is pruned. */
  module: M;
  /** The parameter's name. */
  name: string;
}

const targetKinds = { module: instance(Module), name: text };
const scored = { importanceScores: orNull(tensor) };

/** Gives a parameter a mask of ones, which prunes nothing. */
export function identity<M extends Module>(...args: Arguments<Target<M>, ['module', 'name']>): M {
  const { module, name } = parseArgs<Target<M>>('identity', ['module', 'name'], {}, args, targetKinds);
  applied('identity', new Identity(), module, name, null);
  return module;
}

/** Prunes elements of a parameter by chance: a share of those that are left, or a number of them. */
export function randomUnstructured<M extends Module>(
  ...args: Arguments<Target<M> & Amount, ['module', 'name', 'amount']>
): M {
  const op = 'randomUnstructured';
  const kinds = { ...targetKinds, ...amountKinds };
  const o = parseArgs<Target<M> & Amount>(op, ['module', 'name', 'amount'], {}, args, kinds);
  applied(op, new RandomUnstructured(o.amount), o.module, o.name, null);
  return o.module;
}

/**
 * Prunes the elements of a parameter with the smallest magnitude: a share of those that are left, or a number of them.
 *
 *     nn.utils.prune.l1Unstructured(model.fc, 'weight', 0.3);
 *     model.fc.stateDict();   // weight_orig and weight_mask beside the bias
 */
export function l1Unstructured<M extends Module>(
  ...args: Arguments<Target<M> & Amount & Importance, ['module', 'name', 'amount', 'importanceScores']>
): M {
  const op = 'l1Unstructured';
  const kinds = { ...targetKinds, ...amountKinds, ...scored };
  const o = parseArgs<Target<M> & Amount & Importance>(
    op,
    ['module', 'name', 'amount'],
    { importanceScores: null },
    args,
    kinds,
  );
  applied(op, new L1Unstructured(o.amount), o.module, o.name, o.importanceScores);
  return o.module;
}

/** Prunes slices of a parameter along a dimension by chance. */
export function randomStructured<M extends Module>(
  ...args: Arguments<Target<M> & Required<Slices>, ['module', 'name', 'amount', 'dim']>
): M {
  const op = 'randomStructured';
  const kinds = { ...targetKinds, ...amountKinds, dim: integer };
  const o = parseArgs<Target<M> & Required<Slices>>(op, ['module', 'name', 'amount', 'dim'], {}, args, kinds);
  applied(op, new RandomStructured(o.amount, o.dim), o.module, o.name, null);
  return o.module;
}

type NormedTarget<M extends Module> = Target<M> & Required<NormedSlices> & Importance;

/** Prunes the slices of a parameter along a dimension with the smallest Lₙ norm. */
export function lnStructured<M extends Module>(
  ...args: Arguments<NormedTarget<M>, ['module', 'name', 'amount', 'n', 'dim', 'importanceScores']>
): M {
  const op = 'lnStructured';
  const required = ['module', 'name', 'amount', 'n', 'dim'] as const;
  const kinds = { ...targetKinds, ...normedKinds, ...scored };
  const o = parseArgs<NormedTarget<M>>(op, required, { importanceScores: null }, args, kinds);
  applied(op, new LnStructured(o.amount, o.n, o.dim), o.module, o.name, o.importanceScores);
  return o.module;
}

/** Prunes what a mask of the parameter's shape says: its zeros. */
export function customFromMask<M extends Module>(
  ...args: Arguments<Target<M> & { mask: Tensor }, ['module', 'name', 'mask']>
): M {
  const op = 'customFromMask';
  const kinds = { ...targetKinds, mask: tensor };
  const o = parseArgs<Target<M> & { mask: Tensor }>(op, ['module', 'name', 'mask'], {}, args, kinds);
  applied(op, new CustomFromMask(o.mask), o.module, o.name, null);
  return o.module;
}

interface GlobalArguments {
  /** Modules, each with the name of a parameter. */
  parameters: readonly (readonly [module: Module, name: string])[];
  /** A class of methods that choose single elements, such as `L1Unstructured`. */
  pruningMethod: new (
    amount: number,
  ) => BasePruningMethod;
  /** How much of all together: a share below 1, or a whole number of elements; null if the method takes none. */
  amount?: number | null;
  /** For each of the parameters, in their order, a tensor of its shape to choose by, or null; default: the parameters. */
  importanceScores?: readonly (Tensor | null)[] | null;
}

/** Prunes several parameters together: what has the lowest scores among all of their elements. */
export function globalUnstructured(
  ...args: Arguments<GlobalArguments, ['parameters', 'pruningMethod', 'importanceScores', 'amount']>
): void {
  const op = 'globalUnstructured';
  const { parameters, pruningMethod, importanceScores, amount } = parseArgs<GlobalArguments>(
    op,
    ['parameters', 'pruningMethod'],
    { importanceScores: null, amount: null },
    args,
    {
      parameters: nonEmpty(listOf(anything, 2)),
      pruningMethod: callback,
      importanceScores: orNull(listOf(orNull(tensor))),
      amount: orNull(number),
    },
  );
  const isMethod = (pruningMethod.prototype as unknown) instanceof BasePruningMethod;
  const method = isMethod
    ? calledAs(op, () => Reflect.construct(pruningMethod, amount === null ? [] : [amount]) as BasePruningMethod)
    : null;
  if (method?.PRUNING_TYPE !== 'unstructured') {
    throw new ArgumentError(
      `${op}: expected a pruningMethod that chooses single elements, but got ${pruningMethod.name || 'another function'}`,
    );
  }
  for (const [module, name] of parameters) {
    expectKind(op, 'parameters', module, instance(Module));
    expectKind(op, 'parameters', name, text);
  }
  const flat = (tensors: readonly Tensor[]): Tensor => cat(tensors.map((x) => x.detach().reshape(-1)));
  const current = parameters.map(([module, name]) => partOf(module, name));
  const whole = noGrad(() => {
    const scores = flat(current.map((x, i) => scoresOf(op, importanceScores?.[i] ?? null, x)));
    const masks = parameters.map(([module, name], i) =>
      isMasked(module, name) ? partOf(module, maskOf(name)) : onesLike(current[i]!),
    );
    return method.among(scores, flat(masks));
  });
  let start = 0;
  parameters.forEach(([module, name], i) => {
    const { shape } = current[i]!;
    const n = current[i]!.numel();
    applied(op, new CustomFromMask(whole.narrow(0, start, n).reshape(shape)), module, name, null);
    start += n;
  });
}

/** Makes the pruned tensor a parameter again, with what was pruned at 0. */
export function remove<M extends Module>(...args: Arguments<Target<M>, ['module', 'name']>): M {
  const { module, name } = parseArgs<Target<M>>('remove', ['module', 'name'], {}, args, targetKinds);
  if (!isMasked(module, name)) {
    throw new ArgumentError(`remove: expected '${name}' of ${className(module)} to be pruned, but it is not`);
  }
  const original = partOf(module, originalOf(name)) as Parameter;
  noGrad(() => original.mul_(partOf(module, maskOf(name)).to(original.dtype)));
  const parts = spellings(name).flat();
  for (const part of [name, ...parts]) Reflect.deleteProperty(module, part);
  module.registerParameter(name, original);
  return module;
}

/** Whether a parameter of the module, or of one below it, is pruned. */
export function isPruned(...args: Arguments<{ module: Module }, ['module']>): boolean {
  const { module } = parseArgs<{ module: Module }>('isPruned', ['module'], {}, args, { module: instance(Module) });
  return module.modules().some((each) =>
    [...each[stateMembers].hooks.before].some((hook) => {
      const name = hooks.get(hook);
      return name !== undefined && Object.hasOwn(each, maskOf(name));
    }),
  );
}
