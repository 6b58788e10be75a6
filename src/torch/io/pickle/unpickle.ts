// Reads pickles: a machine that makes plain values, and calls only the functions that its caller has listed. Source:
// CPython's Lib/pickletools.py, which describes the opcodes of protocols 0 to 5.
import { FileFormatError } from '../../../engine/core/errors';
import { shown } from '../../../engine/core/options';
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
  pyKind,
} from './values';

export interface UnpickleOptions {
  /** The file's name in messages. */
  readonly name: string;
  /** Finds the class or function that a pickle names; null if it is refused. */
  readonly find: (module: string, name: string) => PyGlobal | null;
  /**
   * Whether to keep unknown classes and functions by name, arguments and state, rather than refuse them. Default:
   * false.
   */
  readonly keepsForeign?: boolean;
  /** The remedy, for the message about a name that is refused. */
  readonly remedy?: (module: string, name: string) => string;
  /** Resolves the identifier of an object outside the pickle. Default: such identifiers are refused. */
  readonly persistent?: (id: Py) => Py;
  /** Applies a state to one of the caller's own objects. Default: such states are refused. */
  readonly state?: (content: unknown, state: Py) => void;
  /**
   * How to read Python 2 strings, which may be bytes. Default: as text, in UTF-8, or in Latin-1 if they are not valid
   * UTF-8.
   */
  readonly strings?: 'text' | 'bytes';
}

export interface Unpickled {
  readonly value: Py;
  /** The offset in the bytes at which the pickle ends. */
  readonly end: number;
}

/** The pickle continues beyond the bytes given. */
export class PickleEndError extends FileFormatError {
  override name = FileFormatError.name;
}

/** The maximum number of digits that Python accepts in a decimal number. */
const MOST_DIGITS = 4300;
/** A pickle that makes more containers than this, and one more per four bytes of it, is an attack. */
const MANY = 2 ** 20;

/**
 * Reads the pickle that begins at `start`.
 *
 * @throws FileFormatError if it is damaged, or names a class that `find` does not know; in that case, none of it has
 * been run
 */
export function unpickle(bytes: Uint8Array, options: UnpickleOptions, start = 0): Unpickled {
  const machine = new Machine(bytes, options, start);
  return { value: machine.run(), end: machine.at };
}

/** The marker that the opcode MARK puts on the stack. */
const MARK = Symbol('mark');

type Slot = Py | typeof MARK;

