// The JSON text that describes the values around a checkpoint's tensors. A safetensors file holds it in its
// metadata.
import { ArgumentError, FileFormatError } from '../../engine/core/errors';
import { device } from '../../engine/storage/device';
import type { Tensor } from '../tensor/tensor';
import { type OriginKind, originOf, setOrigin, setSlot, slotOf } from './pickle/origins';
import { Descent, entriesOf, savable } from './savable';

/** The key of the JSON text in a file's metadata. */
export const STRUCTURE = 'lamplight.structure';

/**
 * A value in the JSON text. Null, booleans, texts and numbers are written as they are, and anything else as an object
 * with one name: `t` a tensor by its name, `f` a float, `i` an integer of any size, `y` a dtype, `v` a device, `b`
 * bytes in hexadecimal, `l` a list, `s` a set, `d` an object and `m` a Map as pairs, `r` an earlier container by its
 * number. A second name, `k`, gives the value's type in Python.
 */
type Node = null | boolean | number | string | Node[] | { [name: string]: Node };

const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** The JSON text, and the tensors by the names that it gives them. */
export function writeStructure(root: unknown): { text: string; tensors: Map<string, Tensor> } {
  const writer = new Writer();
  const node = writer.node(root, null, null);
  return { text: JSON.stringify(node), tensors: writer.tensors };
}

class Writer {
  readonly tensors = new Map<string, Tensor>();
  private readonly names = new Map<Tensor, string>();
  private readonly numbers = new Map<object, number>();
  private readonly descent = new Descent();

  node(value: unknown, container: object | null, key: unknown): Node {
    const known = savable(value, this.descent.path);
    const slot = container === null ? undefined : slotOf(container, key);
    switch (known.kind) {
      case 'null':
        return null;
      case 'boolean':
        return known.value;
      case 'string':
        return slot === 'dtype' ? { y: known.value } : known.value;
      case 'number': {
        const plain = Number.isFinite(known.value) && !Object.is(known.value, -0) && slot !== 'float';
        return plain ? known.value : { f: Object.is(known.value, -0) ? '-0' : String(known.value) };
      }
      case 'bigint':
        return { i: String(known.value) };
      case 'device':
        return { v: String(known.value) };
      case 'tensor':
        return { t: this.name(known.value) };
      case 'bytes':
        return this.once(known.value, () => ({ b: hexOf(known.value) }));
      case 'array':
        return this.once(known.value, () => ({ l: this.nodes(known.value, [...known.value.entries()]) }));
      case 'set':
        return this.once(known.value, () => ({
          s: this.nodes(
            known.value,
            [...known.value].map((item) => [item, item] as const),
          ),
        }));
      case 'map':
        return this.once(known.value, () => ({ m: this.pairs(known.value, [...known.value]) }));
      case 'object':
        return this.once(known.value, () => ({ d: this.pairs(known.value, entriesOf(known.value)) }));
    }
  }

  /** Writes a container with its type in Python, or its number if it was written before. */
  private once(container: object, write: () => { [name: string]: Node }): Node {
    const number = this.numbers.get(container);
    if (number !== undefined) return { r: number };
    const node: { [name: string]: Node } = {};
    this.descent.within(container, () => {
      Object.assign(node, write());
    });
    const kind = originOf(container);
    if (kind) node.k = kind;
    // A container gets its number once it is complete, as in the reader.
    this.numbers.set(container, this.numbers.size);
    return node;
  }

  private nodes(container: object, items: readonly (readonly [unknown, unknown])[]): Node[] {
    return items.map(([key, item]) => {
      let node: Node = null;
      this.descent.at(key, () => {
        node = this.node(item, container, key);
      });
      return node;
    });
  }

  private pairs(container: object, entries: readonly (readonly [unknown, unknown])[]): Node[] {
    const values = this.nodes(container, entries);
    return entries.flatMap(([key], i) => [this.node(key, null, null), values[i]!]);
  }

  private name(tensor: Tensor): string {
    const known = this.names.get(tensor);
    if (known !== undefined) return known;
    const path = this.descent.path.join('.') || 'tensor';
    let name = path;
    for (let i = 2; this.tensors.has(name) || name === '__metadata__'; i++) name = `${path}:${i}`;
    this.names.set(tensor, name);
    this.tensors.set(name, tensor);
    return name;
  }
}

/** The maximum depth; `torch.save` writes fewer levels. */
const DEEPEST = 1000;

const kinds: ReadonlySet<unknown> = new Set<OriginKind>([
  'tuple',
  'Size',
  'OrderedDict',
  'Counter',
  'frozenset',
  'bytearray',
  'integer keys',
]);

/** The placeholder for a value that is not wanted. */
const left = Symbol('left out');

/**
 * The value that a text describes, with the tensors by their names; if `only` is given, dictionaries keep only the
 * entries whose names begin with one of its strings.
 *
 * @throws FileFormatError if the text is damaged, ArgumentError if none of it is wanted
 */
export function readStructure(
  text: string,
  tensors: ReadonlyMap<string, Tensor>,
  name: string,
  only: readonly string[] | null,
): unknown {
  const reader = new StructureReader(tensors, name, only);
  let node: Node;
  try {
    node = JSON.parse(text) as Node;
  } catch (cause) {
    throw new FileFormatError(`${name}: expected JSON in ${STRUCTURE}, but it does not parse`, { cause });
  }
  const value = reader.value(node, only === null, '', 0);
  if (value !== left) return value;
  throw new ArgumentError(
    `torch.load: expected 'only' to be the beginning of names in ${name}, but no name begins like that`,
  );
}

