// deform-conv2d.wgsl: what a deformable convolution reads of its input, and the adjoints; element k = (i, j) of the kernel, output element p.
//   place[k,p] = (row, column) of p · stride - padding + (i, j) · dilation + offset[k,p]
//   columns:     y[n,c,k,p] = mask[k,p] Σ over the place's four neighbours, those outside 0, of their bilinear weight · x[n,c,neighbour]
//   cells:       y[n,g,k,p] = the place's upper left neighbour, one row and column of them outside included; one more for places that read nothing
//   grad_input:  y[n,c,i,j] = dx, each element from the places in the four cells around it
//   grad_offset: y[n,g,k,0…2,p] = gradients of the place's row and column and of its mask, over the channels of offset group g
// Source: torchvision, csrc/ops/cpu/deform_conv2d_kernel.cpp (Dai et al. 2017, arXiv:1703.06211; Zhu et al. 2018, arXiv:1811.11168).
@group(0) @binding(0) var<storage, read> x: array<f32>;              // columns, grad_offset: [pictures, channels, height, width]
@group(0) @binding(1) var<storage, read> offset: array<f32>;         // [pictures, groups, k, 2, out_height, out_width]: row, column
@group(0) @binding(2) var<storage, read> mask: array<f32>;           // [pictures, groups, k, out_height, out_width]
@group(0) @binding(3) var<storage, read> d: array<f32>;              // grad_input, grad_offset: [pictures, channels, k, p]
@group(0) @binding(4) var<storage, read> order: array<u32>;          // grad_input: [pictures, groups, k · p], places by their cells
@group(0) @binding(5) var<storage, read> starts: array<u32>;         // grad_input: [pictures, groups, cells + 2], where each cell's begin
@group(0) @binding(6) var<storage, read_write> y: array<u32>;        // floats by their bits
@group(0) @binding(7) var<uniform> params: Params;

struct Params {
  count: u32, // invocations
  channels: u32,
  groups: u32, // of offsets
  height: u32,
  width: u32,
  kernel_height: u32,
  kernel_width: u32,
  out_height: u32,
  out_width: u32,
  stride_y: u32,
  stride_x: u32,
  padding_y: u32,
  padding_x: u32,
  dilation_y: u32,
  dilation_x: u32,
}

const WORKGROUP: u32 = 64u;
override MASKED: u32 = 0u;

// The place of sample s = k · plane + p of picture and group `row`.
fn place_of(row: u32, s: u32) -> vec2f {
  let plane = params.out_height * params.out_width;
  let k = s / plane;
  let p = s % plane;
  let at = (row * params.kernel_height * params.kernel_width + k) * 2u * plane + p;
  let down = i32(p / params.out_width * params.stride_y + k / params.kernel_width * params.dilation_y) - i32(params.padding_y);
  let right = i32(p % params.out_width * params.stride_x + k % params.kernel_width * params.dilation_x) - i32(params.padding_x);
  return vec2f(f32(down) + offset[at], f32(right) + offset[at + plane]);
}

fn mask_of(row: u32, s: u32) -> f32 {
  if (MASKED == 0u) { return 1.0; }
  return mask[row * params.kernel_height * params.kernel_width * params.out_height * params.out_width + s];
}

// Whether a place has neighbours in the input; false for NaN.
fn reads(place: vec2f) -> bool {
  return place.x > -1.0 && place.y > -1.0 && place.x < f32(params.height) && place.y < f32(params.width);
}

fn element(base: u32, i: i32, j: i32) -> f32 {
  if (i < 0 || j < 0 || i >= i32(params.height) || j >= i32(params.width)) { return 0.0; }
  return x[base + u32(i) * params.width + u32(j)];
}

// The neighbours of a place: upper left, upper right, lower left, lower right.
fn neighbours(base: u32, place: vec2f) -> vec4f {
  let i = i32(floor(place.x));
  let j = i32(floor(place.y));
  return vec4f(element(base, i, j), element(base, i, j + 1), element(base, i + 1, j), element(base, i + 1, j + 1));
}

fn between(v: vec4f, place: vec2f) -> f32 {
  let behind = place - floor(place);
  let rows = mix(v.xy, v.zw, vec2f(behind.x));
  return rows.x * (1.0 - behind.y) + rows.y * behind.y;
}

@compute @workgroup_size(WORKGROUP)
fn columns(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let samples = params.kernel_height * params.kernel_width * params.out_height * params.out_width;
  let s = index % samples;
  // Channels of a group stand together, so that picture and group are one number.
  let row = index / samples / (params.channels / params.groups);
  let place = place_of(row, s);
  var value = 0.0;
  if (reads(place)) { value = mask_of(row, s) * between(neighbours(index / samples * params.height * params.width, place), place); }
  y[index] = bitcast<u32>(value);
}

@compute @workgroup_size(WORKGROUP)
fn cells(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let samples = params.kernel_height * params.kernel_width * params.out_height * params.out_width;
  let place = place_of(index / samples, index % samples);
  var cell = (params.height + 1u) * (params.width + 1u);
  if (reads(place)) { cell = u32(floor(place.x) + 1.0) * (params.width + 1u) + u32(floor(place.y) + 1.0); }
  y[index] = cell;
}

@compute @workgroup_size(WORKGROUP)
fn grad_input(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let samples = params.kernel_height * params.kernel_width * params.out_height * params.out_width;
  let j = index % params.width;
  let i = index / params.width % params.height;
  let channel = index / (params.width * params.height);
  let row = channel / (params.channels / params.groups);
  let first = row * ((params.height + 1u) * (params.width + 1u) + 1u);
  let here = vec2f(f32(i), f32(j));
  var sum = 0.0;
  for (var cell = 0u; cell < 4u; cell++) {
    let at = first + (i + cell / 2u) * (params.width + 1u) + j + cell % 2u;
    for (var t = starts[at]; t < starts[at + 1u]; t++) {
      let s = order[row * samples + t];
      let weight = vec2f(1.0) - abs(place_of(row, s) - here);
      sum += weight.x * weight.y * mask_of(row, s) * d[channel * samples + s];
    }
  }
  y[index] = bitcast<u32>(sum);
}

@compute @workgroup_size(WORKGROUP)
fn grad_offset(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let plane = params.out_height * params.out_width;
  let samples = params.kernel_height * params.kernel_width * plane;
  let s = index % samples;
  let row = index / samples;
  let channels = params.channels / params.groups;
  let place = place_of(row, s);
  let behind = place - floor(place);
  var sums = vec3f(0.0);
  // A place on the border reads nothing, yet moves towards what it would read.
  if (place.x >= -1.0 && place.y >= -1.0 && place.x < f32(params.height) && place.y < f32(params.width)) {
    for (var c = row * channels; c < (row + 1u) * channels; c++) {
      let v = neighbours(c * params.height * params.width, place);
      let grad = d[c * samples + s];
      sums.x += grad * mix(v.z - v.x, v.w - v.y, behind.y);
      sums.y += grad * mix(v.y - v.x, v.w - v.z, behind.x);
      if (reads(place)) { sums.z += grad * between(v, place); }
    }
  }
  let to = (row * params.kernel_height * params.kernel_width + s / plane) * 3u * plane + s % plane;
  let factor = mask_of(row, s);
  y[to] = bitcast<u32>(sums.x * factor);
  y[to + plane] = bitcast<u32>(sums.y * factor);
  y[to + 2u * plane] = bitcast<u32>(sums.z);
}
