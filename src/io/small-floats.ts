// Floats of 8 and 16 bits in files, as numbers.

const scratch = new DataView(new ArrayBuffer(4));

/** bfloat16 is the upper half of a float32. */
export function bfloat16(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}

/** `e4m3`: four bits of exponent, three of fraction. `fn`: no infinities. `uz`: no negative zero, whose bits are NaN. */
export type Float8 = 'e4m3fn' | 'e5m2' | 'e4m3fnuz' | 'e5m2fnuz' | 'e8m0fnu';

/** Bits of the fraction, and the bias of the exponent. */
const layouts: Record<Exclude<Float8, 'e8m0fnu'>, readonly [fraction: number, bias: number]> = {
  e4m3fn: [3, 7],
  e5m2: [2, 15],
  e4m3fnuz: [3, 8],
  e5m2fnuz: [2, 16],
};

const tables = new Map<Float8, Float32Array>();

/** The number of eight bits. Source: OCP 8-bit Floating Point Specification 1.0; arXiv:2206.02915 for `fnuz`. */
export function float8(bits: number, kind: Float8): number {
  let table = tables.get(kind);
  if (!table) {
    table = Float32Array.from({ length: 256 }, (_, byte) => decoded(byte, kind));
    tables.set(kind, table);
  }
  return table[bits]!;
}

function decoded(byte: number, kind: Float8): number {
  if (kind === 'e8m0fnu') return byte === 255 ? Number.NaN : 2 ** (byte - 127);
  if (kind.endsWith('fnuz') && byte === 0x80) return Number.NaN;
  if (kind === 'e4m3fn' && (byte & 0x7f) === 0x7f) return Number.NaN;
  const [fractionBits, bias] = layouts[kind];
  const sign = byte & 0x80 ? -1 : 1;
  const exponent = (byte & 0x7f) >> fractionBits;
  const fraction = (byte & ((1 << fractionBits) - 1)) / (1 << fractionBits);
  if (kind === 'e5m2' && exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias));
}
