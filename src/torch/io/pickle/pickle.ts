// Writes pickles, protocol 2, of the values that Python's torch.load(weights_only=True) can read.

import type { Tensor } from '../../tensor/tensor';
import { ByteSink } from '../byte-sink';
import { Descent, entriesOf, type Savable, savable } from '../savable';
import { originOf, slotOf } from './origins';
import { toPython } from './python-state';

/** Writes a tensor into a pickle. */
export type PickleTensor = (pickler: Pickler, tensor: Tensor) => void;

const code = (letter: string): number => letter.charCodeAt(0);

const MARK = code('(');
const EMPTY_TUPLE = code(')');
const EMPTY_LIST = code(']');
const EMPTY_DICT = code('}');
const APPENDS = code('e');
const SETITEMS = code('u');
const TUPLE = code('t');
const REDUCE = code('R');
const BUILD = code('b');
const GLOBAL = code('c');
const BINPERSID = code('Q');

/** Whether a number fits the opcode BININT, which takes 32 bits, sign included. */
const isShort = (value: number): boolean => value >= -(2 ** 31) && value < 2 ** 31;

/** Names of dtypes, which in Python are attributes of torch. */
const dtypes = /^(u?int(8|16|32|64)|bfloat16|float(16|32|64|8_\w+)|bool|complex(32|64|128))$/;

/**
 * For each saved object, its copy in PyTorch's form. `pickle` is called twice for a file, and both calls must use the
 * same copies.
 */
export type Translated = Map<object, Record<string, unknown>>;

/** The pickle of a value. */
export function pickle(root: unknown, tensor: PickleTensor, translated: Translated = new Map()): Uint8Array {
  const pickler = new Pickler(tensor, translated);
  pickler.sink.byte(0x80, 2);
  pickler.value(root, null, null);
  pickler.sink.ascii('.');
  return pickler.sink.done();
}

export class Pickler {
  readonly sink = new ByteSink();
  private readonly memo = new Map<unknown, number>();
  private readonly descent = new Descent();

  constructor(
    private readonly tensor: PickleTensor,
    private readonly translated: Translated,
  ) {}

  /** Writes a value that is at `key` in `container`. */
  value(value: unknown, container: object | null, key: unknown): void {
    const known = savable(value, this.descent.path);
    const slot = container === null ? undefined : slotOf(container, key);
    if (known.kind === 'null') this.sink.ascii('N');
    else if (known.kind === 'boolean') this.boolean(known.value);
    else if (known.kind === 'bigint') this.long(known.value);
    else if (known.kind === 'number') {
      const isInteger = Number.isSafeInteger(known.value) && !Object.is(known.value, -0) && slot !== 'float';
      if (isInteger) this.integer(known.value);
      else this.float(known.value);
    } else if (known.kind === 'string') {
      if (slot === 'dtype' && dtypes.test(known.value)) this.global('torch', known.value);
      else this.text(known.value);
    } else this.once(known.value, () => this.object(known));
  }

  private object(known: Exclude<Savable, { kind: 'null' | 'boolean' | 'number' | 'bigint' | 'string' }>): void {
    if (known.kind === 'bytes') this.bytes(known.value);
    else if (known.kind === 'device') this.device(known.value);
    else if (known.kind === 'tensor') this.tensor(this, known.value);
    else if (known.kind === 'array') this.array(known.value);
    else if (known.kind === 'set') this.set(known.value);
    else if (known.kind === 'map') this.map(known.value, known.value, [...known.value]);
    else {
      const python = this.translated.get(known.value) ?? toPython(known.value);
      this.translated.set(known.value, python);
      this.map(known.value, python, entriesOf(python));
    }
  }

  // ── Plain values ──

  integer(value: number): void {
    if (value >= 0 && value < 2 ** 8) this.sink.byte(code('K'), value);
    else if (value >= 0 && value < 2 ** 16) {
      this.sink.ascii('M');
      this.sink.uint16(value);
    } else if (isShort(value)) {
      this.sink.ascii('J');
      this.sink.int32(value);
    } else this.long(BigInt(value));
  }

  private long(value: bigint): void {
    const magnitude = (value < 0n ? ~value : value).toString(16);
    const bits = 4 * magnitude.length - Math.clz32(Number.parseInt(magnitude[0]!, 16)) + 28;
    // The sign takes one bit of the highest byte.
    const bytes = new Uint8Array(Math.floor(bits / 8) + 1);
    // Convert via hexadecimal digits, since each shift of a long bigint would copy all of it.
    const digits = BigInt.asUintN(8 * bytes.length, value)
      .toString(16)
      .padStart(2 * bytes.length, '0');
    for (let i = 0; i < bytes.length; i++) {
      const at = digits.length - 2 * i;
      bytes[i] = Number.parseInt(digits.slice(at - 2, at), 16);
    }
    if (bytes.length < 256) this.sink.byte(0x8a, bytes.length);
    else {
      this.sink.byte(0x8b);
      this.sink.uint32(bytes.length);
    }
    this.sink.raw(bytes);
  }

  private float(value: number): void {
    this.sink.ascii('G');
    this.sink.float64(value);
  }

  boolean(value: boolean): void {
    this.sink.byte(value ? 0x88 : 0x89);
  }

