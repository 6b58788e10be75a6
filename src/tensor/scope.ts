// Scopes: tensors made inside are inner and need never exist; what leaves a scope belongs to the code outside.
import { ArgumentError } from '../errors';
import { closeScope, openScope, type Scope } from '../graph/roots';
import { TensorBase } from './base';

/**
 * Runs `fn` in a scope. Tensors that it returns, in any nesting of arrays and plain objects, pass outward; the others live
 * no longer than the call, so that their memory can be reused and their values fused away. Never needed for correctness.
 * @throws ArgumentError if `fn` is asynchronous
 */
export function scope<T>(fn: () => T): T {
  return inScope(fn, (result, outer) => {
    if (result instanceof Promise) {
      throw new ArgumentError(
        'scope: expected a synchronous function, but it returned a promise; a scope cannot follow an await',
      );
    }
    adopt(result, outer);
  });
}

/** `scope` for a module's call: tensors stored on the module pass outward as well. */
export function moduleScope<T>(module: object, fn: () => T): T {
  return inScope(fn, (result, outer, inner) => {
    adopt(result, outer);
    for (const field of Object.values(module)) {
      if (field instanceof TensorBase) {
        if (field.storage.scope === inner) field.storage.moveOutward(outer);
      } else if (Array.isArray(field)) adoptIfInner(field, inner, outer);
    }
  });
}

function inScope<T>(fn: () => T, leave: (result: T, outer: Scope, inner: Scope) => void): T {
  const inner = openScope();
  let result: T;
  try {
    result = fn();
  } catch (error) {
    closeScope();
    throw error;
  }
  leave(result, closeScope(), inner);
  return result;
}

function adoptIfInner(items: readonly unknown[], inner: Scope, outer: Scope): void {
  for (const item of items)
    if (item instanceof TensorBase && item.storage.scope === inner) item.storage.moveOutward(outer);
}

function adopt(result: unknown, outer: Scope): void {
  if (result instanceof TensorBase) {
    if (result.storage.scope.closed) result.storage.moveOutward(outer);
  } else if (Array.isArray(result)) for (const item of result) adopt(item, outer);
  else if (typeof result === 'object' && result !== null && Object.getPrototypeOf(result) === Object.prototype) {
    for (const item of Object.values(result)) adopt(item, outer);
  }
}
