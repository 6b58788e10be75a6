// lib/math.wgsl: elementary functions with float32's accuracy on every device, and PyTorch's treatment of NaN.
// WGSL's own exp, log and pow may be off by hundreds of units in the last place, and compilers may assume that NaN does not
// occur: hence NaN is told by its bits here, and the functions are written out. Bounds were measured against float64.

fn math_isnan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }

fn math_isinf(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) == 0x7f800000u; }

// Constants that WGSL does not let one write.
fn math_nan() -> f32 { var bits = 0x7fc00000u; return bitcast<f32>(bits); }

fn math_inf() -> f32 { var bits = 0x7f800000u; return bitcast<f32>(bits); }

fn math_max(a: f32, b: f32) -> f32 { return select(select(max(a, b), b, math_isnan(b)), a, math_isnan(a)); }

fn math_min(a: f32, b: f32) -> f32 { return select(select(min(a, b), b, math_isnan(b)), a, math_isnan(a)); }

fn math_equal(a: f32, b: f32) -> bool { return a == b && !math_isnan(a) && !math_isnan(b); }

// 2^n for -126 ≤ n ≤ 127.
fn math_exp2_whole(n: i32) -> f32 { return bitcast<f32>((n + 127) << 23u); }

// e^x = 2^n e^r with |r| ≤ ln 2 / 2; Taylor to r^7. Relative error < 2e-7.
fn math_exp(x: f32) -> f32 {
  let t = clamp(x, -104.0, 89.0); // beyond lie 0 and infinity
  let n = round(t * 1.44269504);
  let r = fma(n, 2.12194440e-4, fma(n, -0.693359375, t)); // ln 2 in two parts, so that r keeps its low digits
  let p = fma(r, fma(r, fma(r, fma(r, fma(r, fma(r, fma(r, 1.98412698e-4, 1.38888889e-3), 8.33333333e-3), 4.16666667e-2), 1.66666667e-1), 0.5), 1.0), 1.0);
  let whole = i32(n);
  let half = whole >> 1u;
  return select(p * math_exp2_whole(half) * math_exp2_whole(whole - half), x, math_isnan(x));
}

// e^x - 1. Taylor to x^9 for |x| < 0.5.
fn math_expm1(x: f32) -> f32 {
  let p = fma(x, fma(x, fma(x, fma(x, fma(x, fma(x, fma(x, fma(x, 2.75573192e-6, 2.48015873e-5), 1.98412698e-4), 1.38888889e-3), 8.33333333e-3), 4.16666667e-2), 1.66666667e-1), 0.5), 1.0);
  return select(math_exp(x) - 1.0, x * p, abs(x) < 0.5);
}

// 2 artanh(s) for |s| ≤ 1/3, by its series to s^15.
fn math_log_series(s: f32) -> f32 {
  let t = s * s;
  let p = fma(t, fma(t, fma(t, fma(t, fma(t, fma(t, fma(t, 0.133333333, 0.153846154), 0.181818182), 0.222222222), 0.285714286), 0.4), 0.666666667), 2.0);
  return s * p;
}

// ln x = e ln 2 + ln m with m in [√½, √2). Relative error < 2e-7.
fn math_log(x: f32) -> f32 {
  let bits = bitcast<u32>(x);
  let normal = bits >= 0x00800000u && bits < 0x7f800000u;
  let shifted = bits + 0x004afb0du; // carries into the exponent from √2 upwards
  let e = f32(i32(shifted >> 23u) - 127);
  let m = bitcast<f32>((shifted & 0x007fffffu) + 0x3f3504f3u);
  let y = fma(e, 0.693147181, math_log_series((m - 1.0) / (m + 1.0)));
  if (normal) { return y; }
  if (math_isnan(x)) { return x; }
  if ((bits & 0x7fffffffu) == 0u) { return -math_inf(); }
  if (bits > 0x80000000u) { return math_nan(); }
  if (bits == 0x7f800000u) { return x; }
  return log(x);
}

// ln(1 + x).
fn math_log1p(x: f32) -> f32 {
  if (abs(x) < 0.5) { return math_log_series(x / (2.0 + x)); }
  return math_log(1.0 + x);
}

// Beyond 9.01 float32's tanh is ±1.
fn math_tanh(x: f32) -> f32 {
  let e = math_expm1(2.0 * min(abs(x), 9.01));
  let y = select(e / (e + 2.0), 1.0, abs(x) > 9.01);
  return select(select(y, -y, x < 0.0), x, math_isnan(x));
}

fn math_sigmoid(x: f32) -> f32 {
  let e = math_exp(-abs(x));
  return select(1.0, e, x < 0.0) / (1.0 + e);
}

// ln(1 + e^x)
fn math_softplus(x: f32) -> f32 { return math_max(x, 0.0) + math_log1p(math_exp(-abs(x))); }

// max(x, 0): the bits of the negative numbers are a range, which leaves NaN out.
fn math_relu(x: f32) -> f32 { return select(x, 0.0, bitcast<u32>(x) - 0x80000000u <= 0x7f800000u); }

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
  let odd = whole && abs(y) < 16777216.0 && (u32(abs(y)) & 1u) == 1u;
  return select(magnitude, -magnitude, x < 0.0 && odd);
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

// The remainder with the sign of a. The quotient may be off by one, which shows in the remainder.
fn math_fmod(a: f32, b: f32) -> f32 {
  if (math_isinf(b) && !math_isinf(a)) { return a; }
  let q = trunc(a / b);
  // a - q b in parts of 12 bits, whose products are exact.
  let q_high = bitcast<f32>(bitcast<u32>(q) & 0xfffff000u);
  let b_high = bitcast<f32>(bitcast<u32>(b) & 0xfffff000u);
  let r = ((a - q_high * b_high) - q_high * (b - b_high) - (q - q_high) * b_high) - (q - q_high) * (b - b_high);
  let step = select(abs(b), -abs(b), a < 0.0);
  if (r != 0.0 && (r < 0.0) != (a < 0.0)) { return r + step; }
  return select(r, r - step, abs(r) >= abs(b));
}

fn math_remainder_f32(a: f32, b: f32) -> f32 {
  let r = math_fmod(a, b);
  return select(r, r + b, r != 0.0 && (r < 0.0) != (b < 0.0));
}

fn math_floor_div_f32(a: f32, b: f32) -> f32 {
  if (b == 0.0) { return a / b; }
  let r = math_fmod(a, b);
  let q = round((a - r) / b);
  return select(q, q - 1.0, r != 0.0 && (r < 0.0) != (b < 0.0));
}

fn math_floor_div_u32(a: u32, b: u32) -> u32 { return a / b; }

fn math_floor_div_i32(a: i32, b: i32) -> i32 {
  let q = a / b;
  return select(q, q - 1, a % b != 0 && ((a < 0) != (b < 0)));
}

fn math_remainder_u32(a: u32, b: u32) -> u32 { return a % b; }

fn math_remainder_i32(a: i32, b: i32) -> i32 {
  let r = a % b;
  return select(r, r + b, r != 0 && ((r < 0) != (b < 0)));
}
