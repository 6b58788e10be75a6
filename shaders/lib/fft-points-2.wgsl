// lib/fft-points-2.wgsl: the discrete Fourier transform of 2 numbers.
const RADIX: u32 = 2u;
alias Points = array<vec2f, RADIX>;

fn points_transform(v: Points) -> Points {
  return Points(v[0] + v[1], v[0] - v[1]);
}
