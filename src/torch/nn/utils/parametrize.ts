// Nn.utils.parametrize: tensors of a module that are functions of its parameters.

import { callback, orNull, text } from '../../../engine/core/argument-kinds';
import { ArgumentError } from '../../../engine/core/errors';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { type Args, or, takes, typed } from '../../../engine/core/takes';
import { noGrad } from '../../../engine/storage/mode';
import type { Module } from '../module/module';
import type { Parameter } from '../module/parameter';
import { className } from '../module/run-call';
import { aModule, asParameter, computed, keeping, listsOf, type Parametrization, parametrize } from './parametrized';

export { type Parametrization, ParametrizationList } from './parametrized';

/** Runs `fn`; within it each parametrized tensor is computed once, at its first use. */
export function cached<R>(...args: Arguments<{ fn: () => R }, ['fn']>): R {
  return keeping(parseArgs<{ fn: () => R }>('cached', ['fn'], {}, args, { fn: callback }).fn);
}

interface RegisterArguments<M extends Module> {
  module: M;
  /** The name of the weight. */
  tensorName: string;
  /** The module that computes the tensor from the parameter that is learnt. */
  parametrization: Parametrization;
  /** Whether the shape may change, without a check. */
  unsafe?: boolean;
}

/**
 * Makes `parametrization` compute the tensor `tensorName` of a module from the old parameter, which is kept as
 * `parametrizations.<name>.original`. Several parametrizations of one tensor are applied in turn.
 *
 *     class Symmetric extends nn.Module {
 *       forward(x: Tensor) { return x.triu().add(x.triu(1).t()); }
 *     }
 *     nn.utils.parametrize.registerParametrization(linear, 'weight', new Symmetric());
 *
 * @throws ArgumentError if the result's shape or dtype differs from the parameter's, unless `unsafe` is set
 */
export function registerParametrization<M extends Module>(
  ...args: Arguments<RegisterArguments<M>, ['module', 'tensorName', 'parametrization', 'unsafe']>
): M {
  const { module, tensorName, parametrization, unsafe } = parseArgs<RegisterArguments<M>>(
    'registerParametrization',
    ['module', 'tensorName', 'parametrization'],
    { unsafe: false },
    args,
    { module: aModule, tensorName: text, parametrization: aModule },
  );
  return parametrize('registerParametrization', module, tensorName, parametrization, unsafe);
}

const isParametrizedTable = takes('isParametrized', {
  module: typed<Module>(aModule),
  /** The name of the weight. */
  tensorName: or(orNull(text), null),
});

/** Whether a tensor of the module is parametrized: the named one, or any. */
export function isParametrized(...args: Args<typeof isParametrizedTable, ['module', 'tensorName']>): boolean {
  const { module, tensorName } = isParametrizedTable.read(args);
  const lists = listsOf(module);
  return lists !== null && (tensorName === null ? lists.length > 0 : lists.has(tensorName));
}

interface RemoveArguments<M extends Module> {
  module: M;
  /** The name of the weight. */
  tensorName: string;
  /** Whether the tensor keeps the value that the parametrization gave. */
  leaveParametrized?: boolean;
}

/**
 * Makes the tensor a parameter again: with its current value or, with `leaveParametrized: false`, with the value of
 * `original`.
 */
export function removeParametrizations<M extends Module>(
  ...args: Arguments<RemoveArguments<M>, ['module', 'tensorName', 'leaveParametrized']>
): M {
  const op = 'removeParametrizations';
  const { module, tensorName, leaveParametrized } = parseArgs<RemoveArguments<M>>(
    op,
    ['module', 'tensorName'],
    { leaveParametrized: true },
    args,
    { module: aModule, tensorName: text },
  );
  const lists = listsOf(module);
  if (!lists?.has(tensorName)) {
    throw new ArgumentError(
      `${op}: expected '${tensorName}' of ${className(module)} to be parametrized, but it is not`,
    );
  }
  const originals = lists.get(tensorName).originals();
  if (!leaveParametrized && originals.length > 1) {
    throw new ArgumentError(
      `${op}: expected leaveParametrized true, since '${tensorName}' comes from several parameters`,
    );
  }
  const [first] = originals as [Parameter];
  const whole = leaveParametrized
    ? asParameter(
        noGrad(() => computed(module, tensorName)),
        first,
      )
    : first;
  lists.pop(tensorName);
  Reflect.deleteProperty(module, tensorName);
  if (lists.length === 0) {
    Reflect.deleteProperty(module, 'parametrizations');
    Object.setPrototypeOf(module, Object.getPrototypeOf(Object.getPrototypeOf(module) as object) as object);
  }
  module.registerParameter(tensorName, whole);
  return module;
}
