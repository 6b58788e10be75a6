// float16 on the host: IEEE 754 binary16 as bits, to and from numbers. Not every runtime has Float16Array.

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/**
 * The bits of the float16 that is nearest to a number as float32; of two that are equally near, the even one. Beyond
 * 65504 it is infinity.
 */
export function toHalf(value: number): number {
  float[0] = value;
  const size = bits[0]! & 0x7fffffff;
  const sign = (bits[0]! >>> 16) & 0x8000;
  if (size > 0x7f800000) return sign | 0x7e00;
  if (size >= 0x47800000) return sign | 0x7c00;
  // Below 2⁻¹⁴, float16 numbers are multiples of 2⁻²⁴, and their bits are the multiple itself.
  if (size < 0x38800000) return sign | roundEven(Math.abs(float[0]!) * 2 ** 24);
  return sign | ((size - 0x38000000 + 0xfff + ((size >>> 13) & 1)) >>> 13);
}

function roundEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}

/** The number that 16 bits stand for: 1 of sign, 5 of exponent (bias 15) and 10 of fraction. */
export function fromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The float16 number that is nearest to a number. */
export const roundToHalf = (value: number): number => fromHalf(toHalf(value));

/**
 * Converts numbers to float16. If their number is odd, an element is added, so that they fill whole words of 32 bits.
 */
export function toHalves(numbers: ArrayLike<number>): Uint16Array {
  const halves = new Uint16Array(2 * Math.ceil(numbers.length / 2));
  for (let i = 0; i < numbers.length; i++) halves[i] = toHalf(numbers[i]!);
  return halves;
}

/** The first `count` float16 numbers of a buffer. */
export function fromHalves(buffer: ArrayBuffer, count: number): Float32Array {
  return Float32Array.from(new Uint16Array(buffer, 0, count), fromHalf);
}
