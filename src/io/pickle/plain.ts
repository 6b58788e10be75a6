// Makes JavaScript's values out of a pickle's: once for each, however often it is referred to, and without recursion.
import { FileFormatError } from '../../core/errors';
import { type OriginKind, setOrigin, setSlot } from '../download/origins';
import { fromPython } from './python-state';
import { Container, type ContainerKind, Opaque, type Py, PyBytes, PyFloat, PyGlobal } from './values';

/** Deeper than Python's own limit of recursion, so that nothing that PyTorch wrote is. */
const DEEPEST = 1000;

/** Written out, values may be this many times as many as they are, and this many more. */
const MOST_REPEATS = 16;
const ALWAYS = 1_000_000;

const origins: Partial<Record<ContainerKind, OriginKind>> = {
  tuple: 'tuple',
  Size: 'Size',
  OrderedDict: 'OrderedDict',
  Counter: 'Counter',
  frozenset: 'frozenset',
};

/**
 * The value in JavaScript: a dictionary becomes an object where all keys are strings, else a Map; a list or tuple an array; a set a
 * Set; bytes a Uint8Array; None null. `opaque` converts the caller's own values.
 *
 * @throws FileFormatError where it holds itself, is nested too deep, or is absurdly many values once written out
 */
export function toPlain(root: Py, name: string, opaque: (content: unknown) => unknown): unknown {
  const fail: Fail = (problem) => {
    throw new FileFormatError(`${name}: ${problem}`);
  };
  if (!(root instanceof Container)) return leaf(root, opaque, fail);
  const order = childrenFirst(root, fail);
  const made = new Map<Container, unknown>();
  const plain = (value: Py): unknown => (value instanceof Container ? made.get(value) : leaf(value, opaque, fail));
  for (const container of order) made.set(container, build(container, plain));
  return made.get(root);
}

type Fail = (problem: string) => never;

function leaf(value: Exclude<Py, Container>, opaque: (content: unknown) => unknown, fail: Fail): unknown {
  if (value instanceof PyFloat) return value.value;
  if (value instanceof PyBytes)
    return value.mutable ? setOrigin(value.bytes.slice(), 'bytearray') : value.bytes.slice();
  if (value instanceof Opaque) return opaque(value.content);
  if (!(value instanceof PyGlobal)) return value;
  if (typeof value.value !== 'string') fail(`expected values, but it holds the class ${value.name} itself`);
  return value.value;
}

function inside(container: Container): Container[] {
  const found = container.items.filter((item): item is Container => item instanceof Container);
  if (container.attributes) found.push(container.attributes);
  return found;
}

/** All containers, each after those inside of it. */
function childrenFirst(root: Container, fail: Fail): Container[] {
  const order: Container[] = [];
  const done = new Set<Container>();
  /** The way from the root to the present container, with the children left at each. */
  const path: { readonly container: Container; readonly left: Container[] }[] = [
    { container: root, left: inside(root) },
  ];
  const onPath = new Set([root]);
  const sizes = new Map<Container, number>();
  let values = 0;
  for (let last = path.at(-1); last; last = path.at(-1)) {
    const child = last.left.pop();
    if (!child) {
      path.pop();
      onPath.delete(last.container);
      done.add(last.container);
      order.push(last.container);
      values += 1 + last.container.items.length;
      sizes.set(last.container, writtenOut(last.container, sizes));
    } else if (onPath.has(child)) {
      fail('expected values that do not hold themselves, but a container is inside of itself');
    } else if (!done.has(child)) {
      if (path.length >= DEEPEST) fail(`expected values of at most ${DEEPEST} levels, but they are nested deeper`);
      path.push({ container: child, left: inside(child) });
      onPath.add(child);
    }
  }
  const total = sizes.get(root)!;
  if (total > MOST_REPEATS * values + ALWAYS) {
    fail(`its ${values} values refer to each other so often that they would be ${total} written out`);
  }
  return order;
}

/** How many values there are in a container, each counted as often as it is referred to. */
function writtenOut(container: Container, sizes: ReadonlyMap<Container, number>): number {
  return inside(container).reduce((sum, child) => sum + sizes.get(child)!, 1 + container.items.length);
}

function build(container: Container, plain: (value: Py) => unknown): object {
  const { kind } = container;
  const made = container.isDict ? dictOf(container, plain) : collection(container, plain);
  const origin = origins[kind];
  if (origin) setOrigin(made, origin);
  if (container.attributes) keepAttributes(made, container.attributes, plain);
  return container.isDict ? fromPython(made) : made;
}

function collection({ kind, items }: Container, plain: (value: Py) => unknown): object {
  const values = items.map(plain);
  const made = kind === 'set' || kind === 'frozenset' ? new Set(values) : values;
  items.forEach((item, i) => {
    keepSlot(made, made === values ? i : values[i], item);
  });
  return made;
}

function dictOf({ items }: Container, plain: (value: Py) => unknown): object {
  const entries: [unknown, unknown][] = [];
  for (let i = 0; i < items.length; i += 2) entries.push([plain(items[i]!), plain(items[i + 1]!)]);
  const named = items.every((item, i) => i % 2 === 1 || typeof item === 'string');
  // An object built from entries takes every name as its own, `__proto__` included.
  const made = named ? Object.fromEntries(entries as [string, unknown][]) : new Map(entries);
  entries.forEach(([key], i) => {
    keepSlot(made, key, items[2 * i + 1]!);
  });
  return made;
}

/** Remembers what a number or string was, where the value alone does not tell. */
function keepSlot(container: object, key: unknown, value: Py): void {
  if (value instanceof PyFloat && Number.isInteger(value.value)) setSlot(container, key, 'float');
  else if (value instanceof PyGlobal && typeof value.value === 'string') setSlot(container, key, 'dtype');
}

/** Attributes of a dictionary become properties that are not listed, as they are no keys in Python. */
function keepAttributes(made: object, { items }: Container, plain: (value: Py) => unknown): void {
  for (let i = 0; i < items.length; i += 2) {
    const name = items[i];
    if (typeof name !== 'string' || name in made) continue;
    Object.defineProperty(made, name, { value: plain(items[i + 1]!), writable: true, configurable: true });
  }
}
