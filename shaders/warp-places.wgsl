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
  let fused = params.fused == 1u;
  let first = exact_mul(x, a);
  let second = exact_fma(y, b, select(0.0, first, fused));
  return select(first + second, second, fused) + c;
}

fn quotient(a: f32, b: f32) -> f32 { return select(exact_div(a, b), select(-2.0, 2.0, a >= 0.0) * 1.0e6, b == 0.0); }

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = (wid.y * nwg.x + wid.x) * WORKGROUP + lane;
  if (at >= params.count) { return; }
  let x = params.left + f32(at % params.width);
  let y = params.top + f32((at / params.width) % params.height);
  let m = at / (params.width * params.height) * 8u;
  let flat = params.perspective == 0u;
  let half = vec2f(params.half_width, params.half_height);
  var sums = vec3f(1.0);
  for (var i = 0u; i < select(3u, 2u, flat); i++) {
    let row = m + 3u * i;
    sums[i] = combined(x, y, matrices[row], matrices[row + 1u], select(matrices[min(row + 2u, m + 7u)], 1.0, i == 2u));
  }
  for (var i = 0u; i < 2u; i++) {
    var place = sums[i];
    if (!flat) { place = quotient(place, sums.z) - 1.0; }
    // Far outside there is nothing to read, wherever that is exactly.
    places[2u * at + i] = exact_fma(clamp(place, -1.0e6, 1.0e6) + 1.0, half[i], -0.5);
  }
}
