// Reads protocol buffers that may be damaged. Each length must lie within its message, nesting and memory are bounded,
// and errors name the field.
import { PbfReader } from 'pbf';
import { FileFormatError } from '../../../torch';

/** The maximum nesting of messages. Each nested control-flow graph adds four levels. */
const DEEPEST = 100;
/** The objects decoded from a file may take this many bytes plus three times the file's size. */
const SPARE = 48 * 2 ** 20;
/** Roughly how many bytes of memory objects take: a message, a string, and a number in a list. */
const COST = { message: 320, text: 48, number: 8 } as const;

const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** Reads one field of a message, given its number. Unknown fields are skipped. */
type ReadField<T> = (field: number, message: T, wire: WireReader) => void;

/** Reads the fields of one file. */
export class WireReader {
  readonly #pbf: PbfReader;
  readonly #bytes: Uint8Array;
  readonly #name: string;
  /** Where the current message ends. */
  #end: number;
  #budget: number;
  /** The wire type of the current field. */
  #type = 0;
  #isRead = false;
  /** The names of the fields that lead to the current one. */
  readonly #path: string[] = [];

  constructor(bytes: Uint8Array, name: string) {
    this.#pbf = new PbfReader(bytes);
    this.#bytes = bytes;
    this.#name = name;
    this.#end = bytes.length;
    this.#budget = 3 * bytes.length + SPARE;
  }

  /** Reads the outermost message, which spans all bytes. */
  root<T>(message: T, read: ReadField<T>): T {
    return this.#fields(message, read);
  }

  /** Reads a message nested in the current one; errors name it by `field`. */
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

  /** A signed integer, exact up to 2^53. */
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

  /** Appends the numbers of a repeated integer field, packed or one by one. */
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

  /** @throws FileFormatError, naming the field */
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

  /** How many numbers there are between here and `end`. */
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

  /** Reads a length, and returns where the bytes that follow it end. */
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
    // A varint has at most ten bytes of seven bits.
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
