// float16 on the host: converts numbers to and from the bits of IEEE 754 binary16, since not every runtime has
// Float16Array.

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/**
 * The bits of the float16 that is nearest to a number, which is rounded to float32 first. Ties go to the even float16.
 * Numbers that would round beyond 65504 become infinity.
 */
export function toHalf(value: number): number {
  float[0] = value;
  const size = bits[0]! & 0x7fffffff;
  const sign = (bits[0]! >>> 16) & 0x8000;
  if (size > 0x7f800000) return sign | 0x7e00;
  if (size >= 0x47800000) return sign | 0x7c00;
  // Below 2⁻¹⁴, a float16 is a multiple of 2⁻²⁴, and its bits are the factor.
  if (size < 0x38800000) return sign | roundEven(Math.abs(float[0]!) * 2 ** 24);
  return sign | ((size - 0x38000000 + 0xfff + ((size >>> 13) & 1)) >>> 13);
}

function roundEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}

/** The number that 16 bits represent: 1 sign bit, 5 exponent bits (bias 15) and 10 fraction bits. */
export function fromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Rounds a number to the nearest float16. */
export const roundToHalf = (value: number): number => fromHalf(toHalf(value));

/**
 * Converts numbers to float16. An odd count is padded with one element, so that the result fills whole 32-bit words.
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
