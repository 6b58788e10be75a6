// fft.wgsl: one step of a discrete Fourier transform along a dimension of n elements; the results of the last are in their usual order.
//   The steps before have transformed b interleaved parts of a elements, a·b = n. This one makes b / R of a·R elements:
//   X'_j[k + a r] = Σ_{q < R} w_R^{r q} · w_{aR}^{k q} · X_{j + (b/R) q}[k],   w_m = e^{∓2πi / m};   X_j[k] lies at j·a + k
// Source: Van Loan 1992, "Computational frameworks for the fast Fourier transform", §1.7 (Stockham's order).
// Uses: lib/trig.wgsl, lib/fft-roots.wgsl, lib/fft-ends.wgsl, lib/fft-points-*.wgsl
@group(0) @binding(0) var<storage, read> x: array<f32>;       // [outer, length_in, inner, 2]
@group(0) @binding(1) var<storage, read_write> y: array<f32>; // [outer, length_out, inner, 2]
@group(0) @binding(2) var<uniform> params: Params;

struct Params {
  count: u32, // outer · n / R · inner
  n: u32,
  inner: u32,
  length_in: u32,
  length_out: u32,
  scale: f32,
  before: u32, // a
}

const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let a = params.before;
  let apart = params.n / RADIX;
  let inner = index % params.inner;
  let i = index / params.inner % apart;
  let outer = index / params.inner / apart;
  let k = i % a;
  var v: Points;
  for (var q = 0u; q < RADIX; q++) {
    v[q] = roots_mul(ends_read(outer, i + q * apart, inner), roots_of_unity(k * q, a * RADIX));
  }
  let results = points_transform(v);
  let first = (i - k) * RADIX + k;
  for (var r = 0u; r < RADIX; r++) {
    ends_write(outer, first + r * a, inner, results[r]);
  }
}
