// lib/special.wgsl: functions of mathematical physics: the logarithm of Γ and its derivatives, erf's inverse, Bessel functions, sinc.
// Within 2e-6 of float64, relative or (near their zeros) absolute. Series are Taylor's or asymptotic (DLMF 5.7, 5.11, 5.15, 10.25, 25.11);
// polynomials named "fit" are least-squares fits of near-least relative error to float64 values.
// Uses: lib/math.wgsl, lib/trig.wgsl

// sin πx and cos πx: x = k + r with |r| ≤ ½, which is exact.
fn special_odd(k: f32) -> bool { return k != 2.0 * floor(0.5 * k); }

fn special_sinpi(x: f32) -> f32 {
  let k = round(x);
  let y = trig_sin(3.14159265 * (x - k));
  return select(y, -y, special_odd(k));
}

fn special_cospi(x: f32) -> f32 {
  let k = round(x);
  let y = trig_cos(3.14159265 * (x - k));
  return select(y, -y, special_odd(k));
}

// ln Γ(2 + z) for |z| ≤ ½: (1 - γ) z + Σ (-1)^k (ζ(k) - 1) z^k / k.
fn special_lgamma_near(z: f32) -> f32 {
  let p = fma(z, fma(z, fma(z, fma(z, fma(z, fma(z, fma(z, fma(z, 2.05072128e-5, -4.49262367e-5), 9.94575128e-5), -2.23154758e-4), 5.09669525e-4), -1.19275391e-3), 2.89051033e-3), -7.38555103e-3), 2.05808084e-2);
  return z * fma(z, fma(z, fma(z, p, -6.73523011e-2), 0.322467033), 0.422784335);
}

// ln Γ(x) for x > -½. From 8 on by Stirling's series; below by steps to [1.5, 2.5].
fn special_lgamma_right(x: f32) -> f32 {
  if (x >= 8.0) {
    let r = 1.0 / x;
    let s = r * r;
    let tail = r * fma(s, fma(s, 7.93650794e-4, -2.77777778e-3), 8.33333333e-2);
    return fma(x - 0.5, math_log(x) - 1.0, 0.418938533 + tail);
  }
  if (x < 0.5) { return special_lgamma_near(x) - math_log1p(x) - math_log(abs(x)); }
  if (x < 1.5) { return special_lgamma_near(x - 1.0) - math_log1p(x - 1.0); }
  var z = x;
  var product = 1.0;
  while (z > 2.5) {
    z -= 1.0;
    product *= z;
  }
  return special_lgamma_near(z - 2.0) + math_log(product);
}

// ln |Γ(x)|; to the left of -½ by reflection: Γ(x) Γ(-x) = -π / (x sin πx).
fn special_lgamma(x: f32) -> f32 {
  if (math_isnan(x)) { return x; }
  if (math_isinf(x) || (x <= 0.0 && floor(x) == x)) { return math_inf(); }
  if (x > -0.5) { return special_lgamma_right(x); }
  return 1.14472989 - math_log(abs(x * special_sinpi(x))) - special_lgamma_right(-x);
}

// ψ(x) for x > -½. ψ(2 + z) = 1 - γ + Σ (-1)^k (ζ(k) - 1) z^(k-1).
fn special_digamma_right(x: f32) -> f32 {
  if (x >= 8.0) {
    let r = 1.0 / x;
    let s = r * r;
    return math_log(x) - fma(0.5, r, s * fma(s, fma(s, 3.96825397e-3, -8.33333333e-3), 8.33333333e-2));
  }
  var z = x - 2.0;
  var rest = 0.0;
  if (x < 0.5) {
    z = x;
    rest = -1.0 / (1.0 + x) - 1.0 / x;
  } else if (x < 1.5) {
    z = x - 1.0;
    rest = -1.0 / x;
  }
  while (z > 0.5) {
    rest += 1.0 / (z + 1.0);
    z -= 1.0;
  }
  let p = fma(z, fma(z, fma(z, fma(z, fma(z, fma(z, fma(z, fma(z, fma(z, -1.22713348e-4, 2.46086553e-4), -4.94188604e-4), 9.94575128e-4), -2.00839283e-3), 4.0773562e-3), -8.34927738e-3), 1.7343062e-2), -3.69277551e-2), 8.23232337e-2);
  return fma(z, fma(z, fma(z, p, -0.202056903), 0.644934067), 0.422784335) + rest;
}

