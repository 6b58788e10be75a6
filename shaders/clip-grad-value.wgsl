// clip-grad-value.wgsl: limits every element to ±limit, in place; NaN stays NaN.
@group(0) @binding(0) var<storage, read_write> y: array<f32>; // [count]
@group(0) @binding(1) var<uniform> params: Params;

struct Params {
  count: u32,
  limit: f32,
}

const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let i = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (i >= params.count) { return; }
  // Only what is outside is written, so that the fate of NaN does not hang on the compiler's clamp.
  if (y[i] > params.limit) { y[i] = params.limit; }
  if (y[i] < -params.limit) { y[i] = -params.limit; }
}
