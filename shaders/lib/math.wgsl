// lib/math.wgsl: elementary functions with float32's accuracy on every device, and PyTorch's treatment of NaN.
// WGSL's own exp, log and pow may be off by hundreds of units in the last place, and compilers may assume that NaN does not
// occur: hence NaN is told by its bits here, and the functions are written out. Bounds were measured against float64.

// On processors' vectors min, max, clamp, round and conversions to integers cost many instructions, shifts too; comparisons with
// select, products and the integers' own arithmetic cost one or two. So the common functions are made of those, without branches.
// `&&` is a branch too, and where many of them follow one another SwiftShader does not end compiling: hence `&`.

fn math_isnan(x: f32) -> bool { return (bitcast<i32>(x) & 0x7fffffff) > 0x7f800000; }

fn math_isinf(x: f32) -> bool { return (bitcast<i32>(x) & 0x7fffffff) == 0x7f800000; }

// Constants that WGSL does not let one write.
fn math_nan() -> f32 { var bits = 0x7fc00000u; return bitcast<f32>(bits); }

fn math_inf() -> f32 { var bits = 0x7f800000u; return bitcast<f32>(bits); }

fn math_max(a: f32, b: f32) -> f32 { return select(select(select(b, a, a > b), b, math_isnan(b)), a, math_isnan(a)); }

fn math_min(a: f32, b: f32) -> f32 { return select(select(select(b, a, a < b), b, math_isnan(b)), a, math_isnan(a)); }

fn math_equal(a: f32, b: f32) -> bool { return (a == b) & !math_isnan(a) & !math_isnan(b); }

// The whole number nearest to x, for |x| < 2^21: added to 1.5 · 2^23, it is in the low bits of the sum.
fn math_whole(x: f32) -> i32 { return bitcast<i32>(x + 12582912.0) - 0x4b400000; }

// 2^n for -126 ≤ n ≤ 127; 0 for n = -127.
fn math_exp2_whole(n: i32) -> f32 { return bitcast<f32>(n * 0x00800000 + 0x3f800000); }

// e^r - 1 for |r| ≤ ln 2 / 2: polynomial of least relative error in e^r, 3e-9 (Remez).
fn math_expm1_near(r: f32) -> f32 {
  return fma(r * r, fma(r, fma(r, fma(r, fma(r, 1.381454e-3, 8.368745e-3), 4.166839e-2), 1.6666521e-1), 0.49999994), r);
}

// x - n ln 2, with ln 2 in two parts so that it keeps its low digits.
fn math_exp_rest(x: f32, n: i32) -> f32 {
  return fma(f32(n), 2.12194440e-4, fma(f32(n), -0.693359375, x));
}

// p 2^n for 0.7 ≤ p ≤ 1.5 and -252 ≤ n ≤ 254, in two steps.
fn math_scale(p: f32, n: i32) -> f32 {
  let half = math_whole(0.5 * f32(n));
  return p * math_exp2_whole(half) * math_exp2_whole(n - half);
}

// e^x = 2^n e^r with |r| ≤ ln 2 / 2. Relative error < 2e-7.
fn math_exp(x: f32) -> f32 {
  let t = select(select(x, 89.0, x > 89.0), -104.0, x < -104.0); // beyond lie infinity and 0
  let n = math_whole(t * 1.44269504);
  return select(math_scale(1.0 + math_expm1_near(math_exp_rest(t, n)), n), x, math_isnan(x));
}

// e^x for x ≤ 0; 0 below -87.7, where e^x is no normal number.
fn math_exp_below(x: f32) -> f32 {
  let t = select(x, -88.0, x < -88.0);
  let n = math_whole(t * 1.44269504);
  let scale = math_exp2_whole(n);
  return select(fma(scale, math_expm1_near(math_exp_rest(t, n)), scale), x, math_isnan(x));
}

