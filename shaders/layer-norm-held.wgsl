// layer-norm-held.wgsl: the results of layer-norm.wgsl for rows on GPUs that a workgroup's registers hold: each is read once, all of it at
// the same time, and its mean, its deviations and its results come from registers.
// Uses: lib/workgroup-*.wgsl
@group(0) @binding(0) var<storage, read> x: array<f32>;               // [rows, n]
@group(0) @binding(1) var<storage, read> w: array<f32>;               // [n]; unread without WEIGHT
@group(0) @binding(2) var<storage, read> b: array<f32>;               // [n]; unread without BIAS
@group(0) @binding(3) var<storage, read_write> y: array<f32>;         // [rows, n]
@group(0) @binding(4) var<storage, read_write> mean: array<f32>;      // [rows]
@group(0) @binding(5) var<storage, read_write> variance: array<f32>;  // [rows]
@group(0) @binding(6) var<uniform> params: Params;

struct Params {
  rows: u32,
  n: u32, // at most WORKGROUP HELD, or in fours four times as many
  eps: f32,
}

override WEIGHT: bool = false;
override BIAS: bool = false; // with a weight only
override CENTERED: bool = true; // no: the mean counts as 0 (RMS norm)

const WORKGROUP: u32 = 64u;
const HELD: u32 = 4u; // elements, or fours, of a lane

// The compiler may put pointwise operations on the result here.
fn store(at: u32, value: f32) { y[at] = value; }

fn store4(at: u32, value: vec4f) { y4[at] = value; }

// The variance, NaN for ∞.
fn held(variance: f32) -> f32 {
  if (!CENTERED) { return variance; }
  let bits = bitcast<u32>(variance);
  return bitcast<f32>(select(bits, bits | 0x400000u, bits == 0x7f800000u));
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let row = wid.y * nwg.x + wid.x;
  if (row >= params.rows) { return; }
  let first = row * params.n;
  var value: array<f32, HELD>; // scalars
  for (var k = 0u; k < HELD; k++) { // unroll
    value[k] = x[first + min(lid.x + k * WORKGROUP, params.n - 1u)];
  }
  var center = 0.0;
  if (CENTERED) {
    var sum = 0.0;
    for (var k = 0u; k < HELD; k++) { // unroll
      sum += select(0.0, value[k], lid.x + k * WORKGROUP < params.n);
    }
    center = workgroup_sum(lid.x, vec2f(sum, 0.0)).x / f32(params.n);
  }
  var squares = 0.0;
  for (var k = 0u; k < HELD; k++) { // unroll
    squares += select(0.0, (value[k] - center) * (value[k] - center), lid.x + k * WORKGROUP < params.n);
  }
  let spread = held(workgroup_sum(lid.x, vec2f(squares, 0.0)).x / f32(params.n));
  if (lid.x == 0u) {
    mean[row] = center;
    variance[row] = spread;
  }
  let rstd = inverseSqrt(spread + params.eps);
  for (var k = 0u; k < HELD; k++) { // unroll
    let i = lid.x + k * WORKGROUP;
    if (i < params.n) {
      var result = (value[k] - center) * rstd;
      if (WEIGHT) { result *= w[i]; }
      if (BIAS) { result += b[i]; }
      store(first + i, result);
    }
  }
}

// The same bindings in fours, for rows whose length 4 divides.
@group(0) @binding(0) var<storage, read> x4: array<vec4f>;
@group(0) @binding(1) var<storage, read> w4: array<vec4f>;
@group(0) @binding(2) var<storage, read> b4: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> y4: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn quads(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let row = wid.y * nwg.x + wid.x;
  if (row >= params.rows) { return; }
  let count = params.n / 4u;
  let first = row * count;
  var value: array<vec4f, HELD>; // scalars
  for (var k = 0u; k < HELD; k++) { // unroll
    value[k] = x4[first + min(lid.x + k * WORKGROUP, count - 1u)];
  }
  var center = 0.0;
  if (CENTERED) {
    var sum = vec4f();
    for (var k = 0u; k < HELD; k++) { // unroll
      sum += select(vec4f(), value[k], lid.x + k * WORKGROUP < count);
    }
    center = workgroup_sum(lid.x, vec2f(dot(sum, vec4f(1.0)), 0.0)).x / f32(params.n);
  }
  var squares = vec4f();
  for (var k = 0u; k < HELD; k++) { // unroll
    squares += select(vec4f(), (value[k] - center) * (value[k] - center), lid.x + k * WORKGROUP < count);
  }
  let spread = held(workgroup_sum(lid.x, vec2f(dot(squares, vec4f(1.0)), 0.0)).x / f32(params.n));
  if (lid.x == 0u) {
    mean[row] = center;
    variance[row] = spread;
  }
  let rstd = inverseSqrt(spread + params.eps);
  for (var k = 0u; k < HELD; k++) { // unroll
    let i = lid.x + k * WORKGROUP;
    if (i < count) {
      var result = (value[k] - center) * rstd;
      if (WEIGHT) { result *= w4[i]; }
      if (BIAS) { result += b4[i]; }
      store4(first + i, result);
    }
  }
}
