// Nn.utils.prune: parameters of which a mask keeps only a part.

import {
  anything,
  callback,
  instance,
  integer,
  listOf,
  nonEmpty,
  number,
  orNull,
  text,
} from '../../../engine/core/argument-kinds';
import { ArgumentError } from '../../../engine/core/errors';
import { type Arguments, expectKind, parseArgs } from '../../../engine/core/options';
import { noGrad } from '../../../engine/storage/mode';
import { calledAs } from '../../tensor/calling/called-as';
import { tensor } from '../../tensor/calling/tensor-kinds';
import { cat } from '../../tensor/joining/cat-stack';
import type { Tensor } from '../../tensor/tensor';
import { Module } from '../module/module';
import { applied, hasMask, maskLeft, partOf, scoresOf, unmasked } from './prune-masks';
import {
  type Amount,
  amountKinds,
  BasePruningMethod,
  CustomFromMask,
  Identity,
  type Importance,
  L1Unstructured,
  LnStructured,
  type NormedSlices,
  normedKinds,
  RandomStructured,
  RandomUnstructured,
  type Slices,
} from './prune-methods';

export {
  BasePruningMethod,
  CustomFromMask,
  Identity,
  L1Unstructured,
  LnStructured,
  type PruningType,
  RandomStructured,
  RandomUnstructured,
} from './prune-methods';

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
    return method.among(scores, flat(parameters.map(([module, name]) => maskLeft(module, name))));
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
  unmasked('remove', module, name);
  return module;
}

/** Whether a parameter of the module, or of one below it, is pruned. */
export function isPruned(...args: Arguments<{ module: Module }, ['module']>): boolean {
  const { module } = parseArgs<{ module: Module }>('isPruned', ['module'], {}, args, { module: instance(Module) });
  return module.modules().some(hasMask);
}
