// softmax-held.wgsl: the results of softmax.wgsl for rows on GPUs that a workgroup's registers hold: each is read once, all of it at the same
// time, and an exponential is computed once for the sum and the result.
// Uses: lib/workgroup-*.wgsl, lib/math.wgsl, lib/softmax-walks.wgsl
@group(0) @binding(0) var<storage, read> x: array<f32>;        // [rows, n]
@group(0) @binding(1) var<storage, read_write> y: array<f32>;  // [rows, n]
@group(0) @binding(2) var<uniform> params: Params;

struct Params {
  rows: u32,
  n: u32, // at most WORKGROUP HELD, or in fours four times as many
}

const WORKGROUP: u32 = 64u;
const HELD: u32 = 4u; // elements, or fours, of a lane

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let row = wid.y * nwg.x + wid.x;
  if (row >= params.rows) { return; }
  let first = row * params.n;
  var value: array<f32, HELD>; // scalars
  for (var k = 0u; k < HELD; k++) { // unroll
    value[k] = x[first + min(lid.x + k * WORKGROUP, params.n - 1u)];
  }
  var own = LOWEST;
  for (var k = 0u; k < HELD; k++) { // unroll
    own = greater(value[k], own);
  }
  let m = workgroup_max(lid.x, own);
  var power: array<f32, HELD>; // scalars
  var part = 0.0;
  for (var k = 0u; k < HELD; k++) { // unroll
    power[k] = math_exp_below(value[k] - m);
    part += select(0.0, power[k], lid.x + k * WORKGROUP < params.n);
  }
  let sum = workgroup_sum(lid.x, vec2f(part, 0.0)).x;
  let total = select(sum, 1.0, SAFE & (sum == 0.0));
  let shift = math_log(sum);
  for (var k = 0u; k < HELD; k++) { // unroll
    let i = lid.x + k * WORKGROUP;
    if (i < params.n) {
      if (LOG) { y[first + i] = value[k] - m - shift; } else { y[first + i] = power[k] / total; }
    }
  }
}

// The same bindings in fours, for rows whose length 4 divides.
@group(0) @binding(0) var<storage, read> x4: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y4: array<vec4f>;

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
  var own = LOWEST;
  for (var k = 0u; k < HELD; k++) { // unroll
    own = greater(greatest(value[k]), own);
  }
  let m = workgroup_max(lid.x, own);
  var power: array<vec4f, HELD>; // scalars
  var part = vec4f();
  for (var k = 0u; k < HELD; k++) { // unroll
    power[k] = exp4(value[k] - m);
    part += select(vec4f(), power[k], lid.x + k * WORKGROUP < count);
  }
  let sum = workgroup_sum(lid.x, vec2f(dot(part, vec4f(1.0)), 0.0)).x;
  let total = select(sum, 1.0, SAFE & (sum == 0.0));
  let shift = math_log(sum);
  for (var k = 0u; k < HELD; k++) { // unroll
    let i = lid.x + k * WORKGROUP;
    if (i < count) {
      if (LOG) { y4[first + i] = value[k] - m - shift; } else { y4[first + i] = power[k] / total; }
    }
  }
}
