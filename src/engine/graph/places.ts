// Places: where in the user's model a node was recorded. Noted only while tracing is on.
import type { Node } from './value';

const state: { tracing: boolean; now: string; known: WeakMap<Node, string> } = {
  tracing: false,
  now: '',
  known: new WeakMap(),
};

/** Whether places are being noted. */
export const isTracing = (): boolean => state.tracing;

export const placeOf = (node: Node): string => state.known.get(node) ?? '';

/** Notes that a node was recorded at the current place, if places are noted. */
export function notePlace(node: Node): void {
  if (state.tracing) state.known.set(node, state.now);
}

/** Sets the place of a node that replaces another node to the place of the replaced node. */
export function moveTo(node: Node, place: string): void {
  state.known.set(node, place);
}

/** Runs `fn` with `place` as the current place: a module's path, or the name of an optimizer or of a gradient. */
export function atPlace<T>(place: string, fn: () => T): T {
  const { now } = state;
  state.now = place;
  try {
    return fn();
  } finally {
    state.now = now;
  }
}

/** Starts or stops noting places. */
export function trace(on: boolean): void {
  state.tracing = on;
  state.now = '';
}