  text(value: string): void {
    this.once(value, () => {
      const bytes = new TextEncoder().encode(value);
      this.sink.ascii('X');
      this.sink.uint32(bytes.length);
      this.sink.raw(bytes);
    });
  }

  /** Bytes as Latin-1 text, which is how protocol 2 stores them. */
  private bytes(value: Uint8Array): void {
    const encoded = (): void => {
      const letters: string[] = [];
      for (let i = 0; i < value.length; i += 8192) letters.push(String.fromCharCode(...value.subarray(i, i + 8192)));
      this.call('_codecs', 'encode', () => {
        this.text(letters.join(''));
        this.text('latin1');
      });
    };
    if (originOf(value) === 'bytearray') this.call('builtins', 'bytearray', encoded);
    else encoded();
  }

  private device({ type, index }: { readonly type: string; readonly index: number | null }): void {
    this.call('torch', 'device', () => {
      this.text(type);
      if (index !== null) this.integer(index);
    });
  }

  // ── Containers ──

  private array(list: readonly unknown[]): void {
    const origin = originOf(list);
    const items = (): void => this.items(list, [...list.entries()]);
    if (origin === 'tuple') this.tuple(items);
    else if (origin === 'Size') this.call('torch', 'Size', () => this.tuple(items));
    else {
      this.sink.byte(EMPTY_LIST);
      this.remember(list);
      if (list.length > 0) this.filled(items, APPENDS);
    }
  }

  private set(set: ReadonlySet<unknown>): void {
    this.call('builtins', 'set', () => {
      this.sink.byte(EMPTY_LIST);
      if (set.size > 0)
        this.filled(
          () =>
            this.items(
              set,
              [...set].map((item) => [item, item]),
            ),
          APPENDS,
        );
    });
  }

  private items(container: object, items: readonly (readonly [unknown, unknown])[]): void {
    this.descent.within(container, () => {
      for (const [key, item] of items) this.descent.at(key, () => this.value(item, container, key));
    });
  }

  /** Writes a dictionary; the Python types of its entries are remembered for `container`. */
  private map(original: object, container: object, entries: readonly (readonly [unknown, unknown])[]): void {
    const origin = originOf(container);
    const attributes = attributesOf(original);
    const fill = (): void => {
      if (entries.length === 0) return;
      this.filled(() => {
        this.descent.within(original, () => {
          for (const [key, value] of entries) {
            this.descent.at(key, () => {
              this.value(key, null, null);
              this.value(value, container, key);
            });
          }
        });
      }, SETITEMS);
    };
    if (origin === 'Counter') {
      this.call('collections', 'Counter', () => {
        this.sink.byte(EMPTY_DICT);
        fill();
      });
      return;
    }
    // Only an OrderedDict can have attributes.
    if (origin === 'OrderedDict' || attributes) this.call('collections', 'OrderedDict', () => {});
    else this.sink.byte(EMPTY_DICT);
    this.remember(original);
    fill();
    if (!attributes) return;
    this.value(attributes, null, null);
    this.sink.byte(BUILD);
  }

  // ── Parts of tensors ──

  global(module: string, name: string): void {
    this.once(`\0${module}.${name}`, () => {
      this.sink.byte(GLOBAL);
      this.sink.ascii(`${module}\n${name}\n`);
    });
  }

  call(module: string, name: string, args: () => void): void {
    this.global(module, name);
    this.tuple(args);
    this.sink.byte(REDUCE);
  }

  tuple(items: () => void): void {
    const before = this.sink.written;
    this.sink.byte(MARK);
    items();
    if (this.sink.written === before + 1) this.sink.rewrite(before, EMPTY_TUPLE);
    else this.sink.byte(TUPLE);
  }

  numbers(values: readonly number[]): void {
    this.tuple(() => {
      for (const value of values) this.integer(value);
    });
  }

  emptyOrderedDict(): void {
    this.call('collections', 'OrderedDict', () => {});
  }

  persistent(id: () => void): void {
    this.tuple(id);
    this.sink.byte(BINPERSID);
  }

  // ── The memo ──

  private filled(items: () => void, opcode: number): void {
    this.sink.byte(MARK);
    items();
    this.sink.byte(opcode);
  }

  /** Writes a value that the memo does not have yet; otherwise refers to the memo. */
  once(key: unknown, write: () => void): void {
    this.descent.refuseOpen(key);
    const index = this.memo.get(key);
    if (index === undefined) {
      write();
      // Lists and dictionaries are remembered before they are filled.
      if (!this.memo.has(key)) this.remember(key);
    } else if (index < 256) this.sink.byte(code('h'), index);
    else {
      this.sink.ascii('j');
      this.sink.uint32(index);
    }
  }

  private remember(key: unknown): void {
    const index = this.memo.size;
    this.memo.set(key, index);
    if (index < 256) this.sink.byte(code('q'), index);
    else {
      this.sink.ascii('r');
      this.sink.uint32(index);
    }
  }
}

/** The attributes of a Python dictionary, which are non-enumerable properties here. */
function attributesOf(dict: object): Record<string, unknown> | null {
  const metadata = Object.getOwnPropertyDescriptor(dict, '_metadata');
  return metadata && !metadata.enumerable && metadata.value !== undefined ? { _metadata: metadata.value } : null;
}
