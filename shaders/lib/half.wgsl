// half.wgsl: numbers as float16 holds them, computed in float32. Devices may convert by any rounding, and compilers drop conversions there and back.
// Source: IEEE 754-2019, §4.3.1 (to nearest, ties to even) and table 3.5 (binary16: 11 bits of precision, least step 2⁻²⁴, most 65504).

// The float16 nearest to a number; NaN and infinities as they are.
fn half_nearest(value: f32) -> f32 {
  let bits = bitcast<u32>(value);
  let size = bits & 0x7fffffffu;
  if (size >= 0x7f800000u) { return value; }
  if (size < 0x38800000u) { return round(value * 16777216.0) * 5.9604644775390625e-8; }
  let rounded = (size + 0xfffu + ((size >> 13u) & 1u)) & 0xffffe000u;
  return bitcast<f32>((bits & 0x80000000u) | select(rounded, 0x7f800000u, rounded > 0x477fe000u));
}
