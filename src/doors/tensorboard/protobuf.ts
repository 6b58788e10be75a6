// Encodes fields of protocol buffers: implements the part of proto3's wire format that event files need.

export type Bytes = readonly number[];

function varint(value: number): number[] {
  if (value < 0) return negativeVarint(value);
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return [...bytes, rest];
}

/** A negative number, encoded as its 64-bit two's complement. */
function negativeVarint(value: number): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return [...bytes, Number(rest)];
}

/** The key of a field: its number, and its wire type. */
const key = (field: number, type: number): number[] => varint(field * 8 + type);

const bytesOf = (size: number, write: (view: DataView) => void): number[] => {
  const view = new DataView(new ArrayBuffer(size));
  write(view);
  return [...new Uint8Array(view.buffer)];
};

/** A message, or bytes, within another message. */
export const nested = (field: number, bytes: ArrayLike<number>): number[] => [
  ...key(field, 2),
  ...varint(bytes.length),
  ...Array.from(bytes),
];

/** A nested message, given by its fields. */
export const message = (field: number, ...fields: readonly Bytes[]): number[] => nested(field, fields.flat());

export const text = (field: number, value: string): number[] => nested(field, new TextEncoder().encode(value));

export const whole = (field: number, value: number): number[] => [...key(field, 0), ...varint(value)];

/** A whole number, omitted if it is 0, as in proto3. */
export const wholeOrNone = (field: number, value: number): number[] => (value === 0 ? [] : whole(field, value));

export const wholes = (field: number, values: readonly number[]): number[] => nested(field, values.flatMap(varint));

export const float = (field: number, value: number): number[] => [
  ...key(field, 5),
  ...bytesOf(4, (view) => view.setFloat32(0, value, true)),
];

export const double = (field: number, value: number): number[] => [
  ...key(field, 1),
  ...bytesOf(8, (view) => view.setFloat64(0, value, true)),
];

/** A double, omitted if it is 0, as in proto3. */
export const doubleOrNone = (field: number, value: number): number[] => (value === 0 ? [] : double(field, value));

export const doubles = (field: number, values: readonly number[]): number[] =>
  nested(field, new Uint8Array(new Float64Array(values).buffer));

export const floats = (field: number, values: readonly number[]): number[] =>
  nested(field, new Uint8Array(new Float32Array(values).buffer));
