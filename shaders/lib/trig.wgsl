// lib/trig.wgsl: sine and cosine. WGSL bounds its own only by 2^-11 on [-π, π]; these are within 2e-7 up to |x| = 10,000.
//   x = k π/2 + r,  |r| ≤ π/4;  Taylor polynomials in r.

// π/2 in three parts (Cody and Waite 1980), so that r keeps its low digits.
fn trig_reduce(x: f32, k: f32) -> f32 {
  return fma(k, -7.54978942e-8, fma(k, -4.83751297e-4, fma(k, -1.5703125, x)));
}

fn trig_sin_quarter(r: f32) -> f32 {
  let t = r * r;
  return fma(r * t, fma(t, fma(t, fma(t, 2.75573192e-6, -1.98412698e-4), 8.33333333e-3), -1.66666667e-1), r);
}

fn trig_cos_quarter(r: f32) -> f32 {
  let t = r * r;
  return fma(t, fma(t, fma(t, fma(t, fma(t, -2.75573192e-7, 2.48015873e-5), -1.38888889e-3), 4.16666667e-2), -0.5), 1.0);
}

// sin(x + quarters · π/2)
fn trig_shifted_sin(x: f32, quarters: i32) -> f32 {
  let k = round(x * 0.636619772);
  let r = trig_reduce(x, k);
  let quadrant = (i32(k) + quarters) & 3;
  let y = select(trig_sin_quarter(r), trig_cos_quarter(r), (quadrant & 1) == 1);
  return select(y, -y, quadrant >= 2);
}

fn trig_sin(x: f32) -> f32 { return trig_shifted_sin(x, 0); }

fn trig_cos(x: f32) -> f32 { return trig_shifted_sin(x, 1); }
