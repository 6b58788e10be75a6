// gather.wgsl: elements picked along one dimension by an index of every result's own.
//   y[outer, j, inner] = x[outer', index[outer, j, inner], inner'],   places as in the result's other dimensions
// x may be larger than the index in the other dimensions, hence its strides.   Uses: lib/fault.wgsl
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read> indices: array<i32>;   // as y
@group(0) @binding(2) var<storage, read_write> y: array<u32>;
@group(0) @binding(3) var<storage, read_write> fault: array<atomic<u32>, 4>;
@group(0) @binding(4) var<uniform> params: Params;

struct Params {
  count: u32,
  limit: u32,  // size of x along the dimension
  stride: u32, // of x along the dimension
  padding: u32,
  sizes: array<vec4<u32>, 2>,   // of y, innermost first
  strides: array<vec4<u32>, 2>, // of x, 0 along the dimension
}

const RANK: u32 = 1u; // at most 8
const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let picked = fault_index(indices[index], params.limit);
  if (picked < 0) {
    y[index] = 0u;
    return;
  }
  var rest = index;
  var at = u32(picked) * params.stride;
  for (var d = 0u; d < RANK; d++) { // unroll
    let size = params.sizes[d / 4u][d % 4u];
    let quotient = rest / size;
    at += (rest - quotient * size) * params.strides[d / 4u][d % 4u];
    rest = quotient;
  }
  y[index] = x[at];
}