class Machine {
  at: number;
  private readonly view: DataView;
  private readonly stack: Slot[] = [];
  private readonly memo = new Map<number, Py>();
  private readonly foreign = new Map<string, PyForeign>();
  private made = 0;
  private copied = 0;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly options: UnpickleOptions,
    start: number,
  ) {
    this.at = start;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  run(): Py {
    for (;;) {
      const opcode = this.byte();
      if (opcode === STOP) return this.pop();
      const execute = opcodes[opcode];
      if (!execute) this.fail(`byte ${this.at - 1} is not an opcode of a pickle (0x${opcode.toString(16)})`);
      execute(this);
    }
  }

  fail(problem: string): never {
    throw new FileFormatError(`${this.options.name}: expected a sound pickle, but ${problem}`);
  }

  private failAtEnd(problem: string): never {
    throw new PickleEndError(`${this.options.name}: expected a sound pickle, but ${problem}`);
  }

  // ── Bytes ──

  /** Advances by n bytes and returns their offset; throws if there are fewer. */
  private take(n: number): number {
    const { at } = this;
    if (n > this.bytes.length - at) this.failAtEnd(`it ends in the middle: ${n} bytes expected at byte ${at}`);
    this.at += n;
    return at;
  }

  byte(): number {
    return this.bytes[this.take(1)]!;
  }

  uint16(): number {
    return this.view.getUint16(this.take(2), true);
  }

  uint32(): number {
    return this.view.getUint32(this.take(4), true);
  }

  int32(): number {
    return this.view.getInt32(this.take(4), true);
  }

  /** A 64-bit length. A length too large to be exact is longer than any file anyway. */
  uint64(): number {
    return Number(this.view.getBigUint64(this.take(8), true));
  }

  float64(): number {
    return this.view.getFloat64(this.take(8), false);
  }

  slice(n: number): Uint8Array {
    const from = this.take(n);
    return this.bytes.subarray(from, from + n);
  }

  utf8(n: number): string {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.slice(n));
    } catch (cause) {
      if (cause instanceof FileFormatError) throw cause;
      return this.fail(`the text before byte ${this.at} is not UTF-8`);
    }
  }

  /** The rest of the line, without the line break. */
  line(): string {
    const end = this.bytes.indexOf(10, this.at);
    if (end < 0) this.failAtEnd('it ends in the middle of a line');
    const text = latin1(this.slice(end - this.at));
    this.at++;
    return text;
  }

  /** A whole number of n bytes, little-endian, in two's complement. */
  long(n: number): number | bigint {
    const bytes = this.slice(n);
    if (n === 0) return 0;
    let hex = '';
    for (let i = n - 1; i >= 0; i--) hex += bytes[i]!.toString(16).padStart(2, '0');
    return integer(BigInt.asIntN(8 * n, BigInt(`0x${hex}`)));
  }

  decimal(text: string): number | bigint {
    if (!/^[+-]?\d+$/.test(text) || text.length > MOST_DIGITS) this.fail(`${shown(text)} is not a whole number`);
    return integer(BigInt(text.replace('+', '')));
  }

  // ── Stack ──

  push(value: Py): void {
    this.stack.push(value);
  }

  mark(): void {
    this.stack.push(MARK);
  }

  pop(): Py {
    const value = this.stack.pop();
    if (value === undefined || value === MARK) this.fail('a value is missing');
    return value;
  }

  /** Removes the topmost value or mark. */
  discard(): void {
    if (this.stack.length === 0) this.fail('a value is missing');
    this.stack.pop();
  }

  top(): Py {
    const value = this.stack.at(-1);
    if (value === undefined || value === MARK) this.fail('a value is missing');
    return value;
  }

  /** Removes and returns all values above the last mark, and removes the mark. */
  popMark(): Py[] {
    const at = this.stack.lastIndexOf(MARK);
    if (at < 0) this.fail('a mark is missing');
    const values = this.stack.splice(at) as Py[];
    values.shift();
    return values;
  }

  // ── Values ──

  make(kind: ContainerKind, items?: Py[]): Container {
    this.countMade();
    return new Container(kind, items);
  }

  private countMade(): void {
    if (++this.made > MANY + this.bytes.length / 4) this.fail('it holds more containers than bytes can tell apart');
  }

  expectContainer(value: Py, fits: (container: Container) => boolean, wanted: string): Container {
    if (value instanceof Container && fits(value)) return value;
    return this.fail(`it treats ${pyKind(value)} as ${wanted}`);
  }

  extend(target: Py, items: readonly Py[], kinds: readonly ContainerKind[], wanted: string): void {
    if (target instanceof PyObject) target.appended ??= this.make('list');
    const own = target instanceof PyObject ? target.appended : target;
    const container = this.expectContainer(own, ({ kind }) => kinds.includes(kind) || own !== target, wanted);
    for (const item of items) container.push(item);
  }

  setItems(target: Py, items: readonly Py[]): void {
    if (target instanceof PyObject) target.entries ??= this.make('dict');
    const own = target instanceof PyObject ? target.entries : target;
    const dict = this.expectContainer(own, ({ isDict }) => isDict, 'a dictionary');
    if (items.length % 2 !== 0) this.fail('a key has no value');
    for (let i = 0; i < items.length; i += 2) {
      this.checkKey(items[i]!);
      dict.push(items[i]!);
      dict.push(items[i + 1]!);
    }
  }

  dictOf(items: readonly Py[]): Container {
    const dict = this.make('dict');
    this.setItems(dict, items);
    return dict;
  }

  private checkKey(key: Py): void {
    const hashable = !(key instanceof Container) || ['tuple', 'Size', 'frozenset', 'object'].includes(key.kind);
    if (!hashable || (key instanceof PyBytes && key.mutable))
      this.fail(`${pyKind(key)} cannot be the key of a dictionary`);
  }

  text(bytes: Uint8Array): Py {
    if (this.options.strings === 'bytes') return new PyBytes(bytes);
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      return latin1(bytes);
    }
  }

  remember(index: number): void {
    this.memo.set(index, this.top());
  }

  memoize(): void {
    this.memo.set(this.memo.size, this.top());
  }

  recall(index: number): void {
    const value = this.memo.get(index);
    if (value === undefined) this.fail(`it recalls value ${index}, which it has not remembered`);
    this.push(value);
  }

  // ── Classes and calls ──

  global(module: Py, name: Py): PyGlobal {
    if (typeof module !== 'string' || typeof name !== 'string') this.fail('the name of a class is not a text');
    const found = this.options.find(module, name);
    if (found) return found;
    if (this.options.keepsForeign) return this.foreignOf(module, name);
    return this.refuse(`${module}.${name}`, this.options.remedy?.(module, name));
  }

  /** The class of an object written by protocol 0 or 1. It is not looked up if the object will be refused anyway. */
  named(module: string, name: string): PyGlobal {
    return this.options.keepsForeign ? this.global(module, name) : new PyForeign(module, name);
  }

  /** Throws an error about a class or function that the file names; no code of the file has been run. */
  refuse(what: string, remedy = 'save tensors, containers and plain values only'): never {
    throw new FileFormatError(
      `${this.options.name}: expected tensors, containers and plain values, but the file asks for ${what.slice(0, 200)}, which is not run; ${remedy}`,
    );
  }

  private foreignOf(given: string, own: string): PyForeign {
    const module = modulesOfPython2.get(given) ?? given;
    const name = (module === 'builtins' && namesOfPython2.get(own)) || own;
    const full = `${module}.${name}`;
    const known = this.foreign.get(full) ?? new PyForeign(module, name);
    this.foreign.set(full, known);
    return known;
  }

  reduce(callee: Py, args: Py): Py {
    const { keepsForeign } = this.options;
    if (!(callee instanceof PyGlobal || callee instanceof PyObject)) return this.fail(`it calls ${pyKind(callee)}`);
    const { items } = this.expectContainer(args, ({ kind }) => kind === 'tuple', 'arguments');
    if (!(callee instanceof PyGlobal && callee.call)) {
      return keepsForeign ? this.keep(callee, items) : this.refuse(`a call of ${(callee as PyGlobal).name}`);
    }
    let made: Py;
    try {
      made = callee.call(items);
    } catch (error) {
      // If a call fails because of foreign arguments, the call itself is kept as a foreign object.
      if (!keepsForeign || !items.some(isForeign)) throw error;
      return this.keep(callee, items);
    }
    this.count(made);
    return made;
  }

  /** Keeps a call as an object that describes it, rather than running it. */
  keep(callee: PyGlobal | PyObject, args: readonly Py[], named: Py = null): Py {
    const [first, second] = args;
    const { name } = callee instanceof PyGlobal ? callee : { name: '' };
    // These are the ways in which Python itself pickles an instance of a class, and a nested class.
    if (first instanceof PyGlobal) {
      if (name === 'copyreg._reconstructor') return this.keep(first, []);
      if (name === 'copyreg.__newobj__') return this.keep(first, args.slice(1));
      if (name === 'builtins.getattr' && first instanceof PyForeign && typeof second === 'string') {
        return this.foreignOf(first.module, `${first.own}.${second}`);
      }
    }
    this.countMade();
    return new PyObject(callee, args, named instanceof Container && named.items.length > 0 ? named : null);
  }

  /** An instance of a class, as written by the opcodes of Python's first protocols. */
  instance(cls: Py, args: Py[]): Py {
    if (!this.options.keepsForeign) {
      return this.refuse(`an instance of ${cls instanceof PyGlobal ? cls.name : 'something'}`);
    }
    return this.reduce(cls, this.make('tuple', args));
  }

  /**
   * Counts the values that calls make, since a call copies values of the pickle. If calls make more values than the
   * pickle has bytes, the pickle is refused, because it copies the same values again and again through the memo.
   */
  private count(made: Py): void {
    if (made instanceof Container) this.copied += made.items.length;
    else if (made instanceof PyBytes) this.copied += made.bytes.length;
    if (this.copied > MANY + this.bytes.length) this.fail('its calls make more values than it has bytes');
  }

  /**
   * Applies a state to an object. A dictionary gets attributes, such as `_metadata`; the caller handles its own
   * objects.
   */
  build(target: Py, state: Py): void {
    if (target instanceof Opaque && this.options.state) {
      this.options.state(target.content, state);
      return;
    }
    if (target instanceof PyObject) {
      target.state = state;
      return;
    }
    if (!(target instanceof Container && target.isDict)) {
      const what = target instanceof PyGlobal ? target.name : pyKind(target);
      this.refuse(`the state of ${what} to be set`);
    }
    target.attributes = this.expectContainer(state, ({ isDict }) => isDict, 'attributes');
  }

  persistent(id: Py): Py {
    if (!this.options.persistent) this.refuse('an object outside of the pickle');
    return this.options.persistent(id);
  }

  /** An instance of a class, made by its constructor. */
  create(cls: Py, args: Py, named: Py = null): Py {
    const plain = !(named instanceof Container) || named.items.length === 0;
    if (!this.options.keepsForeign && named !== null) return this.refuse('an object made with named arguments');
    if (plain || !(cls instanceof PyGlobal || cls instanceof PyObject)) return this.reduce(cls, args);
    return this.keep(cls, this.expectContainer(args, ({ kind }) => kind === 'tuple', 'arguments').items, named);
  }
}

