// sum-chunks-lanes.wgsl: sum-chunks-pair.wgsl for many chunks of few elements. Some lanes share an element, so that more is under way
// from memory at one time.
//   y[i] = Σ_s x[s, i],   v[j] = Σ_s u[s, j]
const THREADS: u32 = 256u;
const AHEAD: u32 = 4u; // loads of a lane under way

struct Params {
  x_count: u32,
  u_count: u32,
  chunks: u32,
  parts: u32, // lanes that share an element
  cols: u32, // elements of a workgroup: THREADS / parts
}

@group(0) @binding(0) var<storage, read> x: array<f32>;        // [chunks, x_count]
@group(0) @binding(1) var<storage, read> u: array<f32>;        // [chunks, u_count]
@group(0) @binding(2) var<storage, read_write> y: array<f32>;  // [x_count]
@group(0) @binding(3) var<storage, read_write> v: array<f32>;  // [u_count]
@group(0) @binding(4) var<uniform> params: Params;

var<workgroup> sums: array<f32, THREADS>; // [parts, cols]

// The compiler may put pointwise operations on the first result here.
fn store(at: u32, value: f32) { y[at] = value; }

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_index) thread: u32) {
  let parts = params.parts;
  let step = AHEAD * parts;
  let index = (wid.y * nwg.x + wid.x) * params.cols + thread % params.cols;
  let other = index - params.x_count;
  let inside = index < params.x_count;
  var sum = 0.0;
  var s = thread / params.cols;
  if (inside) {
    for (; s + step - parts < params.chunks; s += step) {
      var value: array<f32, AHEAD>; // scalars
      for (var k = 0u; k < AHEAD; k++) { // unroll
        value[k] = x[(s + k * parts) * params.x_count + index];
      }
      for (var k = 0u; k < AHEAD; k++) { // unroll
        sum += value[k];
      }
    }
    for (; s < params.chunks; s += parts) { sum += x[s * params.x_count + index]; }
  } else if (other < params.u_count) {
    for (; s < params.chunks; s += parts) { sum += u[s * params.u_count + other]; }
  }
  sums[thread] = sum;
  workgroupBarrier();
  if (thread >= params.cols) { return; }
  for (var k = 1u; k < parts; k++) {
    sum += sums[k * params.cols + thread];
  }
  if (inside) {
    store(index, sum);
    return;
  }
  if (other < params.u_count) { v[other] = sum; }
}
