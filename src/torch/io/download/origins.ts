// Owns what containers and numbers are in Python where JavaScript has one type for several, so that files keep their
// types: tuples and lists are both arrays, and 1 and 1.0 both the number 1. This is stored beside the objects, so a
// copy of an object loses it.

/** What an array, object, Map, Set or Uint8Array is in Python, if it is not a list, dict, set or bytes. */
export type OriginKind = 'tuple' | 'Size' | 'OrderedDict' | 'Counter' | 'frozenset' | 'bytearray' | 'integer keys';

/**
 * What a value in a container is in Python: a float although the number is whole, or a dtype although it is a string.
 */
export type SlotKind = 'float' | 'dtype';

const kinds = new WeakMap<object, OriginKind>();
const slots = new WeakMap<object, Map<unknown, SlotKind>>();

export const originOf = (container: object): OriginKind | undefined => kinds.get(container);

export function setOrigin<T extends object>(container: T, kind: OriginKind): T {
  kinds.set(container, kind);
  return container;
}

/** What the value at `key` is; the key is an index, a name, the key of a Map, or the member of a Set. */
export const slotOf = (container: object, key: unknown): SlotKind | undefined => slots.get(container)?.get(key);

export function setSlot(container: object, key: unknown, kind: SlotKind): void {
  const known = slots.get(container);
  if (known) known.set(key, kind);
  else slots.set(container, new Map([[key, kind]]));
}

/**
 * An array that files store as a tuple: `torch.save({ size: torch.tuple(3, 4) }, 'a.pt')`. Python distinguishes it from
 * a list; here it is an array like any other. Tuples read by `torch.load` are remembered as tuples.
 */
export const tuple = <T extends readonly unknown[]>(...items: T): T => setOrigin([...items] as unknown as T, 'tuple');
