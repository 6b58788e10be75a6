// lib/bessel.wgsl: Bessel functions and Airy's function, within 2e-6 of float64, relative or (near their zeros) absolute.
// Rational functions and series are those of Cephes (Moshier 2000), as in
// PyTorch's ATen/native/Math.h: divided by the constant terms of their denominators, Chebyshev series in powers.
// Uses: lib/math.wgsl, lib/trig.wgsl, lib/special.wgsl

// √(2 / πx) (p cos(x - φ) - q sin(x - φ)); of the second kind √(2 / πx) (p sin(x - φ) + q cos(x - φ)). φ is π/4 or, `turned`, 3π/4.
// By the sum's formula, so that x, which is exact, is what the sine reduces. At infinity NaN, as in PyTorch.
fn bessel_wave(x: f32, p: f32, q: f32, turned: bool, second: bool) -> f32 {
  if (math_isnan(x) || math_isinf(x)) { return math_nan(); }
  let s = trig_sin(x);
  let c = trig_cos(x);
  let cosine = 0.707106781 * select(c + s, s - c, turned);
  let sine = 0.707106781 * select(s - c, -(s + c), turned);
  return select(p * cosine - q * sine, p * sine + q * cosine, second) * 0.797884561 / sqrt(x);
}

fn bessel_far0(x: f32, second: bool) -> f32 {
  let u = 5.0 / x;
  let w = u * u;
  let p = fma(w, fma(w, fma(w, fma(w, fma(w, fma(w, 0.000796936729, 0.0828352392), 1.23953372), 5.44725003), 8.747165), 5.30324038), 1.0) / fma(w, fma(w, fma(w, fma(w, fma(w, fma(w, 0.000924408811, 0.0856288474), 1.25352744), 5.4709774), 8.76190883), 5.30605288), 1.0);
  let q = fma(w, fma(w, fma(w, fma(w, fma(w, fma(w, fma(w, -4.69674144e-5, -0.00529957341), -0.080799548), -0.385139688), -0.734202287), -0.60774387), -0.212435179), -0.025) / fma(w, fma(w, fma(w, fma(w, fma(w, fma(w, 0.265769835, 3.53888311), 16.0426023), 29.9185785), 24.5065551), 8.52084465), 1.0);
  return bessel_wave(x, p, u * q, false, second);
}

fn bessel_far1(x: f32, second: bool) -> f32 {
  let u = 5.0 / x;
  let w = u * u;
  let p = fma(w, fma(w, fma(w, fma(w, fma(w, fma(w, 0.000762125616, 0.0731397057), 1.12719608), 5.11207951), 8.4240459), 5.21451599), 1.0) / fma(w, fma(w, fma(w, fma(w, fma(w, fma(w, 0.000571323128, 0.0688455909), 1.10514233), 5.07386386), 8.39985554), 5.20982849), 1.0);
  let q = fma(w, fma(w, fma(w, fma(w, fma(w, fma(w, fma(w, 0.000152000092, 0.014823664), 0.225603304), 1.09130195), 2.11505452), 1.77774762), 0.62985059), 0.075) / fma(w, fma(w, fma(w, fma(w, fma(w, fma(w, 0.220882891, 3.14331733), 14.8363744), 28.4513561), 23.7940902), 8.40894536), 1.0);
  return bessel_wave(x, p, u * q, true, second);
}

fn bessel_j0(x: f32) -> f32 {
  let a = abs(x);
  if (a > 5.0) { return bessel_far0(a, false); }
  let s = a * a;
  return (s - 5.78318596) * (s - 30.4712623) * (fma(s, fma(s, fma(s, -2.80234734e-9, 1.14338494e-6), -0.000145685746), 0.00567469333) / fma(s, fma(s, fma(s, fma(s, fma(s, fma(s, fma(s, 2.91994838e-16, 1.01577629e-13), 2.83137618e-11), 6.53796014e-9), 1.23491786e-6), 0.000181498016), 0.0185942397), 1.0));
}