/** Protocols up to 2 use Python 2 names. */
const modulesOfPython2: ReadonlyMap<string, string> = new Map([
  ['__builtin__', 'builtins'],
  ['exceptions', 'builtins'],
  ['copy_reg', 'copyreg'],
]);
const namesOfPython2: ReadonlyMap<string, string> = new Map([
  ['xrange', 'range'],
  ['long', 'int'],
  ['unicode', 'str'],
  ['unichr', 'chr'],
]);

const isForeign = (value: Py): boolean => value instanceof PyForeign || value instanceof PyObject;

const integer = (value: bigint): number | bigint => {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
};

/** Decodes each byte as one character. */
function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return text;
}

/** The string in a quoted Python 2 literal. */
function unquoted(m: Machine, line: string): Py {
  const [, quote, body] = /^(['"])(.*)\1$/s.exec(line.trimEnd()) ?? [];
  if (quote === undefined) return m.fail(`${shown(line)} is not a string in quotes`);
  const plain: Record<string, string> = {
    n: '\n',
    r: '\r',
    t: '\t',
    '\\': '\\',
    "'": "'",
    '"': '"',
    a: '\x07',
    b: '\b',
    f: '\f',
    v: '\v',
  };
  const text = body!.replace(/\\(x[\da-fA-F]{2}|[0-7]{1,3}|.)/gs, (_, code: string) => {
    if (/^x./.test(code)) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8) & 255);
    return plain[code] ?? `\\${code}`;
  });
  return m.text(Uint8Array.from(text, (letter) => letter.charCodeAt(0)));
}

