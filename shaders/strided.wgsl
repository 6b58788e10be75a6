// strided.wgsl: reads a view of a buffer into a contiguous one, whatever the element type (32 bits are copied).
//   y[i] = x[offset + Σ_d index_d(i) stride_d]
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> y: array<u32>; // [size_{RANK-1}, …, size_0]
@group(0) @binding(2) var<uniform> params: Params;

struct Params {
  count: u32,
  offset: i32,
  padding: vec2<u32>,
  sizes: array<vec4<u32>, 2>, // innermost first
  strides: array<vec4<i32>, 2>,
}

const RANK: u32 = 1u; // at most 8
const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  var rest = index;
  var at = params.offset;
  for (var d = 0u; d < RANK; d++) { // unroll
    let size = params.sizes[d / 4u][d % 4u];
    let quotient = rest / size;
    at += i32(rest - quotient * size) * params.strides[d / 4u][d % 4u];
    rest = quotient;
  }
  y[index] = x[at];
}
