// sum-chunks-pair.wgsl: adds the partial results of two split sums, in a fixed order, as sum-chunks.wgsl does with one.
//   y[i] = Σ_s x[s, i],   v[j] = Σ_s u[s, j]
// One result an invocation (main), or a workgroup (wide), for many chunks on a GPU, where each load waits for memory.
const WORKGROUP: u32 = 64u;

struct Params {
  x_count: u32,
  u_count: u32,
  chunks: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;        // [chunks, x_count]
@group(0) @binding(1) var<storage, read> u: array<f32>;        // [chunks, u_count]
@group(0) @binding(2) var<storage, read_write> y: array<f32>;  // [x_count]
@group(0) @binding(3) var<storage, read_write> v: array<f32>;  // [u_count]
@group(0) @binding(4) var<uniform> params: Params;

// The compiler may put pointwise operations on the first result here.
fn store(at: u32, value: f32) { y[at] = value; }

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  var sum = 0.0;
  if (index < params.x_count) {
    var s = 0u;
    for (; s + 3u < params.chunks; s += 4u) {
      let at = s * params.x_count + index;
      let a = x[at];
      let b = x[at + params.x_count];
      let c = x[at + 2u * params.x_count];
      let d = x[at + 3u * params.x_count];
      sum = sum + a + b + c + d;
    }
    for (; s < params.chunks; s++) { sum += x[s * params.x_count + index]; }
    store(index, sum);
    return;
  }
  let other = index - params.x_count;
  if (other >= params.u_count) { return; }
  for (var s = 0u; s < params.chunks; s++) { sum += u[s * params.u_count + other]; }
  v[other] = sum;
}

var<workgroup> parts: array<f32, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn wide(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = wid.y * nwg.x + wid.x;
  if (index >= params.x_count + params.u_count) { return; }
  var sum = 0.0;
  if (index < params.x_count) {
    for (var s = lid.x; s < params.chunks; s += WORKGROUP) { sum += x[s * params.x_count + index]; }
  } else {
    for (var s = lid.x; s < params.chunks; s += WORKGROUP) { sum += u[s * params.u_count + index - params.x_count]; }
  }
  parts[lid.x] = sum;
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lid.x < half) { parts[lid.x] += parts[lid.x + half]; }
  }
  if (lid.x > 0u) { return; }
  if (index < params.x_count) { store(index, parts[0]); } else { v[index - params.x_count] = parts[0]; }
}