/** The text of a `raw-unicode-escape` line. */
const unescaped = (line: string): string =>
  line.replace(/\\u([\da-fA-F]{4})|\\U([\da-fA-F]{8})/g, (all, short?: string, long?: string) => {
    const code = Number.parseInt(short ?? long!, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : all;
  });

function float(m: Machine, line: string): PyFloat {
  const special: Record<string, number> = { inf: Infinity, '-inf': -Infinity, nan: Number.NaN, '-nan': Number.NaN };
  const value = special[line] ?? (/^[\d+.eE-]+$/.test(line) ? Number(line) : Number.NaN);
  if (Number.isNaN(value) && !line.endsWith('nan')) m.fail(`${shown(line)} is not a number`);
  return new PyFloat(value);
}

/** The opcode INT also writes True and False. */
function int(m: Machine, line: string): Py {
  if (line === '00') return false;
  return line === '01' ? true : m.decimal(line);
}

const STOP = 0x2e;

const code = (letter: string): number => letter.charCodeAt(0);

/** The action of each opcode. */
const opcodes: Record<number, (m: Machine) => void> = {
  [code('(')]: (m) => m.mark(),
  [code('0')]: (m) => m.discard(),
  [code('1')]: (m) => void m.popMark(),
  [code('2')]: (m) => m.push(m.top()),
  [code('N')]: (m) => m.push(null),
  136: (m) => m.push(true),
  137: (m) => m.push(false),
  // Numbers.
  [code('I')]: (m) => m.push(int(m, m.line())),
  [code('L')]: (m) => m.push(m.decimal(m.line().replace(/L$/, ''))),
  [code('F')]: (m) => m.push(float(m, m.line())),
  [code('J')]: (m) => m.push(m.int32()),
  [code('K')]: (m) => m.push(m.byte()),
  [code('M')]: (m) => m.push(m.uint16()),
  [code('G')]: (m) => m.push(new PyFloat(m.float64())),
  138: (m) => m.push(m.long(m.byte())),
  139: (m) => m.push(m.long(m.uint32())),
  // Text and bytes.
  [code('S')]: (m) => m.push(unquoted(m, m.line())),
  [code('T')]: (m) => m.push(m.text(m.slice(m.uint32()))),
  [code('U')]: (m) => m.push(m.text(m.slice(m.byte()))),
  [code('V')]: (m) => m.push(unescaped(m.line())),
  [code('X')]: (m) => m.push(m.utf8(m.uint32())),
  140: (m) => m.push(m.utf8(m.byte())),
  141: (m) => m.push(m.utf8(m.uint64())),
  [code('B')]: (m) => m.push(new PyBytes(m.slice(m.uint32()))),
  [code('C')]: (m) => m.push(new PyBytes(m.slice(m.byte()))),
  142: (m) => m.push(new PyBytes(m.slice(m.uint64()))),
  150: (m) => m.push(new PyBytes(m.slice(m.uint64()), true)),
  // Containers.
  [code(']')]: (m) => m.push(m.make('list')),
  [code('}')]: (m) => m.push(m.make('dict')),
  [code(')')]: (m) => m.push(m.make('tuple')),
  143: (m) => m.push(m.make('set')),
  [code('l')]: (m) => m.push(m.make('list', m.popMark())),
  [code('d')]: (m) => m.push(m.dictOf(m.popMark())),
  [code('t')]: (m) => m.push(m.make('tuple', m.popMark())),
  145: (m) => m.push(m.make('frozenset', m.popMark())),
  133: (m) => m.push(m.make('tuple', popped(m, 1))),
  134: (m) => m.push(m.make('tuple', popped(m, 2))),
  135: (m) => m.push(m.make('tuple', popped(m, 3))),
  [code('a')]: (m) => {
    const item = m.pop();
    m.extend(m.top(), [item], ['list'], 'a list');
  },
  [code('e')]: (m) => {
    const items = m.popMark();
    m.extend(m.top(), items, ['list'], 'a list');
  },
  144: (m) => {
    const items = m.popMark();
    m.extend(m.top(), items, ['set'], 'a set');
  },
  [code('s')]: (m) => {
    const items = popped(m, 2);
    m.setItems(m.top(), items);
  },
  [code('u')]: (m) => {
    const items = m.popMark();
    m.setItems(m.top(), items);
  },
  // The memo.
  [code('p')]: (m) => m.remember(Number(m.decimal(m.line()))),
  [code('q')]: (m) => m.remember(m.byte()),
  [code('r')]: (m) => m.remember(m.uint32()),
  148: (m) => m.memoize(),
  [code('g')]: (m) => m.recall(Number(m.decimal(m.line()))),
  [code('h')]: (m) => m.recall(m.byte()),
  [code('j')]: (m) => m.recall(m.uint32()),
  // Classes and calls.
  [code('c')]: (m) => m.push(m.global(m.line(), m.line())),
  147: (m) => {
    const name = m.pop();
    m.push(m.global(m.pop(), name));
  },
  [code('R')]: (m) => {
    const args = m.pop();
    m.push(m.reduce(m.pop(), args));
  },
  129: (m) => {
    const args = m.pop();
    m.push(m.create(m.pop(), args));
  },
  146: (m) => {
    const named = m.pop();
    const args = m.pop();
    m.push(m.create(m.pop(), args, named));
  },
  [code('b')]: (m) => {
    const state = m.pop();
    m.build(m.top(), state);
  },
  [code('i')]: (m) => m.push(m.instance(m.named(m.line(), m.line()), m.popMark())),
  [code('o')]: (m) => {
    const [cls = null, ...args] = m.popMark();
    m.push(m.instance(cls, args));
  },
  130: (m) => m.refuse(`extension ${m.byte()} of Python's registry`),
  131: (m) => m.refuse(`extension ${m.uint16()} of Python's registry`),
  132: (m) => m.refuse(`extension ${m.uint32()} of Python's registry`),
  [code('P')]: (m) => m.push(m.persistent(m.line())),
  [code('Q')]: (m) => m.push(m.persistent(m.pop())),
  151: (m) => m.refuse('a buffer outside of the pickle'),
  152: (m) => m.refuse('a buffer outside of the pickle'),
  // Frames and versions need no handling, since every byte is checked anyway.
  128: (m) => {
    const protocol = m.byte();
    if (protocol > 5) m.fail(`it is of protocol ${protocol}, and 5 is the highest that is known`);
  },
  149: (m) => void m.uint64(),
};

function popped(m: Machine, n: number): Py[] {
  const items: Py[] = [];
  for (let i = 0; i < n; i++) items.unshift(m.pop());
  return items;
}
