// lib/fft-ends.wgsl: how passes of discrete Fourier transforms read and write rows of n complex numbers. Elements of a row that x does not
// have are 0, and those that y does not have are not written.
// The using file declares: struct Params { n: u32, inner: u32, length_in: u32, length_out: u32, scale: f32 } var<storage, read> x: array<f32>; var<storage, read_write> y: array<f32>; var<uniform> params: Params;
//   x: [outer, length_in, inner, 2], or with REAL_IN [outer, length_in, inner]; y likewise

override REAL_IN: bool = false;
override REAL_OUT: bool = false;
// Elements of half a spectrum stand for their conjugates, too, and so count twice.
override DOUBLE_IN: bool = false;
override DOUBLE_OUT: bool = false;

// All but the first, and the last of an even n.
fn ends_factor(k: u32, doubled: bool) -> f32 {
  return select(1.0, 2.0, doubled && k > 0u && 2u * k != params.n);
}

fn ends_read(outer: u32, k: u32, inner: u32) -> vec2f {
  if (k >= params.length_in) { return vec2f(); }
  let at = (outer * params.length_in + k) * params.inner + inner;
  if (REAL_IN) { return vec2f(x[at], 0.0); }
  return vec2f(x[2u * at], x[2u * at + 1u]) * ends_factor(k, DOUBLE_IN);
}

fn ends_write(outer: u32, k: u32, inner: u32, value: vec2f) {
  if (k >= params.length_out) { return; }
  let at = (outer * params.length_out + k) * params.inner + inner;
  let scaled = value * (params.scale * ends_factor(k, DOUBLE_OUT));
  if (REAL_OUT) {
    y[at] = scaled.x;
  } else {
    y[2u * at] = scaled.x;
    y[2u * at + 1u] = scaled.y;
  }
}
