// lib/fft-roots.wgsl: complex numbers as pairs, and the roots of unity by which discrete Fourier transforms multiply.
// Uses: lib/trig.wgsl

override INVERSE: bool = false;

fn roots_mul(a: vec2f, b: vec2f) -> vec2f {
  return vec2f(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x);
}

// w_n^k = e^{-2πi k / n}, for INVERSE its conjugate; 0 ≤ k < n < 2^28. The angle is brought to an eighth of a turn at most in whole numbers, and so has
// the digits of a float32.
fn roots_of_unity(k: u32, n: u32) -> vec2f {
  let quarter = (8u * k + n) / (2u * n); // the nearest
  let rest = i32(4u * k) - i32(quarter * n);
  let angle = f32(rest) / f32(n) * 1.57079633;
  let c = trig_cos_quarter(angle);
  let s = trig_sin_quarter(angle);
  let turned = select(vec2f(c, s), vec2f(-s, c), (quarter & 1u) == 1u);
  let w = select(turned, -turned, (quarter & 2u) == 2u);
  return select(vec2f(w.x, -w.y), w, INVERSE);
}

// a · w_4
fn roots_quarter(a: vec2f) -> vec2f {
  return select(vec2f(a.y, -a.x), vec2f(-a.y, a.x), INVERSE);
}
