// Places: where in the user's model a node was recorded, noted while someone asks for it.
import type { Node } from './value';

const state: { tracing: boolean; now: string; known: WeakMap<Node, string> } = {
  tracing: false,
  now: '',
  known: new WeakMap(),
};

/** True while places are noted. */
export const isTracing = (): boolean => state.tracing;

export const placeOf = (node: Node): string => state.known.get(node) ?? '';

/** Notes that a node was recorded here. */
export function notePlace(node: Node): void {
  if (state.tracing) state.known.set(node, state.now);
}

/** Has a node that stands for another count as recorded at its place. */
export function moveTo(node: Node, place: string): void {
  state.known.set(node, place);
}

/** Runs `fn` as at another place: a module's path, or what an optimizer or a gradient is called. */
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
