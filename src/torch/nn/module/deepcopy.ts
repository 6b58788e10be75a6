// Torch.deepcopy: a module, tensor or plain structure with everything in it copied; shared parts stay shared.

import { closed } from '../../../engine/core/arity';
import { missingArguments } from '../../../engine/core/options';
import { noGrad } from '../../../engine/storage/mode';
import { protect } from '../../../engine/storage/protect';
import { Tensor } from '../../tensor/tensor';
import { isGuarded } from './guard';
import { HookList } from './hooks';
import { Module } from './module';
import { Buffer, Parameter, UninitializedBuffer, UninitializedParameter } from './parameter';

/**
 * A copy of `value` that shares nothing with it: parameters, buffers, submodules and attributes of modules, in any nesting of
 * arrays, plain objects, maps and sets. Functions and objects of other classes are shared. A module class with `#private`
 * members cannot be copied: JavaScript gives no access to them; declare them `private` instead.
 *
 *     const best = torch.deepcopy(model);
 */
export function deepcopy<T>(value: T): T;
export function deepcopy<T>(...args: T[]): T {
  if (args.length === 0) throw missingArguments('deepcopy', ['value'], {});
  return copied(...(args as [T])) as T;
}

const copied = /* @__PURE__ */ closed('deepcopy', (value: unknown) => copy(value, new Map()));

type Copies = Map<object, unknown>;

function copy(value: unknown, copies: Copies): unknown {
  if (value instanceof Module) return once(value, copies, () => Module.blank(value), copyFields);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Tensor) return once(value, copies, () => copyTensor(value));
  if (value instanceof HookList) return new HookList(value);
  if (Array.isArray(value)) return once<unknown[]>(value, copies, () => [], copyItems);
  if (value instanceof Map) return once(value, copies, () => new Map(), copyEntries);
  if (value instanceof Set) return once(value, copies, () => new Set(), copyMembers);
  if (Object.getPrototypeOf(value) === Object.prototype) return once(value, copies, () => ({}), copyFields);
  return value;
}

/** The copy of an object: made before it is filled, so that it may contain itself. */
function once<T extends object>(
  from: T,
  copies: Copies,
  make: () => T,
  fill?: (to: T, from: T, copies: Copies) => void,
): T {
  const known = copies.get(from);
  if (known) return known as T;
  const to = make();
  copies.set(from, to);
  fill?.(to, from, copies);
  return to;
}

function copyItems(to: unknown[], from: readonly unknown[], copies: Copies): void {
  to.push(...from.map((item) => copy(item, copies)));
}

function copyEntries(to: Map<unknown, unknown>, from: ReadonlyMap<unknown, unknown>, copies: Copies): void {
  for (const [key, item] of from) to.set(copy(key, copies), copy(item, copies));
}

function copyMembers(to: Set<unknown>, from: ReadonlySet<unknown>, copies: Copies): void {
  for (const item of from) to.add(copy(item, copies));
}

function copyFields(to: object, from: object, copies: Copies): void {
  for (const key of Reflect.ownKeys(from)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(from, key)!;
    const value: unknown = isGuarded(descriptor) ? Reflect.get(from, key) : descriptor.value;
    const isAccessor = descriptor.get !== undefined && !isGuarded(descriptor);
    const { enumerable, configurable, writable = true } = descriptor;
    const data = { value: copy(value, copies), enumerable, configurable, writable };
    Reflect.defineProperty(to, key, isAccessor ? descriptor : data);
  }
}

function copyTensor(x: Tensor): Tensor {
  if (x instanceof UninitializedParameter) return new UninitializedParameter({ requiresGrad: x.requiresGrad });
  if (x instanceof UninitializedBuffer) return new UninitializedBuffer();
  const copy = copyOf(x);
  if (x.isLeaf && x.grad) copy.grad = contentsOf(x.grad);
  return copy;
}

const contentsOf = (x: Tensor): Tensor => noGrad(() => x.detach().clone());

function copyOf(x: Tensor): Tensor {
  const contents = contentsOf(x);
  if (x instanceof Parameter) return new Parameter(contents, { requiresGrad: x.requiresGrad });
  protect(contents.storage);
  if (x instanceof Buffer) return new Buffer(contents, x.persistent);
  return contents.retain().requiresGrad_(x.requiresGrad && x.isLeaf);
}
