// lib/zeta.wgsl: Hurwitz's ζ(s, q) = Σ_k (q + k)^-s of any s > 1, within 2e-6 of float64, relative: nine terms, then Euler and Maclaurin's
// formula (DLMF 25.11), as in Cephes (Moshier 2000). On the left of 0, where s is whole, as lib/special.wgsl has it.
// Uses: lib/math.wgsl, lib/powers.wgsl, lib/special.wgsl

fn zeta_hurwitz(s: f32, q: f32) -> f32 {
  if (math_isnan(s) || math_isnan(q)) { return math_nan(); }
  if (s == 1.0) { return math_inf(); }
  if (s < 1.0) { return math_nan(); }
  if (q <= 0.0) {
    if (q == floor(q)) { return math_inf(); }
    if (s != floor(s)) { return math_nan(); }
    return special_zeta(s, q);
  }
  var sum = math_pow_f32(q, -s);
  var a = q;
  var b = 0.0;
  for (var i = 0; i < 9 || a <= 9.0; i++) {
    a += 1.0;
    b = math_pow_f32(a, -s);
    sum += b;
    if (b < 1e-9 * sum) { return sum; }
  }
  // Euler and Maclaurin's formula.
  let r = 1.0 / (a * a);
  let tail = fma(s / a, fma((s + 1.0) * (s + 2.0) * r, fma((s + 3.0) * (s + 4.0) * r, 3.30687831e-5, -1.38888889e-3), 8.33333333e-2), -0.5);
  return fma(b, tail + a / (s - 1.0), sum);
}
