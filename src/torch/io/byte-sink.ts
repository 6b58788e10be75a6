// A buffer of bytes that grows as they are written.

export class ByteSink {
  private bytes = new Uint8Array(4096);
  private view = new DataView(this.bytes.buffer);
  private length = 0;

  /** Makes room for n more bytes, and returns their offset. */
  private take(n: number): number {
    const at = this.length;
    this.length += n;
    if (this.length > this.bytes.length) {
      const larger = new Uint8Array(Math.max(2 * this.bytes.length, this.length));
      larger.set(this.bytes.subarray(0, at));
      this.bytes = larger;
      this.view = new DataView(larger.buffer);
    }
    return at;
  }

  byte(...values: number[]): void {
    for (const value of values) {
      const at = this.take(1);
      this.bytes[at] = value;
    }
  }

  private number(
    write: 'setUint16' | 'setUint32' | 'setInt32' | 'setFloat64',
    size: number,
    value: number,
    isLittleEndian = true,
  ): void {
    const at = this.take(size);
    this.view[write](at, value, isLittleEndian);
  }

  uint16(value: number): void {
    this.number('setUint16', 2, value);
  }

  uint32(value: number): void {
    this.number('setUint32', 4, value);
  }

  int32(value: number): void {
    this.number('setInt32', 4, value);
  }

  /** Big-endian, as in pickles. */
  float64(value: number): void {
    this.number('setFloat64', 8, value, false);
  }

  raw(bytes: Uint8Array): void {
    const at = this.take(bytes.length);
    this.bytes.set(bytes, at);
  }

  ascii(text: string): void {
    const at = this.take(text.length);
    for (let i = 0; i < text.length; i++) this.bytes[at + i] = text.charCodeAt(i);
  }

  /** How many bytes have been written. */
  get written(): number {
    return this.length;
  }

  /** Replaces a byte that has been written. */
  rewrite(at: number, value: number): void {
    this.bytes[at] = value;
  }

  /** The bytes written so far. */
  done(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }
}
