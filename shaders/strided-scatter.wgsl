// strided-scatter.wgsl: a contiguous buffer written into a window of a larger one; the adjoint of strided.wgsl.
//   y[i] = x[j] where i = offset + Σ_d index_d(j) stride_d, elsewhere base[i], or `fill` without a base
// The dimensions come by falling stride, each greater than what the later ones span, so that dividing finds the indices.
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read> base: array<u32>; // unread without HAS_BASE
@group(0) @binding(2) var<storage, read_write> y: array<u32>;
@group(0) @binding(3) var<uniform> params: Params;

struct Params {
  count: u32,
  offset: u32,
  fill: u32, // the bits of the element
  padding: u32,
  sizes: array<vec4<u32>, 2>,
  strides: array<vec4<u32>, 2>,
  x_strides: array<vec4<u32>, 2>,
}

override HAS_BASE: bool = false;

const RANK: u32 = 1u; // at most 8
const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  var inside = index >= params.offset;
  var rest = index - min(index, params.offset);
  var at = 0u;
  for (var d = 0u; d < RANK; d++) { // unroll
    let stride = params.strides[d / 4u][d % 4u];
    let i = rest / stride;
    inside = inside && i < params.sizes[d / 4u][d % 4u];
    at += i * params.x_strides[d / 4u][d % 4u];
    rest -= i * stride;
  }
  if (inside && rest == 0u) {
    y[index] = x[at];
  } else if (HAS_BASE) {
    y[index] = base[index];
  } else {
    y[index] = params.fill;
  }
}
