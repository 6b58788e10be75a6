// lib/fft-points-4.wgsl: the discrete Fourier transform of 4 numbers.
// Uses: lib/trig.wgsl, lib/fft-roots.wgsl
const RADIX: u32 = 4u;
alias Points = array<vec2f, RADIX>;

fn points_transform(v: Points) -> Points {
  let even = v[0] + v[2];
  let odd = v[1] + v[3];
  let turned = roots_quarter(v[1] - v[3]);
  return Points(even + odd, v[0] - v[2] + turned, even - odd, v[0] - v[2] - turned);
}
