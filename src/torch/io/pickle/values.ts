// The values of a pickle before they become JavaScript values: there is one type here for each Python type.

/** A Python value. Whole numbers are numbers, or bigints beyond 2⁵³; floats have a separate class. */
export type Py = null | boolean | string | number | bigint | PyFloat | PyBytes | Container | PyGlobal | Opaque;

export class PyFloat {
  constructor(readonly value: number) {}
}

export class PyBytes {
  constructor(
    readonly bytes: Uint8Array,
    /** Whether this is a `bytearray` rather than `bytes`. */
    readonly mutable = false,
  ) {}
}

export type ContainerKind =
  | 'list'
  | 'tuple'
  | 'Size'
  | 'dict'
  | 'OrderedDict'
  | 'Counter'
  | 'defaultdict'
  | 'set'
  | 'frozenset'
  | 'object';

const nothing: Py[] = [];

/** A list, tuple or set of values, or a dictionary, whose keys and values alternate. */
export class Container {
  /** Allocated when the first value is added, so that an empty container takes little memory. */
  items: Py[] = nothing;
  /** Attributes of the object, such as the `_metadata` of a state dict; the factory of a defaultdict. */
  attributes: Container | null = null;

  constructor(
    readonly kind: ContainerKind,
    items?: Py[],
  ) {
    if (items) this.items = items;
  }

  get isDict(): boolean {
    return dicts.has(this.kind);
  }

  push(value: Py): void {
    if (this.items === nothing) this.items = [];
    this.items.push(value);
  }

  /** The value of a string key of a dictionary; if the key is repeated, the last entry counts. */
  get(key: string): Py | undefined {
    for (let i = this.items.length - 2; i >= 0; i -= 2) if (this.items[i] === key) return this.items[i + 1];
    return undefined;
  }
}

const dicts: ReadonlySet<ContainerKind> = new Set(['dict', 'OrderedDict', 'Counter', 'defaultdict']);

/** A class or function that the reader knows. */
export class PyGlobal {
  constructor(
    /** `module.name`. */
    readonly name: string,
    /** Computes the result of calling the class or function; null if it cannot be called. */
    readonly call: ((args: readonly Py[]) => Py) | null,
    /** The JavaScript value of the class or function itself; undefined if it has none. */
    readonly value?: unknown,
  ) {}
}

/** A class or function that the reader knows only by name; it is never run. */
export class PyForeign extends PyGlobal {
  constructor(
    readonly module: string,
    readonly own: string,
  ) {
    super(`${module}.${own}`, null);
  }
}

/** A call of a class or function that is not run here, as described by the pickle. */
export class PyObject extends Container {
  /** The argument of `__setstate__`. */
  state: Py | undefined;
  /** The items appended to the object, if it is a list in Python, and its entries, if it is a dictionary. */
  appended: Container | null = null;
  entries: Container | null = null;

  constructor(
    readonly callee: PyGlobal | PyObject,
    readonly args: readonly Py[],
    readonly named: Container | null = null,
  ) {
    super('object');
  }

  /** The name of the class or function: `argparse.Namespace`. */
  get callName(): string {
    let { callee } = this;
    while (callee instanceof PyObject) callee = callee.callee;
    return callee.name;
  }

  /** All values that the object holds. */
  get parts(): Py[] {
    const { callee, args, named, state, appended, entries } = this;
    const found = [...args, named, state, appended, entries].filter((part): part is Py => part != null);
    return callee instanceof PyObject ? [callee, ...found] : found;
  }
}

/** A value that the unpickler's caller makes and understands, such as a tensor. */
export class Opaque {
  constructor(readonly content: unknown) {}
}

/** The name of a value's kind in messages. */
export function pyKind(value: Py): string {
  if (value === null) return 'None';
  if (value instanceof PyObject) return `an object of ${value.callName}`;
  if (value instanceof Container) return `a ${value.kind}`;
  if (value instanceof PyFloat) return 'a float';
  if (value instanceof PyBytes) return 'bytes';
  if (value instanceof PyGlobal) return value.name;
  if (value instanceof Opaque) return 'a tensor or storage';
  return { boolean: 'a bool', string: 'a str', number: 'an int', bigint: 'an int' }[typeof value as 'string'];
}
