// fft-sums.wgsl: the step of fft.wgsl for any radix; each invocation adds up one result.
//   X'_j[k'] = Σ_{q < R} w_{aR}^{k' q} · X_{j + (b/R) q}[k' mod a]
// Uses: lib/trig.wgsl, lib/fft-roots.wgsl, lib/fft-ends.wgsl
@group(0) @binding(0) var<storage, read> x: array<f32>;       // [outer, length_in, inner, 2]
@group(0) @binding(1) var<storage, read_write> y: array<f32>; // [outer, length_out, inner, 2]
@group(0) @binding(2) var<uniform> params: Params;

struct Params {
  count: u32, // outer · n · inner
  n: u32,
  inner: u32,
  length_in: u32,
  length_out: u32,
  scale: f32,
  before: u32, // a
  radix: u32,
}

const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let a = params.before;
  let made = a * params.radix;
  let apart = params.n / params.radix;
  let inner = index % params.inner;
  let to = index / params.inner % params.n;
  let outer = index / params.inner / params.n;
  let k = to % made;
  let first = to / made * a + k % a;
  var sum = vec2f();
  var power = 0u; // k q modulo a R
  for (var q = 0u; q < params.radix; q++) {
    sum += roots_mul(ends_read(outer, first + q * apart, inner), roots_of_unity(power, made));
    power += k;
    if (power >= made) { power -= made; }
  }
  ends_write(outer, to, inner, sum);
}
