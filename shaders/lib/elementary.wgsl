// lib/elementary.wgsl: logarithms and powers of other bases, inverse circular and hyperbolic functions, erfc, within 5e-7.
// Uses: lib/math.wgsl, lib/trig.wgsl, lib/erf.wgsl

// 2^x = 2^n e^(r ln 2) with |r| ≤ ½.
fn elementary_exp2(x: f32) -> f32 {
  let t = select(select(x, 130.0, x > 130.0), -152.0, x < -152.0); // beyond lie infinity and 0
  let n = math_whole(t);
  return select(math_scale(1.0 + math_expm1_near((t - f32(n)) * 0.693147181), n), x, math_isnan(x));
}

// x 2^b in three steps, since 2^b alone overflows before the product does.
fn elementary_ldexp(x: f32, b: f32) -> f32 {
  if (math_isnan(b)) { return b; }
  let t = min(max(b, -300.0), 300.0);
  let third = trunc(t * 0.333333333);
  let step = elementary_exp2(third);
  return x * step * step * elementary_exp2(t - 2.0 * third);
}

// x = 2^e m with m in [√½, √2): (e, ln m), for normal positive x.
fn elementary_log_parts(x: f32) -> vec2f {
  let shifted = bitcast<u32>(x) + 0x004afb0du;
  let m = bitcast<f32>((shifted & 0x007fffffu) + 0x3f3504f3u);
  return vec2f(f32(i32(shifted >> 23u) - 127), math_log_series((m - 1.0) / (m + 1.0)));
}

fn elementary_normal(x: f32) -> bool {
  let bits = bitcast<u32>(x);
  return (bits >= 0x00800000u) & (bits < 0x7f800000u);
}

// Whole for powers of 2.
fn elementary_log2(x: f32) -> f32 {
  if (!elementary_normal(x)) { return math_log(x) * 1.44269504; }
  let parts = elementary_log_parts(x);
  return fma(parts.y, 1.44269504, parts.x);
}

// log10 2 in two parts, the first of 12 bits.
fn elementary_log10(x: f32) -> f32 {
  if (!elementary_normal(x)) { return math_log(x) * 0.434294482; }
  let parts = elementary_log_parts(x);
  return fma(parts.x, 0.301025391, fma(parts.x, 4.60503898e-6, parts.y * 0.434294482));
}

fn elementary_tan(x: f32) -> f32 { return trig_sin(x) / trig_cos(x); }

// The angle whose tangent is t, 0 ≤ t ≤ 1; over tan π/8 as π/4 plus the rest. Taylor to t^15.
fn elementary_atan_unit(t: f32) -> f32 {
  let far = t > 0.414213562;
  let r = select(t, (t - 1.0) / (t + 1.0), far);
  let s = r * r;
  let p = fma(s, fma(s, fma(s, fma(s, fma(s, fma(s, -0.0666666667, 0.0769230769), -0.0909090909), 0.111111111), -0.142857143), 0.2), -0.333333333);
  return select(0.0, 0.785398163, far) + fma(r * s, p, r);
}

// The angle of the point (x, y), with the quadrants that the signs name, those of zeros too.
fn elementary_atan2(y: f32, x: f32) -> f32 {
  let high = max(abs(x), abs(y));
  let low = min(abs(x), abs(y));
  let ratio = select(select(0.0, low / high, (high > 0.0) & !math_isinf(high)), 1.0, math_isinf(low));
  let eighth = elementary_atan_unit(ratio);
  let quarter = select(eighth, 1.57079633 - eighth, abs(y) > abs(x));
  let angle = select(quarter, 3.14159265 - quarter, (bitcast<u32>(x) & 0x80000000u) != 0u);
  let turned = select(angle, -angle, (bitcast<u32>(y) & 0x80000000u) != 0u);
  return select(turned, math_nan(), math_isnan(y) | math_isnan(x));
}

fn elementary_atan(x: f32) -> f32 { return elementary_atan2(x, 1.0); }

fn elementary_asin(x: f32) -> f32 {
  return select(math_nan(), elementary_atan2(x, sqrt((1.0 - x) * (1.0 + x))), abs(x) <= 1.0);
}

fn elementary_acos(x: f32) -> f32 {
  return select(math_nan(), 2.0 * elementary_atan2(sqrt(1.0 - x), sqrt(1.0 + x)), abs(x) <= 1.0);
}

// Over 20, e^-|x| is lost; e^(|x|/2) squared overflows later than e^|x|.
fn elementary_sinh(x: f32) -> f32 {
  let a = abs(x);
  let h = math_exp(0.5 * a);
  let e = math_expm1(min(a, 20.0));
  let y = select(0.5 * (e + e / (e + 1.0)), 0.5 * h * h, a > 20.0);
  return select(select(y, -y, x < 0.0), x, math_isnan(x));
}

fn elementary_cosh(x: f32) -> f32 {
  let a = abs(x);
  let h = math_exp(0.5 * a);
  let e = math_exp(min(a, 20.0));
  return select(select(0.5 * (e + 1.0 / e), 0.5 * h * h, a > 20.0), x, math_isnan(x));
}

// ln(x + √(x² + 1)); for large x, ln 2x.
fn elementary_asinh(x: f32) -> f32 {
  if (math_isnan(x)) { return x; }
  let a = abs(x);
  let s = min(a, 1e4);
  let y = select(math_log1p(s + s * s / (1.0 + sqrt(s * s + 1.0))), math_log(a) + 0.693147181, a > 1e4);
  return select(y, -y, x < 0.0);
}

// ln(x + √(x² - 1))
fn elementary_acosh(x: f32) -> f32 {
  if (!(x >= 1.0)) { return math_nan(); }
  let t = min(x, 1e4) - 1.0;
  return select(math_log1p(t + sqrt(2.0 * t + t * t)), math_log(x) + 0.693147181, x > 1e4);
}

// ½ ln((1 + x) / (1 - x))
fn elementary_atanh(x: f32) -> f32 {
  let a = abs(x);
  if (!(a <= 1.0)) { return math_nan(); }
  let y = select(0.5 * math_log1p(2.0 * a / max(1.0 - a, 1e-9)), math_inf(), a == 1.0);
  return select(y, -y, x < 0.0);
}

// 1 - erf x; from 1 on by the continued fraction e^(-x²) / √π / (x + ½ / (x + 1 / (x + 3/2 / …))).
fn elementary_erfc(x: f32) -> f32 {
  if (math_isnan(x)) { return x; }
  if (x < 1.0) { return 1.0 - erf_erf(x); }
  let t = min(x, 12.0); // beyond lies 0
  var f = t;
  for (var k = 32; k > 0; k--) { f = t + 0.5 * f32(k) / f; }
  let high = bitcast<f32>(bitcast<u32>(t) & 0xfffff000u); // its square is exact
  return math_exp(-high * high) * math_exp((high - t) * (high + t)) * 0.564189584 / f;
}
