// lib/fft-points-8.wgsl: the discrete Fourier transform of 8 numbers, from those of the even and of the odd ones.
// Uses: lib/trig.wgsl, lib/fft-roots.wgsl
const RADIX: u32 = 8u;
alias Points = array<vec2f, RADIX>;

const POINTS_HALF: f32 = 0.707106781; // √½

fn points_of_four(a: vec2f, b: vec2f, c: vec2f, d: vec2f) -> array<vec2f, 4> {
  let even = a + c;
  let odd = b + d;
  let turned = roots_quarter(b - d);
  return array<vec2f, 4>(even + odd, a - c + turned, even - odd, a - c - turned);
}

fn points_transform(v: Points) -> Points {
  let even = points_of_four(v[0], v[2], v[4], v[6]);
  let odd = points_of_four(v[1], v[3], v[5], v[7]);
  let one = (odd[1] + roots_quarter(odd[1])) * POINTS_HALF; // odd[1] · w_8
  let two = roots_quarter(odd[2]);
  let three = (roots_quarter(odd[3]) - odd[3]) * POINTS_HALF; // odd[3] · w_8³
  return Points(
    even[0] + odd[0], even[1] + one, even[2] + two, even[3] + three,
    even[0] - odd[0], even[1] - one, even[2] - two, even[3] - three,
  );
}