fn bessel_j1(x: f32) -> f32 {
  let a = abs(x);
  if (a > 5.0) {
    let y = bessel_far1(a, false);
    return select(y, -y, x < 0.0);
  }
  let s = a * a;
  return x * (s - 14.6819706) * (s - 49.2184563) * (fma(s, fma(s, fma(s, -1.69078973e-10, 8.49608233e-8), -1.36675459e-5), 0.000691922837) / fma(s, fma(s, fma(s, fma(s, fma(s, fma(s, fma(s, 1.166375e-16, 4.82805897e-14), 1.56900307e-11), 4.16157229e-9), 8.92228438e-7), 0.00014736072), 0.0168186792), 1.0));
}

fn bessel_y0(x: f32) -> f32 {
  if (x < 0.0) { return math_nan(); }
  if (x == 0.0) { return -math_inf(); }
  if (x > 5.0) { return bessel_far0(x, true); }
  let s = x * x;
  return fma(s, fma(s, fma(s, fma(s, fma(s, fma(s, fma(s, 6.22213477e-14, -5.85161559e-11), 2.16893295e-8), -3.91919688e-6), 0.000349528923), -0.0138321421), 0.17667194), -0.0738042951) / fma(s, fma(s, fma(s, fma(s, fma(s, fma(s, 4.15522384e-15, 2.49847041e-12), 1.07311912e-9), 3.44778689e-7), 8.09986613e-5), 0.0126561249), 1.0) + 0.636619772 * math_log(x) * bessel_j0(x);
}

fn bessel_y1(x: f32) -> f32 {
  if (x < 0.0) { return math_nan(); }
  if (x == 0.0) { return -math_inf(); }
  if (x > 5.0) { return bessel_far1(x, true); }
  let s = x * x;
  return x * (fma(s, fma(s, fma(s, fma(s, fma(s, 3.17970855e-10, -1.62950861e-7), 2.88240583e-5), -0.0020458857), 0.0509575769), -0.196057091) / fma(s, fma(s, fma(s, fma(s, fma(s, fma(s, fma(s, 1.49596164e-16, 5.92956257e-14), 1.84965092e-11), 4.72225511e-9), 9.77246415e-7), 0.000156205295), 0.0172965498), 1.0)) + 0.636619772 * (bessel_j1(x) * math_log(x) - 1.0 / x);
}

// sin x / x
fn bessel_spherical_j0(x: f32) -> f32 {
  if (math_isinf(x)) { return 0.0; }
  if (x == 0.0) { return 1.0; }
  return trig_sin(x) / x;
}

// ── Modified, of the first and second kind ──

// e^-|x| I₀(x) and e^-|x| I₁(x), as special_i0 and special_i1 compute them.
fn bessel_i0e(x: f32) -> f32 {
  if (math_isnan(x)) { return x; }
  let a = abs(x);
  if (a <= 8.0) { return special_i0(a) * math_exp(-a); }
  let r = 1.0 / a;
  return fma(r, fma(r, fma(r, fma(r, fma(r, 0.38797152, -1.38521893e-2), 3.37853022e-2), 2.78987922e-2), 4.98695858e-2), 0.398942292) / sqrt(a);
}

fn bessel_i1e(x: f32) -> f32 {
  if (math_isnan(x)) { return x; }
  let a = abs(x);
  if (a <= 8.0) { return special_i1(x) * math_exp(-a); }
  let r = 1.0 / a;
  let y = fma(r, fma(r, fma(r, fma(r, fma(r, -0.452376664, 9.69849247e-3), -4.61563058e-2), -4.65757661e-2), -0.149605453), 0.398942292) / sqrt(a);
  return select(y, -y, x < 0.0);
}

// e^x K₀(x) for x > 0, and K₀(x) unless `scaled`.
fn bessel_k0_of(x: f32, scaled: bool) -> f32 {
  if (math_isnan(x)) { return x; }
  if (x < 0.0) { return math_nan(); }
  if (x == 0.0) { return math_inf(); }
  if (x > 2.0) {
    let u = 4.0 / x - 1.0;
    let y = fma(u, fma(u, fma(u, fma(u, fma(u, fma(u, fma(u, fma(u, 1.09747635e-6, -2.98271353e-6), 6.65885094e-6), -2.40883397e-5), 9.96896497e-5), -0.000479956747), 0.00303287516), -0.0310714474), 1.21859534) / sqrt(x);
    return select(y * math_exp(-x), y, scaled);
  }
  let u = 0.5 * x * x - 1.0;
  let y = fma(u, fma(u, fma(u, fma(u, fma(u, fma(u, 6.09445241e-8, 4.05566573e-6), 0.000182805551), 0.00505339206), 0.0717770103), 0.340497321), -0.303620773) - math_log(0.5 * x) * special_i0(x);
  return select(y, y * math_exp(x), scaled);
}

