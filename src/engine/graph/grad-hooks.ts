// Hooks: functions that see the gradient of a value. Those of a leaf are in its sink, those of other values here.
import type { GradHook, Value } from './value';

/** Something whose gradient has hooks. */
export interface Hooked {
  gradHooks: readonly GradHook[] | null;
}

const hooked = new WeakMap<Value, Hooked>();

/** The hooks for the gradient of a value that is no leaf. */
export const hooksOf = (value: Value): readonly GradHook[] | null => hooked.get(value)?.gradHooks ?? null;

/** Where the hooks for the gradient of a value that is no leaf are set. */
export function hookedOf(value: Value): Hooked {
  const known = hooked.get(value) ?? { gradHooks: null };
  hooked.set(value, known);
  return known;
}
