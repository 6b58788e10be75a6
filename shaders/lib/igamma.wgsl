// lib/igamma.wgsl: the regularised incomplete gamma functions P and Q = 1 - P, within 1e-6 (each also relatively on its own side of x = a, to 1e-5).
//   x ≤ a or x < 1: P by its series;   else Q by its continued fraction (DLMF 8.9.2);   a ≥ 200: Temme's expansion (DLMF 8.12).
// Uses: lib/math.wgsl, lib/trig.wgsl, lib/erf.wgsl, lib/elementary.wgsl, lib/special.wgsl

// ln(1 + m) - m for m > -1, by 2 artanh(s) with s = m / (2 + m) near 0, where the difference cancels.
fn igamma_log_rest(m: f32) -> f32 {
  if (abs(m) > 0.5) { return math_log1p(m) - m; }
  let s = m / (2.0 + m);
  let t = s * s;
  return fma(2.0 * s * t, fma(t, fma(t, fma(t, fma(t, fma(t, 7.69230769e-2, 9.09090909e-2), 0.111111111), 0.142857143), 0.2), 0.333333333), -m * s);
}

// x^a e^-x / Γ(a + 1)
fn igamma_front(a: f32, x: f32) -> f32 {
  if (a < 5.0) { return math_exp(a * math_log(x) - x - special_lgamma(a + 1.0)); }
  let r = 1.0 / a;
  let stirling = r * fma(r * r, fma(r * r, 7.93650794e-4, -2.77777778e-3), 8.33333333e-2);
  return math_exp(fma(a, igamma_log_rest((x - a) * r), -stirling)) * 0.398942280 * sqrt(r);
}

// x^(a-1) e^-x / Γ(a), the derivative of P.
fn igamma_density(a: f32, x: f32) -> f32 {
  if (x == 0.0) { return select(select(0.0, 1.0, a == 1.0), math_inf(), a < 1.0); }
  return igamma_front(a, x) * (a / x);
}

// (P, Q)
fn igamma_both(a: f32, x: f32) -> vec2f {
  // The first argument at an edge decides, in PyTorch's order: NaN beside it does not matter.
  if (a < 0.0 || x < 0.0) { return vec2f(math_nan()); }
  if (a == 0.0) { return select(vec2f(math_nan()), vec2f(1.0, 0.0), x > 0.0); }
  if (x == 0.0) { return vec2f(0.0, 1.0); }
  if (math_isinf(a)) { return select(vec2f(0.0, 1.0), vec2f(math_nan()), math_isinf(x)); }
  if (math_isinf(x)) { return vec2f(1.0, 0.0); }
  if (math_isnan(a) || math_isnan(x)) { return vec2f(math_nan()); }
  if (a >= 200.0) {
    let half = -igamma_log_rest((x - a) / a);
    let e = sqrt(2.0 * min(half, 0.5)); // beyond, the tail is 0
    let eta = select(e, -e, x < a);
    let c0 = fma(eta, fma(eta, fma(eta, fma(eta, fma(eta, fma(eta, fma(eta, fma(eta, -1.85406221e-6, -2.18544851e-6), 3.91926318e-5), -1.78755144e-4), 3.52733686e-4), 1.15740741e-3), -1.48148148e-2), 8.33333333e-2), -0.333333333);
    let c1 = fma(eta, fma(eta, fma(eta, -9.90226337e-4, 2.6455025e-3), -3.47222222e-3), -1.85185185e-3);
    let rest = math_exp(-a * min(half, 0.5)) * 0.398942280 * inverseSqrt(a) * (c0 + c1 / a);
    let z = eta * sqrt(0.5 * a);
    return vec2f(0.5 * elementary_erfc(-z) - rest, 0.5 * elementary_erfc(z) + rest);
  }
  let front = igamma_front(a, x);
  if (x <= a || x < 1.0) {
    var term = 1.0;
    var sum = 1.0;
    for (var n = 1; n < 200; n++) {
      term *= x / (a + f32(n));
      sum += term;
      if (term < 1e-8 * sum) { break; }
    }
    return vec2f(front * sum, 1.0 - front * sum);
  }
  // Lentz's way, from the front.
  var b = x + 1.0 - a;
  var c = 1e30;
  var d = 1.0 / b;
  var h = d;
  for (var n = 1; n < 300; n++) {
    let k = f32(n) * (a - f32(n));
    b += 2.0;
    d = fma(k, d, b);
    d = 1.0 / select(d, 1e-30, abs(d) < 1e-30);
    c = b + k / c;
    c = select(c, 1e-30, abs(c) < 1e-30);
    h *= c * d;
    if (abs(c * d - 1.0) < 1e-7) { break; }
  }
  return vec2f(1.0 - front * a * h, front * a * h);
}

fn igamma_p(a: f32, x: f32) -> f32 { return igamma_both(a, x).x; }

fn igamma_q(a: f32, x: f32) -> f32 { return igamma_both(a, x).y; }