class StructureReader {
  private readonly made: object[] = [];

  constructor(
    private readonly tensors: ReadonlyMap<string, Tensor>,
    private readonly file: string,
    private readonly only: readonly string[] | null,
  ) {}

  private fail(problem: string): never {
    throw new FileFormatError(`${this.file}: expected sound JSON in ${STRUCTURE}, but ${problem}`);
  }

  /** Reads a value. If `whole`, all of it is wanted; otherwise only the parts that `only` names. */
  value(node: Node, whole: boolean, path: string, depth: number): unknown {
    if (depth > DEEPEST) this.fail(`it is nested deeper than ${DEEPEST} levels`);
    if (node === null || typeof node !== 'object') return whole ? node : left;
    if (Array.isArray(node)) return this.fail('a list is not marked as one');
    if ('d' in node) return this.object(node, whole, path, depth);
    if (!whole) {
      // Values that are left out are numbered, too.
      if ('l' in node || 'm' in node || 's' in node || 'b' in node) this.skip(node, depth);
      return left;
    }
    const [kind] = Object.keys(node);
    const content = node[kind!]!;
    switch (kind) {
      case 't':
        return this.tensors.get(String(content)) ?? this.fail(`tensor ${JSON.stringify(content)} is not there`);
      case 'f':
        return Number(content);
      case 'i':
        return /^-?\d{1,4300}$/.test(String(content)) ? BigInt(String(content)) : this.fail('an integer is malformed');
      case 'y':
        return String(content);
      case 'v':
        return this.device(String(content));
      case 'r':
        return this.made[Number(content)] ?? this.fail('a reference leads nowhere');
      case 'b':
        return this.keep(this.bytes(String(content)), node);
      case 'l':
        return this.keep(this.list(this.nodesIn(content), path, depth), node);
      case 's':
        return this.keep(new Set(this.list(this.nodesIn(content), path, depth)), node);
      case 'm':
        return this.keep(this.map(this.nodesIn(content), path, depth), node);
      default:
        return this.fail(`${JSON.stringify(kind)} is not a known kind`);
    }
  }

  private keep<T extends object>(made: T, node: { [name: string]: Node }): T {
    if (kinds.has(node.k)) setOrigin(made, node.k as OriginKind);
    this.made.push(made);
    return made;
  }

  private skip(node: { [name: string]: Node }, depth: number): void {
    const content = Object.values(node)[0];
    if (Array.isArray(content)) for (const item of content) this.value(item, false, '', depth + 1);
    this.made.push({});
  }

  private nodesIn(content: Node): Node[] {
    return Array.isArray(content) ? content : this.fail('a container has no contents');
  }

  private device(text: string): unknown {
    try {
      return device(text as 'cpu');
    } catch {
      return this.fail(`${JSON.stringify(text)} is not a device`);
    }
  }

  private bytes(text: string): Uint8Array {
    const pairs = text.match(/../g) ?? [];
    if (!/^([\da-f]{2})*$/.test(text)) this.fail('bytes are not hexadecimal');
    return Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16));
  }

  private list(nodes: readonly Node[], path: string, depth: number): unknown[] {
    const values = nodes.map((node, i) => this.value(node, true, `${path}.${i}`, depth + 1));
    nodes.forEach((node, i) => {
      markSlot(values, i, node);
    });
    return values;
  }

  private map(nodes: readonly Node[], path: string, depth: number): Map<unknown, unknown> {
    if (nodes.length % 2 !== 0) this.fail('a key has no value');
    const made = new Map<unknown, unknown>();
    // The writer numbers values before keys.
    const values = nodes.filter((_, i) => i % 2 === 1).map((node) => this.value(node, true, path, depth + 1));
    values.forEach((value, i) => {
      const key = this.value(nodes[2 * i]!, true, path, depth + 1);
      made.set(key, value);
      markSlot(made, key, nodes[2 * i + 1]!);
    });
    return made;
  }

  private object(node: { [name: string]: Node }, whole: boolean, path: string, depth: number): unknown {
    const nodes = this.nodesIn(node.d!);
    if (nodes.length % 2 !== 0) this.fail('a key has no value');
    const entries: [string, unknown, Node][] = [];
    for (let i = 0; i < nodes.length; i += 2) {
      const key = String(nodes[i]);
      const full = path === '' ? key : `${path}.${key}`;
      const wanted = whole || this.only!.some((start) => full.startsWith(start));
      const value = this.value(nodes[i + 1]!, wanted, full, depth + 1);
      if (value !== left) entries.push([key, value, nodes[i + 1]!]);
    }
    // Object.fromEntries makes every name an own property, even `__proto__`.
    const made = Object.fromEntries(entries);
    for (const [key, , value] of entries) markSlot(made, key, value);
    this.keep(made, node);
    return whole || entries.length > 0 ? made : left;
  }
}

function markSlot(container: object, key: unknown, node: Node): void {
  if (node === null || typeof node !== 'object' || Array.isArray(node)) return;
  if ('f' in node) setSlot(container, key, 'float');
  else if ('y' in node) setSlot(container, key, 'dtype');
}
