// sum-chunks-ahead.wgsl: sum-chunks.wgsl on GPUs, in the same order: as many chunks are loaded at once as there are, up to 16.
//   y[i] = b[i div run mod cols] + Σ_s x[s,i]
const WORKGROUP: u32 = 64u;
const BIAS: u32 = 0u;
const AHEAD: u32 = 4u;

struct Params {
  count: u32,
  chunks: u32,
  cols: u32,
  run: u32, // elements side by side with the same bias
}

@group(0) @binding(0) var<storage, read> x: array<f32>;       // [chunks, count]
@group(0) @binding(1) var<storage, read> b: array<f32>;       // [cols]; unread if BIAS is 0
@group(0) @binding(2) var<storage, read_write> y: array<f32>; // [count]
@group(0) @binding(3) var<uniform> params: Params;

// The compiler may put pointwise operations on the result here.
fn store(at: u32, value: f32) { y[at] = value; }

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  var sum = 0.0;
  if (BIAS == 1u) { sum = b[index / params.run % params.cols]; }
  // The last turn loads the last chunk in the place of those that there are not.
  for (var s = 0u; s < params.chunks; s += AHEAD) {
    var value: array<f32, AHEAD>; // scalars
    for (var k = 0u; k < AHEAD; k++) { // unroll
      value[k] = x[min(s + k, params.chunks - 1u) * params.count + index];
    }
    for (var k = 0u; k < AHEAD; k++) { // unroll
      sum += select(0.0, value[k], s + k < params.chunks);
    }
  }
  store(index, sum);
}