fn bessel_k1_of(x: f32, scaled: bool) -> f32 {
  if (math_isnan(x)) { return x; }
  if (x < 0.0) { return math_nan(); }
  if (x == 0.0) { return math_inf(); }
  if (x > 2.0) {
    let u = 4.0 / x - 1.0;
    let y = fma(u, fma(u, fma(u, fma(u, fma(u, fma(u, fma(u, fma(u, -1.3242576e-6, 3.67429384e-6), -8.55775874e-6), 3.20737449e-5), -0.000139741749), 0.000735947382), -0.00556671035), 0.103349721), 1.36315189) / sqrt(x);
    return select(y * math_exp(-x), y, scaled);
  }
  let u = 0.5 * x * x - 1.0;
  let y = math_log(0.5 * x) * special_i1(x) + (fma(u, fma(u, fma(u, fma(u, fma(u, fma(u, -7.08284042e-7, -3.89344983e-5), -0.00138316874), -0.0278542273), -0.243838529), -0.332240956), 0.885088288)) / x;
  return select(y, y * math_exp(x), scaled);
}

// ── Airy's function ──

fn bessel_airy_ai(x: f32) -> f32 {
  if (math_isnan(x) || math_isinf(x)) { return math_nan(); }
  if (x > 103.892) { return 0.0; }
  if (x < -2.09) {
    let root = sqrt(-x);
    let angle = -x * root / 1.5;
    let z = 1.0 / angle;
    let s = z * z;
    let f = fma(s, fma(s, fma(s, fma(s, fma(s, fma(s, fma(s, fma(s, -291460.211, -1386425.62), -1534044.25), -619187.615), -108863.568), -8991.1661), -352.498536), -6.1447173), -0.0371334877) / fma(s, fma(s, fma(s, fma(s, fma(s, fma(s, fma(s, fma(s, 29558568.8, 72330411.8), 59171624.6), 20332128.2), 3265002.02), 256029.988), 9744.19721), 167.028924), 1.0);
    let g = fma(s, fma(s, fma(s, fma(s, fma(s, fma(s, fma(s, fma(s, fma(s, fma(s, 4012323.33, 79519223.2), 216698671.0), 190952261.0), 71460136.7), 12888254.7), 1191059.25), 57509.4997), 1420.79006), 16.505331), 0.0694444444) / fma(s, fma(s, fma(s, fma(s, fma(s, fma(s, fma(s, fma(s, fma(s, 1.89269516e9, 4.03291962e9), 3.16461344e9), 1.11355749e9), 194027356.0), 17578691.7), 839014.882), 20588.0374), 238.223867), 1.0);
    let sine = trig_sin(angle);
    let cosine = trig_cos(angle);
    let one = 0.707106781 * (sine + cosine);
    let two = 0.707106781 * (cosine - sine);
    return 0.564189584 / sqrt(root) * (one * fma(s, f, 1.0) - two * (z * g));
  }
  if (x >= 2.09) {
    let root = sqrt(x);
    let zeta = x * root / 1.5;
    let z = 1.0 / zeta;
    return 0.564189584 * (fma(z, fma(z, fma(z, fma(z, fma(z, fma(z, fma(z, 0.346538102, 12.0075953), 76.2796054), 168.089225), 159.756391), 70.5360907), 14.0264691), 1.0) / fma(z, fma(z, fma(z, fma(z, fma(z, fma(z, fma(z, 0.567594533, 14.7562563), 84.513897), 177.318088), 164.234693), 71.4778401), 14.0959136), 1.0)) / (2.0 * sqrt(root)) * math_exp(-zeta);
  }
  // Ai(x) = c₁ Σ x^3k / Π (3j - 1) 3j - c₂ Σ x^(3k + 1) / Π 3j (3j + 1)
  let z = x * x * x;
  var f = 1.0;
  var g = 1.0;
  for (var k = 27.0; k > 0.0; k -= 3.0) {
    f = fma(f, z / (k * (k - 1.0)), 1.0);
    g = fma(g, z / (k * (k + 1.0)), 1.0);
  }
  return 0.355028054 * f - 0.258819404 * x * g;
}
