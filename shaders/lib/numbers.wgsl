// lib/numbers.wgsl: signs, exponents and neighbours of floats by their bits, greatest common divisors and shifts of integers.
// Uses: lib/math.wgsl

fn numbers_signbit(x: f32) -> bool { return (bitcast<u32>(x) & 0x80000000u) != 0u; }

// |a| with the sign of b.
fn numbers_copysign(a: f32, b: f32) -> f32 {
  return bitcast<f32>((bitcast<u32>(a) & 0x7fffffffu) | (bitcast<u32>(b) & 0x80000000u));
}

// The next float from a towards b. Zeros are told by bits: a comparison may take the smallest numbers for 0.
fn numbers_nextafter(a: f32, b: f32) -> f32 {
  if (math_isnan(a) || math_isnan(b)) { return math_nan(); }
  let from_bits = bitcast<u32>(a);
  let to_bits = bitcast<u32>(b);
  let from_zero = (from_bits & 0x7fffffffu) == 0u;
  if (from_bits == to_bits || (from_zero && (to_bits & 0x7fffffffu) == 0u)) { return b; }
  if (from_zero) { return bitcast<f32>((to_bits & 0x80000000u) | 1u); }
  let opposite = ((from_bits ^ to_bits) & 0x80000000u) != 0u;
  let shrinks = opposite || (to_bits & 0x7fffffffu) < (from_bits & 0x7fffffffu);
  return bitcast<f32>(select(from_bits + 1u, from_bits - 1u, shrinks));
}

// x = m 2^e with ½ ≤ |m| < 1: the exponent e; 0 for zeros, infinities and NaN.
fn numbers_exponent(x: f32) -> i32 {
  let bits = bitcast<u32>(x) & 0x7fffffffu;
  if (bits == 0u || bits >= 0x7f800000u) { return 0; }
  if (bits < 0x00800000u) { return -117 - i32(countLeadingZeros(bits)); }
  return i32(bits >> 23u) - 126;
}

// The fraction m; x itself where there is none.
fn numbers_mantissa(x: f32) -> f32 {
  let bits = bitcast<u32>(x) & 0x7fffffffu;
  if (bits == 0u || bits >= 0x7f800000u) { return x; }
  let low = bits < 0x00800000u;
  let fraction = select(bits, bits << ((countLeadingZeros(bits) - 8u) & 31u), low) & 0x007fffffu;
  return bitcast<f32>((bitcast<u32>(x) & 0x80000000u) | 0x3f000000u | fraction);
}

// NaN only where both are.
fn numbers_fmax(a: f32, b: f32) -> f32 { return select(select(math_max(a, b), a, math_isnan(b)), b, math_isnan(a)); }

fn numbers_fmin(a: f32, b: f32) -> f32 { return select(select(math_min(a, b), a, math_isnan(b)), b, math_isnan(a)); }

fn numbers_gcd_u32(a: u32, b: u32) -> u32 {
  var x = a;
  var y = b;
  while (y != 0u) {
    let rest = x % y;
    x = y;
    y = rest;
  }
  return x;
}

fn numbers_gcd_i32(a: i32, b: i32) -> i32 { return i32(numbers_gcd_u32(u32(abs(a)), u32(abs(b)))); }

fn numbers_lcm_u32(a: u32, b: u32) -> u32 {
  let d = numbers_gcd_u32(a, b);
  if (d == 0u) { return 0u; }
  return a / d * b;
}

fn numbers_lcm_i32(a: i32, b: i32) -> i32 {
  let d = numbers_gcd_i32(a, b);
  if (d == 0) { return 0; }
  return abs(a / d * b);
}

// By negative amounts, or by as many bits as there are: 0, or to the right -1 for negative numbers.
fn numbers_left_i32(a: i32, b: i32, width: u32) -> i32 {
  let by = bitcast<u32>(b);
  return select(a << (by & 31u), 0, by >= width);
}

fn numbers_left_u32(a: u32, b: u32, width: u32) -> u32 { return select(a << (b & 31u), 0u, b >= width); }

fn numbers_right_i32(a: i32, b: i32, width: u32) -> i32 {
  let by = bitcast<u32>(b);
  return select(a >> (by & 31u), select(0, -1, a < 0), by >= width);
}

fn numbers_right_u32(a: u32, b: u32, width: u32) -> u32 { return select(a >> (b & 31u), 0u, b >= width); }
