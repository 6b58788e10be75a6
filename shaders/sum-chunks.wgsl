// sum-chunks.wgsl: adds the partial results of a split sum, in a fixed order; the second pass of weight gradients and split-K.
//   y[i] = b[i div run mod cols] + Σ_s x[s,i]
const WORKGROUP: u32 = 64u;
const BIAS: u32 = 0u;

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
  var s = 0u;
  // Four loads are under way at once, since each waits for memory.
  for (; s + 3u < params.chunks; s += 4u) {
    let at = s * params.count + index;
    let p = x[at];
    let q = x[at + params.count];
    let r = x[at + 2u * params.count];
    let t = x[at + 3u * params.count];
    sum = sum + p + q + r + t;
  }
  for (; s < params.chunks; s++) { sum += x[s * params.count + index]; }
  store(index, sum);
}
