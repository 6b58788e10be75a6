// lib/erf.wgsl: the Gauss error function and the normal distribution, within 1.5e-7.
//   |x| < 1: erf x = x p(x²);   1 ≤ |x|: 1 - erf |x| = e^q(|x|).   p and q: Chebyshev fits to float64 values on [0, 1] and [1, 4].
// Uses: lib/math.wgsl

fn erf_erf(x: f32) -> f32 {
  let a = abs(x);
  let t = select(a, 4.0, a > 4.0); // erf 4 rounds to 1
  let s = t * t;
  let p = fma(s, fma(s, fma(s, fma(s, fma(s, fma(s, 7.88249711e-5, -8.01885499e-4), 5.18931194e-3), -2.68543288e-2), 1.12835975e-1), -3.76126269e-1), 1.12837917);
  let q = fma(t, fma(t, fma(t, fma(t, fma(t, fma(t, fma(t, -1.33093904e-5, 3.17572035e-4), -3.4368676e-3), 2.26219859e-2), -1.0331898e-1), -6.39093319e-1), -1.12592595), -7.56968619e-4);
  let y = select(1.0 - math_exp(q), t * p, t < 1.0);
  return select(select(y, -y, x < 0.0), x, math_isnan(x));
}

// Φ(x), the share of a normal distribution below x.
fn erf_normal_cdf(x: f32) -> f32 { return 0.5 + 0.5 * erf_erf(x * 0.707106781); }

// φ(x) = e^(-x²/2) / √(2π)
fn erf_normal_density(x: f32) -> f32 { return 0.398942280 * math_exp(-0.5 * x * x); }
