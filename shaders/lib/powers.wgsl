// lib/powers.wgsl: powers, remainders and whole quotients, as PyTorch has them.
// Uses: lib/math.wgsl.

// x^y. Whole exponents up to 64 by repeated squaring, others by e^(y ln |x|) with the sign that a whole y gives.
fn math_pow_f32(x: f32, y: f32) -> f32 {
  if (y == 0.0 || x == 1.0) { return 1.0; }
  if (math_isnan(x) || math_isnan(y)) { return math_nan(); }
  if (abs(y) == 0.5) { return select(sqrt(x), 1.0 / sqrt(x), y < 0.0); }
  let whole = floor(y) == y;
  if (whole && abs(y) <= 64.0) {
    var n = u32(abs(y));
    var square = x;
    var result = 1.0;
    loop {
      if ((n & 1u) == 1u) { result *= square; }
      n >>= 1u;
      if (n == 0u) { break; }
      square *= square;
    }
    return select(result, 1.0 / result, y < 0.0);
  }
  if (x < 0.0 && !whole && !math_isinf(x)) { return math_nan(); }
  if (abs(x) == 1.0 && math_isinf(y)) { return 1.0; }
  let magnitude = math_exp(y * math_log(abs(x)));
  let odd = whole & (abs(y) < 16777216.0) & ((u32(abs(y)) & 1u) == 1u);
  return select(magnitude, -magnitude, (x < 0.0) & odd);
}

// x^y of two tensors: as C's pow has it, the roots of -0 and -infinity have no sign.
fn math_power_f32(x: f32, y: f32) -> f32 {
  return math_pow_f32(select(x, abs(x), (abs(y) == 0.5) & ((x == 0.0) | math_isinf(x))), y);
}

fn math_pow_u32(x: u32, y: u32) -> u32 {
  var n = y;
  var square = x;
  var result = 1u;
  while (n != 0u) {
    if ((n & 1u) == 1u) { result *= square; }
    square *= square;
    n >>= 1u;
  }
  return result;
}

// A negative whole exponent leaves only ±1 and 0 other than 0.
fn math_pow_i32(x: i32, y: i32) -> i32 {
  if (y < 0) {
    if (x == 1) { return 1; }
    return select(0, select(1, -1, (y & 1) != 0), x == -1);
  }
  return bitcast<i32>(math_pow_u32(bitcast<u32>(x), u32(y)));
}

fn math_power_u32(x: u32, y: u32) -> u32 { return math_pow_u32(x, y); }

fn math_power_i32(x: i32, y: i32) -> i32 { return math_pow_i32(x, y); }

// The remainder with the sign of a. The quotient may be off by one, which shows in the remainder.
fn math_fmod(a: f32, b: f32) -> f32 {
  let q = trunc(a / b);
  // a - q b in parts of 12 bits, whose products are exact.
  let q_high = bitcast<f32>(bitcast<u32>(q) & 0xfffff000u);
  let b_high = bitcast<f32>(bitcast<u32>(b) & 0xfffff000u);
  let r = ((a - q_high * b_high) - q_high * (b - b_high) - (q - q_high) * b_high) - (q - q_high) * (b - b_high);
  let step = select(abs(b), -abs(b), a < 0.0);
  let near = select(r, r - step, abs(r) >= abs(b));
  let whole = select(near, r + step, (r != 0.0) & ((r < 0.0) != (a < 0.0)));
  return select(whole, a, math_isinf(b) & !math_isinf(a));
}

fn math_remainder_f32(a: f32, b: f32) -> f32 {
  let r = math_fmod(a, b);
  return select(r, r + b, (r != 0.0) & ((r < 0.0) != (b < 0.0)));
}

fn math_floor_div_f32(a: f32, b: f32) -> f32 {
  let r = math_fmod(a, b);
  let q = round((a - r) / b);
  let below = select(q, q - 1.0, (r != 0.0) & ((r < 0.0) != (b < 0.0)));
  return select(below, a / b, b == 0.0);
}

fn math_floor_div_u32(a: u32, b: u32) -> u32 { return a / b; }

fn math_floor_div_i32(a: i32, b: i32) -> i32 {
  let q = a / b;
  return select(q, q - 1, (a % b != 0) & ((a < 0) != (b < 0)));
}

fn math_remainder_u32(a: u32, b: u32) -> u32 { return a % b; }

fn math_remainder_i32(a: i32, b: i32) -> i32 {
  let r = a % b;
  return select(r, r + b, (r != 0) & ((r < 0) != (b < 0)));
}
