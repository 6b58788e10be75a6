// What a program says of a value before it crosses: that the object itself stays where it is, or that its memory moves.

import { ArgumentError } from '../../torch';
import { closed, kindOf } from '../../torch/inside';

declare const stays: unique symbol;

/** Tells an object that was marked by `proxy`, to the compiler alone. */
export interface Stays<T> {
  readonly [stays]: T;
}

/** An object that stays on its side; the other side gets a `Remote` of it. */
export type Proxied<T> = T & Stays<T>;

const proxied = new WeakSet<object>();
const moved = new WeakMap<object, readonly object[] | 'all'>();

/**
 * Has an object cross as a `Remote`, whose methods run where the object is. Objects of classes cross in no other way; functions, and the classes
 * and objects that are given to `expose`, need no mark.
 *
 *     expose({ open: async (name: string) => proxy(await Session.open(name)) }); // in the page: const session = await remote.open('a');
 *
 * @throws ArgumentError if the value is no object
 */
export const proxy = /* @__PURE__ */ closed('proxy', <T extends object>(object: T): Proxied<T> => {
  if ((typeof object !== 'object' && typeof object !== 'function') || object === null || object instanceof Promise) {
    throw new ArgumentError(`proxy: expected an object, but got ${kindOf(object)}; plain values cross by themselves`);
  }
  proxied.add(object);
  return object as Proxied<T>;
});

/**
 * Moves memory to the other side instead of copying it: of `value` and its parts, the given parts, or by default all that can move (ArrayBuffers,
 * those of typed arrays, ImageBitmaps, VideoFrames). Afterwards they are empty here. Objects that can only move (MessagePort, OffscreenCanvas, streams)
 * do so without this, and so do the bytes of tensors, which are copies from the device.
 *
 *     await remote.show(transfer(bitmap));
 *
 * @throws ArgumentError if the value is no object
 */
export function transfer<T extends object>(value: T, parts?: readonly object[]): T {
  if (typeof value !== 'object' || value === null || value instanceof Promise) {
    throw new ArgumentError(`transfer: expected an object with memory to move, but got ${kindOf(value)}`);
  }
  if (parts !== undefined && !Array.isArray(parts)) {
    throw new ArgumentError(
      `transfer: expected the parts as an array, but got ${kindOf(parts)}; leave them out to move all`,
    );
  }
  moved.set(value, parts ?? 'all');
  return value;
}

export const isProxied = (value: object): boolean => proxied.has(value);

/** What of a value moves, as `transfer` was told. */
export const movedOf = (value: object): readonly object[] | 'all' | undefined => moved.get(value);