// ψ(x), the derivative of ln Γ; ∓∞ at ±0, NaN at the other poles. On the left ψ(1 - x) - π cot πx.
fn special_digamma(x: f32) -> f32 {
  if (math_isnan(x)) { return x; }
  if (x > -0.5) { return special_digamma_right(x); }
  if (math_isinf(x) || floor(x) == x) { return math_nan(); }
  let angle = 3.14159265 * (x - round(x));
  return special_digamma_right(1.0 - x) - 3.14159265 * trig_cos(angle) / trig_sin(angle);
}

// x^-n for n ≥ 1.
fn special_power(x: f32, n: u32) -> f32 {
  var left = n;
  var square = x;
  var y = 1.0;
  while (left != 0u) {
    if ((left & 1u) == 1u) { y *= square; }
    square *= square;
    left >>= 1u;
  }
  return 1.0 / y;
}

// Hurwitz's ζ(s, q) = Σ_k (q + k)^-s for q > 0 and s ≥ 2: eight terms, then Euler and Maclaurin's formula.
fn special_zeta_right(s: f32, q: f32) -> f32 {
  var sum = 0.0;
  var power = 0.0;
  for (var k = 0; k <= 8; k++) {
    sum += power;
    power = special_power(q + f32(k), u32(s));
  }
  let r = 1.0 / (q + 8.0);
  let t = r * r;
  let tail = fma(s * r, fma((s + 1.0) * (s + 2.0) * t, fma((s + 3.0) * (s + 4.0) * t, 3.30687831e-5, -1.38888889e-3), 8.33333333e-2), 0.5);
  return fma(power, tail + (q + 8.0) / (s - 1.0), sum);
}

// ζ(s, x) for whole s ≥ 2. On the left, the terms below 0 are those of two series that run the other way: with up = ⌈x⌉,
// ζ(s, x) = ζ(s, x - ⌊x⌋) + (-1)^s (ζ(s, up - x) - ζ(s, 1 - x)).
fn special_zeta(s: f32, x: f32) -> f32 {
  if (math_isnan(x)) { return x; }
  let low = floor(x);
  if (x <= 0.0 && low == x) { return math_inf(); }
  let sign = select(1.0, -1.0, special_odd(s));
  var y = 0.0;
  // In a loop, so that shader compilers that copy functions to where they are called copy this one once.
  for (var part = select(0, 2, x > 0.0); part < 3; part++) {
    let mirrored = select(low + 1.0 - x, 1.0 - x, part == 0);
    let q = select(mirrored, x - select(low, 0.0, x > 0.0), part == 2);
    y += select(select(sign, -sign, part == 0), 1.0, part == 2) * special_zeta_right(s, q);
  }
  return y;
}

// ζ(n + 1, x), which is the nth derivative of ψ but for a factor; 0 at infinity.
fn special_polygamma(n: f32, x: f32) -> f32 {
  return select(special_zeta(n + 1.0, x), 0.0, (x > 0.0) & math_isinf(x));
}

// The x whose erf is y: y times a fit in w = -ln(1 - y²), for w < 5, else in √w.
fn special_erfinv(y: f32) -> f32 {
  if (math_isnan(y) || abs(y) > 1.0) { return math_nan(); }
  if (abs(y) == 1.0) { return y * math_inf(); }
  let w = -math_log((1.0 - y) * (1.0 + y));
  if (w < 5.0) {
    let u = w - 2.5;
    return y * fma(u, fma(u, fma(u, fma(u, fma(u, fma(u, fma(u, fma(u, 2.85347905e-8, 3.43727066e-7), -3.52885945e-6), -4.39678115e-6), 2.18602188e-4), -1.25370757e-3), -4.17770771e-3), 0.246640727), 1.50140941);
  }
  let u = sqrt(w) - 3.12303399;
  return y * fma(u, fma(u, fma(u, fma(u, fma(u, fma(u, fma(u, fma(u, -2.00126902e-4, -9.42775805e-5), 1.35276129e-3), -2.66794371e-3), 3.78813106e-3), -5.30270906e-3), 7.08326697e-3), 1.00368929), 2.95634675);
}

