// The masks of pruned parameters. A parameter stays as `<name>_orig` beside its `<name>_mask`, and the product of the two is the module's tensor,
// computed anew before each forward.

import { instance, text } from '../../../engine/core/argument-kinds';
import { ArgumentError, ShapeError } from '../../../engine/core/errors';
import { sameShape, showShape } from '../../../engine/core/meta';
import { expectKind } from '../../../engine/core/options';
import { noGrad } from '../../../engine/storage/mode';
import { onesLike } from '../../tensor/creation/creation';
import type { Tensor } from '../../tensor/tensor';
import { Module } from '../module/module';
import type { Parameter } from '../module/parameter';
import { className } from '../module/run-call';
import { stateMembers } from '../module/state-dict';
import { expectShaped, parameterNamed } from './named-tensors';

/** What chooses the elements that stay. */
interface Method {
  /** The mask of what stays of `t`, of which nothing was pruned before. */
  computeMask(t: Tensor, defaultMask: Tensor): Tensor;
  /** The mask of what stays of `t`, of which only `mask` is left. */
  among(t: Tensor, mask: Tensor): Tensor;
}

/** What the elements of `t` are chosen by: `scores`, of its shape, or `t` itself. */
export function scoresOf(op: string, scores: Tensor | null, t: Tensor): Tensor {
  if (scores && !sameShape(scores.shape, t.shape)) {
    throw new ShapeError(
      `${op}: expected importanceScores of the parameter's shape ${showShape(t.shape)}, but got ${showShape(scores.shape)}`,
    );
  }
  return (scores ?? t).detach();
}

/** A tensor of the module's by its name. */
export const partOf = (module: Module, name: string): Tensor => Reflect.get(module, name) as Tensor;
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

/** The mask of a parameter, of ones where it is not pruned. */
export const maskLeft = (module: Module, name: string): Tensor =>
  isMasked(module, name) ? partOf(module, maskOf(name)) : onesLike(partOf(module, name));

/** Prunes a parameter of a module by a method, on top of what has been pruned. */
export function applied(op: string, method: Method, module: Module, name: string, importance: Tensor | null): void {
  expectKind(op, 'module', module, instance(Module));
  expectKind(op, 'name', name, text);
  if (isMasked(module, name)) {
    const scores = scoresOf(op, importance, partOf(module, name));
    const before = partOf(module, maskOf(name));
    module.registerBuffer(maskOf(name), noGrad(() => method.among(scores, before)).retain());
    compute(module, name);
    return;
  }
  const current = parameterNamed(op, module, name);
  expectShaped(op, current);
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

/** Makes the pruned tensor a parameter again, with what was pruned at 0. */
export function unmasked(op: string, module: Module, name: string): void {
  if (!isMasked(module, name)) {
    throw new ArgumentError(`${op}: expected '${name}' of ${className(module)} to be pruned, but it is not`);
  }
  const original = partOf(module, originalOf(name)) as Parameter;
  noGrad(() => original.mul_(partOf(module, maskOf(name)).to(original.dtype)));
  for (const part of [name, ...spellings(name).flat()]) Reflect.deleteProperty(module, part);
  module.registerParameter(name, original);
}

/** Whether a parameter of the module's own is pruned. */
export const hasMask = (module: Module): boolean =>
  [...module[stateMembers].hooks.before].some((hook) => {
    const name = hooks.get(hook);
    return name !== undefined && Object.hasOwn(module, maskOf(name));
  });
