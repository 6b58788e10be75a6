// Reading protocol buffers that may be damaged: every length within its message, nesting and memory bounded, and errors that name the field.
import { PbfReader } from 'pbf';
import { FileFormatError } from '../../../torch';

/** Messages within messages. Graphs of control flow nest by four each. */
const DEEPEST = 100;
/** What the objects of a file may take beside three times its size; in bytes. */
const SPARE = 48 * 2 ** 20;
/** About what objects take in memory: a message, a text, and a number of a list. */
const COST = { message: 320, text: 48, number: 8 } as const;

const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** Reads one field of a message, whose number it is given; false for one that it does not know. */
type ReadField<T> = (field: number, message: T, wire: WireReader) => void;

/** The fields of one file. */
export class WireReader {
  readonly #pbf: PbfReader;
  readonly #bytes: Uint8Array;
  readonly #name: string;
  /** Where the message ends that is being read. */
  #end: number;
  #budget: number;
  /** The type of the field that is being read. */
  #type = 0;
  #isRead = false;
  /** The fields that lead to the one that is being read. */
  readonly #path: string[] = [];

  constructor(bytes: Uint8Array, name: string) {
    this.#pbf = new PbfReader(bytes);
    this.#bytes = bytes;
    this.#name = name;
    this.#end = bytes.length;
    this.#budget = 3 * bytes.length + SPARE;
  }

  /** The fields of the message that all bytes are. */
  root<T>(message: T, read: ReadField<T>): T {
    return this.#fields(message, read);
  }

  /** A message within the present one; errors name it by `field`. */
  message<T>(field: string, message: T, read: ReadField<T>): T {
    this.#path.push(field);
    if (this.#path.length > DEEPEST) this.fail(`expected messages nested at most ${DEEPEST} deep`);
    this.#spend(COST.message);
    const end = this.#length();
    const outer = this.#end;
    this.#end = end;
    this.#fields(message, read);
    this.#end = outer;
    this.#path.pop();
    return message;
  }

  /** A whole number, signed, exact up to 2^53. */
  int(field: string): number {
    return this.#named(field, () => {
      this.#expect(WIRE.varint);
      return this.#varint();
    });
  }

  float(field: string): number {
    return this.#named(field, () => {
      this.#expect(WIRE.fixed32);
      this.#within(4);
      return this.#pbf.readFloat();
    });
  }

  text(field: string): string {
    return new TextDecoder().decode(this.bytes(field));
  }

  /** A view of the file. */
  bytes(field: string): Uint8Array {
    return this.#named(field, () => {
      this.#spend(COST.text);
      const end = this.#length();
      const bytes = this.#bytes.subarray(this.#pbf.pos, end);
      this.#pbf.pos = end;
      return bytes;
    });
  }

  /** Adds the numbers of a repeated field of whole numbers, packed or one by one. */
  ints(field: string, list: number[]): void {
    this.#numbers(field, WIRE.varint, list, () => this.#varint());
  }

  floats(field: string, list: number[]): void {
    this.#numbers(field, WIRE.fixed32, list, () => {
      this.#within(4);
      return this.#pbf.readFloat();
    });
  }

  doubles(field: string, list: number[]): void {
    this.#numbers(field, WIRE.fixed64, list, () => {
      this.#within(8);
      return this.#pbf.readDouble();
    });
  }

  /** @throws FileFormatError that names the field */
  fail(message: string): never {
    const path = this.#path.length > 0 ? ` in ${this.#path.join('.')}` : '';
    throw new FileFormatError(`${this.#name}: ${message}${path}, at byte ${this.#pbf.pos}; the file is damaged`);
  }

  #fields<T>(message: T, read: ReadField<T>): T {
    const pbf = this.#pbf;
    while (pbf.pos < this.#end) {
      const tag = this.#varint();
      const field = Math.floor(tag / 8);
      this.#type = tag & 7;
      if (field < 1 || field > 2 ** 29) this.fail('expected the number of a field');
      this.#isRead = false;
      read(field, message, this);
      if (!this.#isRead) this.#skip();
    }
    return message;
  }

  #named<T>(field: string, read: () => T): T {
    this.#path.push(field);
    const value = read();
    this.#path.pop();
    return value;
  }

  #numbers(field: string, wire: number, list: number[], read: () => number): void {
    this.#named(field, () => {
      if (this.#type !== WIRE.bytes) {
        this.#expect(wire);
        this.#spend(COST.number);
        list.push(read());
        return;
      }
      const end = this.#length();
      const outer = this.#end;
      this.#end = end;
      this.#spend(COST.number * this.#count(wire, end));
      while (this.#pbf.pos < end) list.push(read());
      this.#end = outer;
    });
  }

  /** How many numbers stand between here and `end`. */
  #count(wire: number, end: number): number {
    if (wire !== WIRE.varint) return Math.ceil((end - this.#pbf.pos) / (wire === WIRE.fixed32 ? 4 : 8));
    let count = 0;
    for (let at = this.#pbf.pos; at < end; at++) if (this.#bytes[at]! < 0x80) count++;
    return count;
  }

  #expect(wire: number): void {
    if (this.#type !== wire) this.fail(`expected a field of wire type ${wire}, but got ${this.#type}`);
    this.#isRead = true;
  }

  /** Reads a length, and gives where the bytes end that it stands before. */
  #length(): number {
    this.#expect(WIRE.bytes);
    const length = this.#varint();
    const end = this.#pbf.pos + length;
    if (!(length >= 0 && end <= this.#end)) {
      this.fail(`expected at most ${this.#end - this.#pbf.pos} bytes, but got a length of ${length}`);
    }
    return end;
  }

  #varint(): number {
    // Ten bytes of seven bits are the longest.
    const last = Math.min(this.#end, this.#pbf.pos + 10);
    for (let at = this.#pbf.pos; at < last; at++) {
      if (this.#bytes[at]! < 0x80) return this.#pbf.readVarint(true);
    }
    return this.fail('expected a whole number, but it does not end');
  }

  #within(bytes: number): void {
    if (this.#pbf.pos + bytes > this.#end) this.fail(`expected ${bytes} bytes, but the message ends before`);
  }

  #skip(): void {
    if (this.#type === WIRE.varint) this.#varint();
    else if (this.#type === WIRE.bytes) this.#pbf.pos = this.#length();
    else if (this.#type === WIRE.fixed32 || this.#type === WIRE.fixed64) {
      const bytes = this.#type === WIRE.fixed32 ? 4 : 8;
      this.#within(bytes);
      this.#pbf.pos += bytes;
    } else this.fail(`expected a known wire type, but got ${this.#type}`);
  }

  #spend(bytes: number): void {
    this.#budget -= bytes;
    if (this.#budget < 0) {
      this.fail('expected messages that need memory in proportion to the file, but they need far more');
    }
  }
}
