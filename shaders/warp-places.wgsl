// warp-places.wgsl: where pictures are read that are moved, turned or put in perspective, in elements of theirs; one invocation a place.
//   (u, v) = (a x + b y + c, d x + e y + f), in perspective each over g x + h y + 1, less 1: from -1 to 1 across the picture
//   place = (u + 1) · width / 2 - 1/2, and so for v
// As torchvision's matrix product and PyTorch's grid_sample round on a processor with fused multiplication and addition: the nearest element of what
// lies half way, and bytes half way between two, hang on the last bit. Source: torchvision, transforms/v2/functional/_geometry.py.
// Uses: lib/exact.wgsl
@group(0) @binding(0) var<storage, read> matrices: array<f32>;       // [N, 8]: a … h
@group(0) @binding(1) var<storage, read_write> places: array<f32>;   // [N, H, W, 2]: x first
@group(0) @binding(2) var<uniform> params: Params;

struct Params {
  count: u32, // N · H · W
  height: u32,
  width: u32,
  perspective: u32,
  fused: u32, // small products are computed in another order
  left: f32, // x and y of the first place
  top: f32,
  half_width: f32, // of the picture that is read
  half_height: f32,
}

const WORKGROUP: u32 = 64u;

fn combined(x: f32, y: f32, a: f32, b: f32, c: f32) -> f32 {
  let first = exact_mul(x, a);
  if (params.fused == 1u) { return exact_fma(y, b, first) + c; }
  return (first + exact_mul(y, b)) + c;
}

fn quotient(a: f32, b: f32) -> f32 {
  if (b == 0.0) { return select(-2.0, 2.0, a >= 0.0) * 1.0e6; }
  return exact_div(a, b);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = (wid.y * nwg.x + wid.x) * WORKGROUP + lane;
  if (at >= params.count) { return; }
  let x = params.left + f32(at % params.width);
  let y = params.top + f32((at / params.width) % params.height);
  let m = at / (params.width * params.height) * 8u;
  var u = combined(x, y, matrices[m], matrices[m + 1u], matrices[m + 2u]);
  var v = combined(x, y, matrices[m + 3u], matrices[m + 4u], matrices[m + 5u]);
  if (params.perspective == 1u) {
    let w = combined(x, y, matrices[m + 6u], matrices[m + 7u], 1.0);
    u = quotient(u, w) - 1.0;
    v = quotient(v, w) - 1.0;
  }
  // Far outside there is nothing to read, wherever that is exactly.
  places[2u * at] = exact_fma(clamp(u, -1.0e6, 1.0e6) + 1.0, params.half_width, -0.5);
  places[2u * at + 1u] = exact_fma(clamp(v, -1.0e6, 1.0e6) + 1.0, params.half_height, -0.5);
}
