// Converts a pickle's values to JavaScript values. Each is converted once, however often it is referred to, and without
// recursion.
import { FileFormatError } from '../../../engine/core/errors';
import { plainValue, shortName } from './known-objects';
import { type OriginKind, setOrigin, setSlot, slotOf } from './origins';
import { PickledObject } from './pickled-object';
import { fromPython } from './python-state';
import {
  Container,
  type ContainerKind,
  Opaque,
  type Py,
  PyBytes,
  PyFloat,
  PyForeign,
  PyGlobal,
  PyObject,
} from './values';

/** Deeper than Python's own recursion limit, so that nothing that PyTorch wrote is refused. */
const DEEPEST = 1000;

/**
 * If every reference to a shared value were written out, there may be at most this many times the number of values in
 * the file, plus `ALWAYS`.
 */
const MOST_REPEATS = 16;
const ALWAYS = 1_000_000;

const origins: Partial<Record<ContainerKind, OriginKind>> = {
  tuple: 'tuple',
  Size: 'Size',
  OrderedDict: 'OrderedDict',
  Counter: 'Counter',
  frozenset: 'frozenset',
};

export interface PlainOptions {
  /** Converts the values that the caller has made, such as tensors. */
  readonly opaque: (content: unknown) => unknown;
  /** Converts an object or a class that is known only by name; undefined makes it a `PickledObject`. May throw. */
  readonly foreign?: (value: PyObject | PyForeign) => unknown;
  /** Whether a known class may itself be a value, as a `PickledObject`. Default: false. */
  readonly keepsClasses?: boolean;
}

/**
 * The value in JavaScript: a dictionary becomes an object if all keys are strings, else a Map; a list or tuple an
 * array; a set a Set; bytes a Uint8Array; None null. An object or class known only by name becomes a `PickledObject`,
 * which may contain itself.
 *
 * @throws FileFormatError if a container contains itself, is nested too deep, or would be an absurd number of values if
 * written out
 */
export function toPlain(root: Py, name: string, options: PlainOptions): unknown {
  return new Maker(name, options).make(root);
}

type Fail = (problem: string) => never;
type Plain = (value: Py) => unknown;

class Maker {
  private readonly made = new Map<Container, unknown>();
  private readonly classes = new Map<PyGlobal, PickledObject>();
  private readonly sizes = new Map<Container, number>();
  /** Objects that have been created but not filled yet. */
  private readonly waiting: [object: PyObject, made: object][] = [];
  private values = 0;

  constructor(
    private readonly name: string,
    private readonly options: PlainOptions,
  ) {}

  private readonly fail: Fail = (problem) => {
    throw new FileFormatError(`${this.name}: ${problem}`);
  };

  make(root: Py): unknown {
    const made = this.whole(root);
    // Filling an object may append the objects inside it to this list. Since there is no recursion, chains of objects
    // may be of any length and may form cycles.
    for (const [object, shell] of this.waiting) this.fill(object, shell);
    return made;
  }

  private whole(root: Py): unknown {
    if (root instanceof Container && !(root instanceof PyObject) && !this.made.has(root)) {
      const order = childrenFirst(root, this.sizes, this.fail);
      for (const container of order) this.values += 1 + container.items.length;
      if (this.sizes.get(root)! > MOST_REPEATS * this.values + ALWAYS) {
        this.fail(
          `its ${this.values} values refer to each other so often that they would be ${this.sizes.get(root)} written out`,
        );
      }
      for (const container of order) this.made.set(container, build(container, this.plain));
    }
    return this.plain(root);
  }

  private readonly plain: Plain = (value) => {
    if (value instanceof PyObject) return this.object(value);
    return value instanceof Container ? this.made.get(value) : this.leaf(value);
  };

  private leaf(value: Exclude<Py, Container>): unknown {
    if (value instanceof PyFloat) return value.value;
    if (value instanceof PyBytes)
      return value.mutable ? setOrigin(value.bytes.slice(), 'bytearray') : value.bytes.slice();
    if (value instanceof Opaque) return this.options.opaque(value.content);
    if (!(value instanceof PyGlobal)) return value;
    if (typeof value.value === 'string') return value.value;
    if (value instanceof PyForeign) this.options.foreign?.(value);
    else if (!this.options.keepsClasses) this.fail(`expected values, but it holds the class ${value.name} itself`);
    const known = this.classes.get(value) ?? new PickledObject(...namesOf(value));
    this.classes.set(value, known);
    return known;
  }

  private object(object: PyObject): unknown {
    const known = this.made.get(object);
    if (known !== undefined) return known;
    const value = plainValue(object);
    const given = this.options.foreign?.(object);
    const made = value !== undefined ? this.leaf(value) : given !== undefined ? given : this.shell(object);
    this.made.set(object, made);
    return made;
  }

  /** Makes the JavaScript object for a Python object, still without contents. */
  private shell(object: PyObject): object {
    const name = shortName(object);
    const isNamespace = namespaces.has(name) && object.state instanceof Container && object.state.isDict;
    const made = isNamespace ? {} : name === 'collections.deque' ? [] : new PickledObject(...callNames(object));
    this.waiting.push([object, made]);
    return made;
  }

