// Remembers the Python types of values for which JavaScript has one type and Python several: tuples and lists are both
// arrays, and 1 and 1.0 are both the number 1. Thus files that are loaded and saved again keep their types. The types
// are kept in WeakMaps, not in the objects, so a copy of an object loses them.

/** The Python type of an array, object, Map, Set or Uint8Array, if it is not a list, dict, set or bytes. */
export type OriginKind = 'tuple' | 'Size' | 'OrderedDict' | 'Counter' | 'frozenset' | 'bytearray' | 'integer keys';

/**
 * The Python type of a value in a container, if the value itself does not show it: a float whose value is whole, or a
 * dtype, which is a string here.
 */
export type SlotKind = 'float' | 'dtype';

const kinds = new WeakMap<object, OriginKind>();
const slots = new WeakMap<object, Map<unknown, SlotKind>>();

export const originOf = (container: object): OriginKind | undefined => kinds.get(container);

export function setOrigin<T extends object>(container: T, kind: OriginKind): T {
  kinds.set(container, kind);
  return container;
}

/** The Python type remembered for the value at `key`: an index, a name, the key of a Map, or the member of a Set. */
export const slotOf = (container: object, key: unknown): SlotKind | undefined => slots.get(container)?.get(key);

export function setSlot(container: object, key: unknown, kind: SlotKind): void {
  const known = slots.get(container);
  if (known) known.set(key, kind);
  else slots.set(container, new Map([[key, kind]]));
}

/**
 * An array that files store as a tuple: `torch.save({ size: torch.tuple(3, 4) }, 'a.pt')`. Python distinguishes it from
 * a list; here it is an array like any other. Tuples read by `torch.load` are remembered as tuples.
 * @param items The items, in their order.
 */
export const tuple = <T extends readonly unknown[]>(...items: T): T => setOrigin([...items] as unknown as T, 'tuple');
