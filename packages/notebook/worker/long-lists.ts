// Has long arrays and typed arrays be written without a look at each of their elements: the writer of values lists all their keys, which takes
// seconds from a million on.
import { type InspectOptions, inspect } from 'node-inspect-extracted';

/** Elements beyond which a list is long. */
const LONG = 1000;
/** What Node writes of a list by default. */
const MOST = 100;

type TypedArray = Uint8Array;

/** The text of a long list, as Node writes it; a short one is left to the writer. */
function abridged(this: TypedArray | readonly unknown[], depth: number, options: InspectOptions): unknown {
  const { length } = this;
  if (length <= LONG) return this;
  const { name } = this.constructor;
  if (depth < 0) return `[${name}]`;
  const most = options.maxArrayLength ?? MOST;
  const head = inspect(this.slice(0, most), { ...options, depth });
  const items = head.slice(head.indexOf('[') + 1, head.lastIndexOf(']')).trimEnd();
  const [gap, end] = items.includes('\n') ? [',\n  ', '\n'] : [', ', ' '];
  return `${Array.isArray(this) ? '' : `${name}(${length}) `}[${items}${gap}... ${length - most} more items${end}]`;
}

/** Gives lists a text of their own, which nobody sees who lists their properties. */
export function abridgeLongLists(): void {
  for (const prototype of [Array.prototype, Object.getPrototypeOf(Uint8Array.prototype) as object]) {
    Object.defineProperty(prototype, inspect.custom, { value: abridged, configurable: true, writable: true });
  }
}