  private fill(object: PyObject, made: object): void {
    const { args, named, state, appended, entries } = object;
    const plain = (part: Py | undefined): unknown => (part === undefined ? null : this.whole(part));
    if (Array.isArray(made)) {
      // The items are either arguments or appended later.
      for (const part of [args[0], appended]) for (const item of listed(plain(part ?? null))) made.push(item);
    } else if (made instanceof PickledObject) {
      made.args = args.map(plain);
      made.kwargs = plain(named ?? undefined);
      made.state = plain(state);
      made.list = appended && listed(plain(appended));
      made.entries = plain(entries ?? undefined);
    } else copyEntries(made, plain(state));
  }
}

/** Classes that are nothing but attributes by name. */
const namespaces: ReadonlySet<string> = new Set(['argparse.Namespace', 'types.SimpleNamespace']);

const listed = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Copies the attributes of a namespace to own properties. */
function copyEntries(made: object, state: unknown): void {
  const from = state as object;
  for (const [key, value] of state instanceof Map ? state : Object.entries(from)) {
    Object.defineProperty(made, String(key), { value, writable: true, configurable: true, enumerable: true });
    const slot = slotOf(from, key);
    if (slot) setSlot(made, String(key), slot);
  }
}

/**
 * The module and name of an object's class. Arrays are pickled as calls of a NumPy function, but their class is NumPy's
 * ndarray.
 */
function callNames({ callee, callName }: PyObject): [module: string, name: string] {
  if (/^numpy\.(_?core)\.(multiarray\._reconstruct|numeric\._frombuffer)$/.test(callName)) return ['numpy', 'ndarray'];
  if (callee instanceof PyGlobal) return namesOf(callee);
  const [module, name] = callNames(callee);
  return [module, `${name}(…)`];
}

function namesOf(global: PyGlobal): [module: string, name: string] {
  if (global instanceof PyForeign) return [global.module, global.own];
  const dot = global.name.lastIndexOf('.');
  return [global.name.slice(0, dot), global.name.slice(dot + 1)];
}

function inside(container: Container): Container[] {
  const found = container.items.filter(
    (item): item is Container => item instanceof Container && !(item instanceof PyObject),
  );
  if (container.attributes) found.push(container.attributes);
  return found;
}

/**
 * All containers that have no size yet, each after the containers inside it. `sizes` receives each container's number
 * of values with every reference written out.
 */
function childrenFirst(root: Container, sizes: Map<Container, number>, fail: Fail): Container[] {
  const order: Container[] = [];
  /** The path from the root to the current container, with the children of each that remain to be visited. */
  const path: { readonly container: Container; readonly left: Container[] }[] = [
    { container: root, left: inside(root) },
  ];
  const onPath = new Set([root]);
  for (let last = path.at(-1); last; last = path.at(-1)) {
    const child = last.left.pop();
    if (!child) {
      path.pop();
      onPath.delete(last.container);
      order.push(last.container);
      sizes.set(last.container, writtenOut(last.container, sizes));
    } else if (onPath.has(child)) {
      fail('expected values that do not hold themselves, but a container is inside of itself');
    } else if (!sizes.has(child)) {
      if (path.length >= DEEPEST) fail(`expected values of at most ${DEEPEST} levels, but they are nested deeper`);
      path.push({ container: child, left: inside(child) });
      onPath.add(child);
    }
  }
  return order;
}

/** The number of values in a container, each counted once per reference. */
function writtenOut(container: Container, sizes: ReadonlyMap<Container, number>): number {
  return inside(container).reduce((sum, child) => sum + sizes.get(child)!, 1 + container.items.length);
}

function build(container: Container, plain: Plain): object {
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
  // Object.fromEntries makes every name an own property, even `__proto__`.
  const made = named ? Object.fromEntries(entries as [string, unknown][]) : new Map(entries);
  entries.forEach(([key], i) => {
    keepSlot(made, key, items[2 * i + 1]!);
  });
  return made;
}

/** Remembers the Python type of a number or string if the value alone does not show it. */
function keepSlot(container: object, key: unknown, item: Py): void {
  const value = item instanceof PyObject ? (plainValue(item) ?? item) : item;
  if (value instanceof PyFloat && Number.isInteger(value.value)) setSlot(container, key, 'float');
  else if (value instanceof PyGlobal && typeof value.value === 'string') setSlot(container, key, 'dtype');
}

/** Attributes of a dictionary become non-enumerable properties, since in Python attributes are not keys. */
function keepAttributes(made: object, { items }: Container, plain: (value: Py) => unknown): void {
  for (let i = 0; i < items.length; i += 2) {
    const name = items[i];
    if (typeof name !== 'string' || name in made) continue;
    Object.defineProperty(made, name, { value: plain(items[i + 1]!), writable: true, configurable: true });
  }
}
