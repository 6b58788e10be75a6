// Scopes: tensors made inside are inner and need never exist; what leaves a scope belongs to the code outside.

import { closed } from '../core/arity';
import { ArgumentError } from '../core/errors';
import { kindOf } from '../core/options';
import { closeScope, currentScope, openScope, type Scope, takeFromTop, topScope } from '../graph/roots';
import { TensorBase } from './base';
import { runSynchronously } from './carried';
import { Storage } from './storage';

/** Marks objects whose fields hold tensors, such as distributions: what passes outward in a plain object does so in these. */
export const holdsTensors: unique symbol = Symbol('holdsTensors');

/** Whether tensors are looked for in the fields of an object. */
const isHolder = (item: object): boolean =>
  Object.getPrototypeOf(item) === Object.prototype || Object.hasOwn(item, holdsTensors);

/**
 * Runs `fn` in a scope. Tensors that it returns, in any nesting of arrays, plain objects and distributions, pass outward; the others live
 * no longer than the call, so that their memory can be reused and their values fused away. Never needed for correctness.
 * @throws ArgumentError if `fn` is asynchronous
 */
export const scope = /* @__PURE__ */ closed('scope', <T>(fn: () => T): T => {
  if (typeof fn !== 'function') throw new ArgumentError(`scope: expected a function, but got ${kindOf(fn)}`);
  return scopeOf(fn);
});

/** `scope`; notes the storages of what passes outward. */
export function scopeOf<T>(fn: () => T, passed?: Set<Storage>): T {
  const inner = openScope();
  const result = inScope(() => runSynchronously('scope', fn));
  const outer = closeScope();
  adopt(result, outer, passed);
  if (inner.leaves) outer.noteLeaves();
  return result;
}

/** Has storages be inner from now on, but for those of tensors within `result`. */
export function leaveBehind(storages: ReadonlySet<Storage>, result: unknown): void {
  const kept: TensorBase[] = [];
  collectTensors(result, kept, new Set());
  const stay = new Set(kept.map(({ storage }) => storage));
  Storage.leave([...storages].filter((storage) => !stay.has(storage)));
}

/** `scope` for a module's call: tensors stored on the module, in any nesting, live on as well. */
export function moduleScope<T>(module: object, fn: () => T): T {
  const inner = openScope();
  const result = inScope(fn);
  const outer = closeScope();
  adopt(result, outer);
  if (!inner.leaves) return result;
  // The module may outlive every scope that is open; mostly nothing is left that it could keep.
  for (const name of Object.keys(module)) adopt(Reflect.get(module, name), topScope);
  if (inner.leaves) outer.noteLeaves();
  return result;
}

/** Closes the scope that was opened for `fn` if that throws. */
function inScope<T>(fn: () => T): T {
  try {
    return fn();
  } catch (error) {
    closeScope();
    throw error;
  }
}

/**
 * Takes pending tensors within `items` that were made at the top level after node `since` into the open scope: their
 * owner has handed them over. Tensors that were retained stay where they are.
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

/** Moves the tensors within `result` whose scope has closed, or lies within `outer`, to `outer`, and notes their storages. */
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
  // A list of numbers is a list of numbers.
  if (isList ? typeof result[0] === 'number' : !isHolder(result)) return;
  if (seen?.has(result)) return;
  const visited = (seen ?? new Set()).add(result);
  for (const item of isList ? result : Object.values(result)) adopt(item, outer, passed, visited);
}