// e^a p / √a, in two steps since e^a overflows before the product does.
fn special_bessel_far(a: f32, p: f32) -> f32 {
  let h = math_exp(0.5 * a);
  return h * (p / sqrt(a)) * h;
}

// I₀(x) = Σ (x²/4)^k / k!²; over 8 a fit of √a e^-a I₀(a) in 1/a. Of infinity, NaN as in PyTorch.
fn special_i0(x: f32) -> f32 {
  if (math_isnan(x) || math_isinf(x)) { return math_nan(); }
  let a = abs(x);
  if (a > 8.0) {
    let r = 1.0 / a;
    return special_bessel_far(a, fma(r, fma(r, fma(r, fma(r, fma(r, 0.38797152, -1.38521893e-2), 3.37853022e-2), 2.78987922e-2), 4.98695858e-2), 0.398942292));
  }
  let t = 0.25 * a * a;
  var sum = 1.0;
  for (var k = 18; k > 0; k--) { sum = fma(sum, t / f32(k * k), 1.0); }
  return sum;
}

// I₁(x) = x/2 Σ (x²/4)^k / (k! (k+1)!), the derivative of I₀.
fn special_i1(x: f32) -> f32 {
  if (math_isnan(x) || math_isinf(x)) { return math_nan(); }
  let a = abs(x);
  var y = 0.0;
  if (a > 8.0) {
    let r = 1.0 / a;
    y = special_bessel_far(a, fma(r, fma(r, fma(r, fma(r, fma(r, -0.452376664, 9.69849247e-3), -4.61563058e-2), -4.65757661e-2), -0.149605453), 0.398942292));
  } else {
    let t = 0.25 * a * a;
    var sum = 1.0;
    for (var k = 18; k > 0; k--) { sum = fma(sum, t / f32(k * (k + 1)), 1.0); }
    y = 0.5 * a * sum;
  }
  return select(y, -y, x < 0.0);
}

// sin πx / πx
fn special_sinc(x: f32) -> f32 {
  if (x == 0.0) { return 1.0; }
  return special_sinpi(x) / (3.14159265 * x);
}

// The derivative of sinc, (πx cos πx - sin πx) / (π x²); near 0 by its series, since that difference cancels.
fn special_sinc_slope(x: f32) -> f32 {
  let u = 3.14159265 * x;
  if (abs(u) < 1.0) {
    let s = u * u;
    return 3.14159265 * u * fma(s, fma(s, fma(s, fma(s, -2.50521084e-7, 2.20458554e-5), -1.19047619e-3), 3.33333333e-2), -0.333333333);
  }
  return (special_cospi(x) - special_sinpi(x) / u) / x;
}

// √(a² + b²) without overflow; infinite where either is.
fn special_hypot(a: f32, b: f32) -> f32 {
  if (math_isinf(a) || math_isinf(b)) { return math_inf(); }
  if (math_isnan(a) || math_isnan(b)) { return math_nan(); }
  let high = max(abs(a), abs(b));
  if (high == 0.0) { return 0.0; }
  let r = min(abs(a), abs(b)) / high;
  return high * sqrt(fma(r, r, 1.0));
}

// ln(e^a + e^b)
fn special_logaddexp(a: f32, b: f32) -> f32 {
  if (a == b && math_isinf(a)) { return a; }
  return math_max(a, b) + math_log1p(math_exp(-abs(a - b)));
}

// log2(2^a + 2^b)
fn special_logaddexp2(a: f32, b: f32) -> f32 {
  if (a == b && math_isinf(a)) { return a; }
  return math_max(a, b) + 1.44269504 * math_log1p(math_exp(-0.693147181 * abs(a - b)));
}

// a ln b, which is 0 where a is 0, unless b is NaN.
fn special_xlogy(a: f32, b: f32) -> f32 {
  if (math_isnan(b)) { return b; }
  if (a == 0.0) { return 0.0; }
  return a * math_log(b);
}

// a ln(1 + b), in the same way.
fn special_xlog1py(a: f32, b: f32) -> f32 {
  if (math_isnan(b)) { return b; }
  if (a == 0.0) { return 0.0; }
  return a * math_log1p(b);
}
