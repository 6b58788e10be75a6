// lib/polynomials.wgsl: orthogonal polynomials by their recurrences in the degree (DLMF 18.9); 0 of negative degrees.
// Uses: lib/math.wgsl, lib/trig.wgsl, lib/elementary.wgsl

// A degree as a whole number; over a million NaN, as no loop ends at infinity.
fn polynomial_degree(n: f32) -> f32 { return select(math_nan(), trunc(n), n <= 1e6); }

// p_n(x) of p_0 = 1, p_1 = first and p_k = 2 x p_(k-1) - p_(k-2).
fn polynomial_chebyshev(x: f32, n: f32, first: f32) -> f32 {
  if (n < 0.0) { return 0.0; }
  if (n == 0.0) { return 1.0; }
  var p = 1.0;
  var q = first;
  for (var k = 2.0; k <= n; k += 1.0) {
    let r = fma(2.0 * x, q, -p);
    p = q;
    q = r;
    if (math_isnan(q)) { break; }
  }
  return q;
}

// Chebyshev's polynomials of the four kinds: of higher degrees within (-1, 1) by angles.
fn polynomial_chebyshev_t(x: f32, given: f32) -> f32 {
  let n = polynomial_degree(given);
  if (n > 6.0 && abs(x) < 1.0) { return trig_cos(n * elementary_acos(x)); }
  return polynomial_chebyshev(x, n, x);
}

fn polynomial_chebyshev_u(x: f32, given: f32) -> f32 {
  let n = polynomial_degree(given);
  if (n > 8.0 && abs(x) < 1.0) {
    let angle = elementary_acos(x);
    return trig_sin((n + 1.0) * angle) / trig_sin(angle);
  }
  return polynomial_chebyshev(x, n, 2.0 * x);
}

fn polynomial_chebyshev_v(x: f32, given: f32) -> f32 {
  let n = polynomial_degree(given);
  if (n > 8.0 && abs(x) < 1.0) {
    let angle = elementary_acos(x);
    return trig_cos((n + 0.5) * angle) / trig_cos(0.5 * angle);
  }
  return polynomial_chebyshev(x, n, 2.0 * x - 1.0);
}

fn polynomial_chebyshev_w(x: f32, given: f32) -> f32 {
  let n = polynomial_degree(given);
  if (n > 8.0 && abs(x) < 1.0) {
    let angle = elementary_acos(x);
    return trig_sin((n + 0.5) * angle) / trig_sin(0.5 * angle);
  }
  return polynomial_chebyshev(x, n, 2.0 * x + 1.0);
}

// Hermite's polynomials: p_k = step x p_(k-1) - step (k - 1) p_(k-2), step 2 (physicists') or 1 (probabilists'). Over degree 128 NaN, as in PyTorch.
fn polynomial_hermite(x: f32, given: f32, step: f32) -> f32 {
  let n = polynomial_degree(given);
  if (n < 0.0) { return 0.0; }
  if (n == 0.0) { return 1.0; }
  if (n > 128.0) { return math_nan(); }
  var p = 1.0;
  var q = step * x;
  for (var k = 1.0; k < n; k += 1.0) {
    let r = step * fma(x, q, -k * p);
    p = q;
    q = r;
  }
  return q;
}

fn polynomial_laguerre(x: f32, given: f32) -> f32 {
  let n = polynomial_degree(given);
  if (n < 0.0) { return 0.0; }
  if (n == 0.0 || x == 0.0) { return 1.0; }
  var p = 1.0;
  var q = 1.0 - x;
  for (var k = 1.0; k < n; k += 1.0) {
    let r = ((2.0 * k + 1.0 - x) * q - k * p) / (k + 1.0);
    p = q;
    q = r;
    if (math_isnan(q)) { break; }
  }
  return q;
}

fn polynomial_legendre(x: f32, given: f32) -> f32 {
  let n = polynomial_degree(given);
  if (n < 0.0) { return 0.0; }
  if (n == 0.0) { return 1.0; }
  var p = 1.0;
  var q = x;
  for (var k = 1.0; k < n; k += 1.0) {
    let r = ((2.0 * k + 1.0) * x * q - k * p) / (k + 1.0);
    p = q;
    q = r;
    if (math_isnan(q)) { break; }
  }
  return q;
}
