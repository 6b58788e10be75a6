// lib/trig.wgsl: sine and cosine. WGSL bounds its own only by 2^-11 on [-π, π]; these are within 2e-7 for every finite x.
//   x = k π/2 + r,  |r| ≤ π/4;  Taylor polynomials in r.

// π/2 in three parts (Cody and Waite 1980), so that r keeps its low digits: for |x| up to 65,536, where k has 16 bits.
fn trig_reduce(x: f32, k: f32) -> f32 {
  return fma(k, -7.54978942e-8, fma(k, -4.83751297e-4, fma(k, -1.5703125, x)));
}

// The product of two numbers of 32 bits: its low and its high word.
fn trig_wide(a: u32, b: u32) -> vec2u {
  let low = (a & 0xffffu) * (b & 0xffffu);
  let left = (a >> 16u) * (b & 0xffffu);
  let right = (a & 0xffffu) * (b >> 16u);
  let middle = (low >> 16u) + (left & 0xffffu) + (right & 0xffffu);
  let high = (a >> 16u) * (b >> 16u) + (left >> 16u) + (right >> 16u) + (middle >> 16u);
  return vec2u((middle << 16u) | (low & 0xffffu), high);
}

// r and k modulo 4 for larger x (Payne and Hanek 1983): the 24 bits of x times those 96 bits of 2/π that decide the quadrant and the
// 62 bits after it. Those before give multiples of 4, and a float32 comes no closer to a multiple of π/2 than 2^-30.
fn trig_reduce_far(x: f32) -> vec2<f32> {
  let bits = bitcast<u32>(x) & 0x7fffffffu;
  if (bits >= 0x7f800000u) {
    var nan = 0x7fc00000u;
    return vec2<f32>(bitcast<f32>(nan), 0.0);
  }
  var digits = array<u32, 7>(0x28be60dbu, 0x9391054au, 0x7f09d5f4u, 0x7d4d3770u, 0x36d8a566u, 0x4f10e410u, 0x7f9458eau); // 2/π · 2^190
  let mantissa = (bits << 8u) | 0x80000000u;
  let exponent = (bits >> 23u) - 126u; // at least 17 here
  let word = exponent >> 5u;
  let shift = exponent & 31u;
  let first = select(digits[max(word, 1u) - 1u], 0u, word == 0u);
  let second = digits[word];
  let third = digits[word + 1u];
  let fourth = digits[word + 2u];
  let high = (first << shift) | ((second >> (31u - shift)) >> 1u);
  let middle = (second << shift) | ((third >> (31u - shift)) >> 1u);
  let low = (third << shift) | ((fourth >> (31u - shift)) >> 1u);
  let part = trig_wide(mantissa, middle);
  var rest = part.x + trig_wide(mantissa, low).y;
  var top = mantissa * high + part.y + select(0u, 1u, rest < part.x);
  // Two bits of quadrant, then a fraction, brought from [0, 1) to [-½, ½).
  var quadrant = top >> 30u;
  top &= 0x3fffffffu;
  let back = (top & 0x20000000u) != 0u;
  if (back) {
    quadrant += 1u;
    top = 0x40000000u - top - select(0u, 1u, rest != 0u);
    rest = 0u - rest;
  }
  let fraction = (f32(top) * 4294967296.0 + f32(rest)) * 3.40612158e-19; // π/2 · 2^-62
  let turned = back != (x < 0.0);
  let k = f32(select(quadrant & 3u, (4u - (quadrant & 3u)) & 3u, x < 0.0));
  return vec2<f32>(select(fraction, -fraction, turned), k);
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
  var k = round(x * 0.636619772);
  var r = trig_reduce(x, k);
  if (!(abs(x) <= 65536.0)) {
    let far = trig_reduce_far(x);
    r = far.x;
    k = far.y;
  }
  let quadrant = (i32(k) + quarters) & 3;
  let y = select(trig_sin_quarter(r), trig_cos_quarter(r), (quadrant & 1) == 1);
  return select(y, -y, quadrant >= 2);
}

fn trig_sin(x: f32) -> f32 { return trig_shifted_sin(x, 0); }

fn trig_cos(x: f32) -> f32 { return trig_shifted_sin(x, 1); }
