// Marks values before they are sent: an object stays on its side, or its memory is transferred.

import { ArgumentError } from '../../torch';
import { closed, kindOf } from '../../torch/inside';

declare const stays: unique symbol;

/** Marks the type of a `proxy` object. The mark exists only at compile time. */
export interface Stays<T> {
  readonly [stays]: T;
}

/** An object that stays on its side. The other side gets a `Remote` of it. */
export type Proxied<T> = T & Stays<T>;

const proxied = new WeakSet<object>();
const moved = new WeakMap<object, readonly object[] | 'all'>();

/**
 * Makes an object cross as a `Remote`, whose methods run on the object's own side. Class instances can only cross this
 * way. Functions, and the object passed to `expose`, need no mark.
 *
 *     expose({ open: async (name: string) => proxy(await Session.open(name)) }); // in the page: const session = await remote.open('a');
 *
 * @throws ArgumentError if the value is not an object
 */
export const proxy = /* @__PURE__ */ closed(
  'proxy',
  <T extends object>(/** The object to save: tensors, in plain objects and lists. */ object: T): Proxied<T> => {
    if ((typeof object !== 'object' && typeof object !== 'function') || object === null || object instanceof Promise) {
      throw new ArgumentError(`proxy: expected an object, but got ${kindOf(object)}; plain values cross by themselves`);
    }
    proxied.add(object);
    return object as Proxied<T>;
  },
);

/**
 * Transfers memory to the other side instead of copying it: the given parts, or by default everything in `value` that
 * can be transferred (ArrayBuffers, including those of typed arrays, ImageBitmaps, VideoFrames). Transferred objects
 * are empty on this side afterwards. Objects that can only be transferred (MessagePort, OffscreenCanvas, streams) need
 * no mark, nor do the bytes of tensors, which are copied from the device anyway.
 *
 *     await remote.show(transfer(bitmap));
 *
 * @throws ArgumentError if the value is not an object
 * @param parts The parts, in their order.
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

/** The parts of a value that `transfer` marked. */
export const movedOf = (value: object): readonly object[] | 'all' | undefined => moved.get(value);