// ½ (e^x - 1) for x ≥ -20, and infinity from 88.73 on; NaN for NaN as far as the hardware has it.
fn math_half_expm1(x: f32) -> f32 {
  let t = select(x, 89.0, x > 89.0);
  let n = math_whole(t * 1.44269504);
  let half = math_exp2_whole(n - 1);
  return fma(half, math_expm1_near(math_exp_rest(t, n)), half - 0.5);
}

// e^x - 1. Relative error < 3e-7.
fn math_expm1(x: f32) -> f32 {
  return select(2.0 * math_half_expm1(select(x, -20.0, x < -20.0)), x, math_isnan(x));
}

// 2 artanh(s) for |s| ≤ 3 - 2√2: polynomial of least relative error, 8e-10 (Remez).
fn math_log_series(s: f32) -> f32 {
  let t = s * s;
  return fma(s * t, fma(t, fma(t, 0.2987363, 0.39977482), 0.66666776), 2.0 * s);
}

// The logarithms of 0, infinity, NaN and negative numbers, which these bits are.
fn math_log_edges(y: f32, bits: i32) -> f32 {
  let negative = select(bitcast<i32>(y), 0x7fc00000, bits < 0);
  let zero = select(negative, -0x00800000, (bits & 0x7fffffff) == 0); // the bits of -infinity
  return bitcast<f32>(select(zero, bits, bits >= 0x7f800000));
}

// ln x = e ln 2 + ln m with m in [√½, √2). Relative error < 2e-7.
fn math_log(x: f32) -> f32 {
  let bits = bitcast<i32>(x);
  let low = bits < 0x00800000; // below the normal numbers: its bits count multiples of 2^-149
  let shifted = select(bits, bitcast<i32>(f32(bits)), low) + 0x004afb0d; // carries into the exponent from √2 upwards
  let e = fma(f32(shifted & 0x7f800000), 1.1920929e-7, select(-127.0, -276.0, low));
  let m = bitcast<f32>((shifted & 0x007fffff) + 0x3f3504f3);
  return math_log_edges(fma(e, 0.693147181, math_log_series((m - 1.0) / (m + 1.0))), bits);
}

// ln(1 + x). Relative error < 3e-7.
fn math_log1p(x: f32) -> f32 {
  let bits = bitcast<i32>(1.0 + x);
  let shifted = bits + 0x004afb0d;
  let e = fma(f32(shifted & 0x7f800000), 1.1920929e-7, -127.0);
  let m = bitcast<f32>((shifted & 0x007fffff) + 0x3f3504f3);
  let rest = select(m - 1.0, x, e == 0.0); // near 0, x has digits that 1 + x lacks
  return math_log_edges(fma(e, 0.693147181, math_log_series(rest / (rest + 2.0))), bits);
}

// Beyond 9.01 float32's tanh is ±1.
fn math_tanh(x: f32) -> f32 {
  let a = abs(x);
  let h = math_half_expm1(2.0 * select(a, 10.0, a > 10.0));
  let y = bitcast<i32>(h / (h + 1.0)) | (bitcast<i32>(x) & -0x80000000);
  return select(bitcast<f32>(y), x, math_isnan(x));
}

// 1 / (1 + e^-x)
fn math_sigmoid(x: f32) -> f32 {
  let t = select(select(-x, 89.0, x < -89.0), -86.0, x > 86.0);
  let n = math_whole(t * 1.44269504);
  let half = math_exp2_whole(n - 1);
  let e = 2.0 * fma(half, math_expm1_near(math_exp_rest(t, n)), half);
  return select(1.0 / (1.0 + e), x, math_isnan(x));
}

// ln(1 + e^x)
fn math_softplus(x: f32) -> f32 { return math_max(x, 0.0) + math_log1p(math_exp(-abs(x))); }

// max(x, 0): the bits of the negative numbers are a range, which leaves NaN out.
fn math_relu(x: f32) -> f32 { return select(x, 0.0, bitcast<i32>(x) <= -0x00800000); }
