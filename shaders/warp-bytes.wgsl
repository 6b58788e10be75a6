// warp-bytes.wgsl: pictures of bytes read between their elements, at places of their own; one invocation a place.
//   y = Σ x(taps) · weights over the four elements around the place, 0 for those outside; with a colour for what lies outside (y - colour) · inside + colour,
//   where inside is the sum of the weights that lie inside. Rounded, halves to even.
// As PyTorch's grid_sample and torchvision compute on a processor with fused multiplication and addition: halves hang on the last bit.
// Uses: lib/exact.wgsl
@group(0) @binding(0) var<storage, read> x: array<u32>;              // [N, C, H, W]
@group(0) @binding(1) var<storage, read> places: array<f32>;         // [N, H', W', 2]: x first
@group(0) @binding(2) var<storage, read> colour: array<f32>;         // [C]
@group(0) @binding(3) var<storage, read_write> y: array<u32>;        // [N, C, H', W']
@group(0) @binding(4) var<uniform> params: Params;

struct Params {
  count: u32, // N · H' · W'
  plane: u32, // H' · W'
  channels: u32,
  height: u32,
  width: u32,
  filled: u32, // 1: what lies outside has the colour
}

const WORKGROUP: u32 = 64u;

// The weights of the elements left above, right above, left below and right below.
fn weights_at(place: vec2f, corner: vec2f) -> vec4f {
  let far = place - corner;
  let near = 1.0 - far;
  var weights = vec4f(near.y, near.y, far.y, far.y);
  var across = vec4f(near.x, far.x, near.x, far.x);
  for (var i = 0u; i < 4u; i++) { weights[i] = exact_mul(weights[i], across[i]); }
  return weights;
}

fn inside(at: vec2f) -> bool {
  return at.x >= 0.0 && at.y >= 0.0 && at.x < f32(params.width) && at.y < f32(params.height);
}

fn element(first: u32, at: vec2f) -> f32 {
  if (!inside(at)) { return 0.0; }
  return f32(x[first + u32(at.y) * params.width + u32(at.x)]);
}

fn blended(values: vec4f, weights: vec4f) -> f32 {
  var sum = 0.0;
  for (var i = 0u; i < 4u; i++) { sum = exact_fma(values[i], weights[i], sum); }
  return sum;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = (wid.y * nwg.x + wid.x) * WORKGROUP + lane;
  if (at >= params.count) { return; }
  let place = vec2f(places[2u * at], places[2u * at + 1u]);
  let corner = floor(place);
  let weights = weights_at(place, corner);
  let right = corner + vec2f(1.0, 0.0);
  let below = corner + vec2f(0.0, 1.0);
  let across = corner + vec2f(1.0, 1.0);
  let there = select(vec4f(0.0), vec4f(1.0), vec4<bool>(inside(corner), inside(right), inside(below), inside(across)));
  var share = 1.0;
  if (params.filled == 1u) { share = blended(there, weights); }
  let picture = at / params.plane;
  for (var channel = 0u; channel < params.channels; channel++) {
    let first = (picture * params.channels + channel) * params.height * params.width;
    let values = vec4f(element(first, corner), element(first, right), element(first, below), element(first, across));
    var made = blended(values, weights);
    if (params.filled == 1u) {
      let fill = colour[channel];
      made = exact_mul(made - fill, share) + fill;
    }
    y[(picture * params.channels + channel) * params.plane + at % params.plane] = u32(clamp(round(made), 0.0, 255.0));
  }
}
