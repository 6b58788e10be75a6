// winograd-weight.wgsl: 3×3 kernels in the domain of F(2×2, 3×3).
//   u[k,o,c] = (G w[o,c] Gᵀ)[k],   G = (1 0 0; ½ ½ ½; ½ -½ ½; 0 0 1)
// Source: Lavin and Gray 2016, arXiv:1509.09308.
const WORKGROUP: u32 = 64u;

struct Params {
  count: u32, // group_out · group_in
  group_in: u32,
  out_step: u32, // steps in w from channel to channel
  in_step: u32,
  first_tap: u32,
  tap_step: u32,
}

@group(0) @binding(0) var<storage, read> w: array<f32>;       // [o, c, 3, 3] by steps
@group(0) @binding(1) var<storage, read_write> u: array<f32>; // [16, group_out, group_in]
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let at = index / params.group_in * params.out_step + index % params.group_in * params.in_step + params.first_tap;
  let step = params.tap_step;
  let top = vec3f(w[at], w[at + step], w[at + 2u * step]);
  let middle = vec3f(w[at + 3u * step], w[at + 4u * step], w[at + 5u * step]);
  let bottom = vec3f(w[at + 6u * step], w[at + 7u * step], w[at + 8u * step]);
  let sum = 0.5 * (top + bottom);
  let rows = array<vec3f, 4>(top, sum + 0.5 * middle, sum - 0.5 * middle, bottom);
  for (var i = 0u; i < 4u; i++) { // unroll
    let row = rows[i];
    let ends = 0.5 * (row.x + row.z);
    u[(4u * i) * params.count + index] = row.x;
    u[(4u * i + 1u) * params.count + index] = ends + 0.5 * row.y;
    u[(4u * i + 2u) * params.count + index] = ends - 0.5 * row.y;
    u[(4u * i + 3u) * params.count + index] = row.z;
  }
}
