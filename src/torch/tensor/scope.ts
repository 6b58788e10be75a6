// Scopes: tensors that are made inside are inner, and need never exist. What leaves a scope belongs to the code
// outside.

import { closed } from '../../engine/core/arity';
import { ArgumentError } from '../../engine/core/errors';
import { kindOf } from '../../engine/core/options';
import { closeScope, currentScope, openScope, type Scope, takeFromTop, topScope } from '../../engine/graph/roots';
import { runSynchronously } from '../../engine/storage/carried';
import { Storage } from '../../engine/storage/storage';
import { TensorBase } from './base';

/**
 * Marks objects whose fields hold tensors, such as distributions. These tensors pass outward as those in plain objects
 * do.
 */
export const holdsTensors: unique symbol = Symbol('holdsTensors');

/** Whether an object is searched for tensors in its fields. */
const isHolder = (item: object): boolean =>
  Object.getPrototypeOf(item) === Object.prototype || Object.hasOwn(item, holdsTensors);

/**
 * Runs `fn` in a scope. Tensors that `fn` returns, in any nesting of arrays, plain objects and distributions, pass
 * outward. All others live no longer than the call, so that their memory can be reused and their values fused away.
 * Never needed for correctness.
 * @throws ArgumentError if `fn` is asynchronous
 */
export const scope = /* @__PURE__ */ closed('scope', <T>(fn: () => T): T => {
  if (typeof fn !== 'function') throw new ArgumentError(`scope: expected a function, but got ${kindOf(fn)}`);
  return scopeOf(fn);
});

/**
 * Runs work that awaits between its parts, each of which runs in a scope of its own by `part`. The tensors that a part
 * returns live on for the next one; once all is done, those that are not in the result are released.
 */
export async function scopesInTurn<T>(work: (part: <P>(fn: () => P) => P) => Promise<T>): Promise<T> {
  const passed = new Set<Storage>();
  const result = await work((fn) => scopeOf(fn, passed));
  leaveBehind(passed, result);
  return result;
}

/** `scope`, which adds the storages of what passes outward to `passed`. */
function scopeOf<T>(fn: () => T, passed?: Set<Storage>): T {
  const inner = openScope();
  let result: T;
  try {
    result = runSynchronously('scope', fn);
  } catch (error) {
    closeScope();
    throw error;
  }
  const outer = closeScope();
  adopt(result, outer, passed);
  if (inner.leaves) outer.noteLeaves();
  return result;
}

/** Makes storages inner from now on, except those of tensors within `result`. */
function leaveBehind(storages: ReadonlySet<Storage>, result: unknown): void {
  const kept: TensorBase[] = [];
  collectTensors(result, kept, new Set());
  const stay = new Set(kept.map(({ storage }) => storage));
  Storage.leave([...storages].filter((storage) => !stay.has(storage)));
}

/**
 * `scope` for a call of `fn` on `module` with `args`. Tensors stored on the module, in any nesting, live on as well.
 */
export function moduleScope<M extends object, A extends unknown[], T>(
  module: M,
  fn: (this: M, ...args: A) => T,
  ...args: A
): T {
  const inner = openScope();
  let result: T;
  try {
    result = fn.apply(module, args);
  } catch (error) {
    closeScope();
    throw error;
  }
  const outer = closeScope();
  adopt(result, outer);
  if (!inner.leaves) return result;
  // Something was left behind, which the module may have kept. The module may outlive every open scope.
  for (const name of Object.keys(module)) adopt(Reflect.get(module, name), topScope);
  if (inner.leaves) outer.noteLeaves();
  return result;
}

/**
 * Moves pending tensors within `items` that were made at the top level after node `since` into the open scope, because
 * their owner has handed them over. Tensors that were retained stay where they are.
 */
export function takeIn(items: unknown, since: number): void {
  const scope = currentScope();
  const tensors: TensorBase[] = [];
  collectTensors(items, tensors, new Set());
  for (const { storage } of tensors) {
    if (storage.scope !== topScope || storage.slice) continue;
    const { available, node } = storage.value;
    if (!available && node !== null && node.id > since && takeFromTop(storage)) storage.scope = scope;
  }
}

function collectTensors(items: unknown, found: TensorBase[], seen: Set<object>): void {
  if (typeof items !== 'object' || items === null || seen.has(items)) return;
  seen.add(items);
  if (items instanceof TensorBase) found.push(items);
  else if (Array.isArray(items) || isHolder(items)) {
    for (const item of Object.values(items)) collectTensors(item, found, seen);
  }
}

/**
 * Moves the tensors within `result` whose scope has closed, or lies within `outer`, to `outer`. Adds their storages to
 * `passed`.
 */
function adopt(result: unknown, outer: Scope, passed?: Set<Storage>, seen?: Set<object>): void {
  if (typeof result !== 'object' || result === null) return;
  if (result instanceof TensorBase) {
    const { storage } = result;
    if (storage.scope.closed || storage.scope.depth > outer.depth) {
      storage.moveOutward(outer);
      passed?.add(storage);
    }
    return;
  }
  const isList = Array.isArray(result);
  // A list that begins with a number is a list of numbers, and need not be searched.
  if (isList ? typeof result[0] === 'number' : !isHolder(result)) return;
  if (seen?.has(result)) return;
  const visited = (seen ?? new Set()).add(result);
  for (const item of isList ? result : Object.values(result)) adopt(item, outer, passed, visited);
}
