// Remembers what containers and numbers are in Python where JavaScript has one type for several, so that files cross unchanged:
// tuples and lists are arrays, and 1 and 1.0 the number 1. It stands beside the objects: a copy of one is a plain array or object.

/** What an array, object, Map, Set or Uint8Array is in Python, where it is not a list, dict, set or bytes. */
export type OriginKind = 'tuple' | 'Size' | 'OrderedDict' | 'Counter' | 'frozenset' | 'bytearray' | 'integer keys';

/** What a value in a container is in Python: a number that is a float although it is whole, a string that is a dtype. */
export type SlotKind = 'float' | 'dtype';

const kinds = new WeakMap<object, OriginKind>();
const slots = new WeakMap<object, Map<unknown, SlotKind>>();

export const originOf = (container: object): OriginKind | undefined => kinds.get(container);

export function setOrigin<T extends object>(container: T, kind: OriginKind): T {
  kinds.set(container, kind);
  return container;
}

/** What the value at `key` is: an index, a name, the key of a Map, or the member of a Set. */
export const slotOf = (container: object, key: unknown): SlotKind | undefined => slots.get(container)?.get(key);

export function setSlot(container: object, key: unknown, kind: SlotKind): void {
  const known = slots.get(container);
  if (known) known.set(key, kind);
  else slots.set(container, new Map([[key, kind]]));
}

/**
 * An array that files hold as a tuple: `torch.save({ size: torch.tuple(3, 4) }, 'a.pt')`. Python tells it from a list; here it is an
 * array like any other. Tuples that `torch.load` read are known as such.
 */
export const tuple = <T extends readonly unknown[]>(...items: T): T => setOrigin([...items] as unknown as T, 'tuple');
