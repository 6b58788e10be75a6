// lib/normal.wgsl: tails and quantiles of the normal distribution, within 2e-6 of float64, relative.
// Rational functions are those of Cephes (Moshier 2000), divided by the constant terms of their denominators; the fit of erfcx is one of
// least squares to float64 values, in 2 / (2 + x).
// Uses: lib/math.wgsl, lib/elementary.wgsl

// e^(x²) erfc x
fn normal_erfcx(x: f32) -> f32 {
  if (math_isnan(x)) { return x; }
  let t = 2.0 / (2.0 + abs(x));
  let y = t * (fma(t, fma(t, fma(t, fma(t, fma(t, fma(t, fma(t, fma(t, fma(t, fma(t, 0.0431954333, -0.234733593), 0.493694933), -0.454973989), 0.132177045), -0.0592113581), 0.0934624344), 0.175315976), 0.246884575), 0.282093754), 0.282094795));
  if (x >= 0.0) { return y; }
  // x² = h² + (x - h)(x + h), where h² is exact.
  let h = trunc(x * 16.0) / 16.0;
  return 2.0 * math_exp(h * h) * math_exp((x - h) * (x + h)) - y;
}

// ln Φ(x)
fn normal_log_ndtr(x: f32) -> f32 {
  if (x < -1.0) {
    let t = x * 0.707106781;
    return math_log(0.5 * normal_erfcx(-t)) - 0.5 * x * x;
  }
  return math_log1p(-0.5 * elementary_erfc(x * 0.707106781));
}

// The x with Φ(x) = p.
fn normal_ndtri(p: f32) -> f32 {
  if (math_isnan(p) || p < 0.0 || p > 1.0) { return math_nan(); }
  if (p == 0.0) { return -math_inf(); }
  if (p == 1.0) { return math_inf(); }
  let y = select(p, 1.0 - p, p > 0.864664717);
  if (y > 0.135335283) {
    let d = y - 0.5;
    let s = d * d;
    return 2.50662827 * fma(d, s * (fma(s, fma(s, fma(s, fma(s, 50.6739868, -82.8190086), 47.8961458), -11.7730669), 1.04719755) / fma(s, fma(s, fma(s, fma(s, fma(s, fma(s, fma(s, fma(s, -0.84508265, -1.65170439), -3.95184236), -72.9815423), 190.534606), -169.236431), 69.3282361), -13.4415656), 1.0)), d);
  }
  let x = sqrt(-2.0 * math_log(y));
  let z = 1.0 / x;
  let near = z * (fma(z, fma(z, fma(z, fma(z, fma(z, fma(z, fma(z, fma(z, -4345.46769, -33779.5759), -61250.7244), -47232.8525), -15735.1267), -2343.00654), 150.286262), 37.5484669), 0.918776399) / fma(z, fma(z, fma(z, fma(z, fma(z, fma(z, fma(z, fma(z, -1071.51336, -16908.4683), -48636.8094), -44271.9358), -16118.281), -2683.76536), 152.350901), 40.8039153), 1.0));
  let far = z * (fma(z, fma(z, fma(z, fma(z, fma(z, fma(z, fma(z, fma(z, 476827154.0, 1.01841403e9), 580073295.0), 196317600.0), 29672994.2), 1821989.67), 44414.2759), 391.457109), 0.918934764) / fma(z, fma(z, fma(z, fma(z, fma(z, fma(z, fma(z, fma(z, 147271196.0, 887201503.0), 541933794.0), 202795528.0), 31845480.6), 1976438.44), 48307.0824), 425.978788), 1.0));
  let q = x - math_log(x) / x - select(far, near, x < 8.0);
  return select(-q, q, p > 0.5);
}
