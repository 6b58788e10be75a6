// fft-chirp.wgsl: what a discrete Fourier transform of any length n needs besides transforms of length m ≥ 2n - 1, a power of 2.
//   y_k = c_k Σ_j (x_j c_j) · conj(c_{k-j}),   c_j = e^{∓πi j² / n}
// Source: Bluestein 1970, "A linear filtering approach to the computation of discrete Fourier transform".
// Uses: lib/trig.wgsl, lib/fft-roots.wgsl, lib/fft-ends.wgsl
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

struct Params {
  count: u32, // invocations
  n: u32,
  inner: u32,
  length_in: u32,
  length_out: u32,
  scale: f32,
  m: u32,
}

const WORKGROUP: u32 = 64u;

// j² modulo 2n; j² itself may have too many bits.
fn square(j: u32) -> u32 {
  let n = 2u * params.n;
  if (j < 65536u) { return j * j % n; }
  var result = 0u;
  for (var bit = 1u << (31u - countLeadingZeros(j)); bit > 0u; bit >>= 1u) {
    result = 2u * result % n;
    if ((j & bit) != 0u) { result = (result + j) % n; }
  }
  return result;
}

fn chirp(j: u32) -> vec2f { return roots_of_unity(square(j), 2u * params.n); }

fn complex_x(at: u32) -> vec2f { return vec2f(x[2u * at], x[2u * at + 1u]); }

fn write(at: u32, value: vec2f) {
  y[2u * at] = value.x;
  y[2u * at + 1u] = value.y;
}

// y[outer, m, inner]: x_j c_j, and zeros from n on.
@compute @workgroup_size(WORKGROUP)
fn spread(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let inner = index % params.inner;
  let j = index / params.inner % params.m;
  var value = vec2f();
  if (j < params.n) { value = roots_mul(ends_read(index / params.inner / params.m, j, inner), chirp(j)); }
  write(index, value);
}

// y[m]: conj(c_j) for -n < j < n, where negative places are counted from the end.
@compute @workgroup_size(WORKGROUP)
fn conjugates(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let j = min(index, params.m - index);
  var value = vec2f();
  if (j < params.n) { value = chirp(j) * vec2f(1.0, -1.0); }
  write(index, value);
}

// y[outer, m, inner] times x[m].
@compute @workgroup_size(WORKGROUP)
fn product(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let value = vec2f(y[2u * index], y[2u * index + 1u]);
  write(index, roots_mul(value, complex_x(index / params.inner % params.m)));
}

// c_k x[outer, k, inner], of rows of m, in the form of results.
@compute @workgroup_size(WORKGROUP)
fn gather(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let inner = index % params.inner;
  let k = index / params.inner % params.n;
  let outer = index / params.inner / params.n;
  let value = complex_x((outer * params.m + k) * params.inner + inner);
  ends_write(outer, k, inner, roots_mul(value, chirp(k)));
}
