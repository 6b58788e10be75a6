// overlap-add.wgsl: windows along one dimension, laid over each other and added; the adjoint of taking them.
//   y[…, l, …] = Σ_{i·step + k·dilation = l} x[…, i, …, k]
// Dimension d of y (innermost first) has sizes[d] and x's strides[d]; that of the windows has x's stride between windows.
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>; // [size_{RANK-1}, …, size_0]
@group(0) @binding(2) var<uniform> params: Params;

struct Params {
  count: u32,
  windows: u32,
  window_size: u32,
  element_stride: u32,
  step: u32,
  dilation: u32,
  padding: vec2<u32>,
  sizes: array<vec4<u32>, 2>,
  strides: array<vec4<u32>, 2>,
}

const RANK: u32 = 1u; // at most 8
const AXIS: u32 = 0u; // of the windows
const WORKGROUP: u32 = 64u;

// The compiler may put pointwise operations on the result here.
fn store(at: u32, value: f32) { y[at] = value; }

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  var rest = index;
  var base = 0u;
  var place = 0u;
  for (var d = 0u; d < RANK; d++) { // unroll
    let size = params.sizes[d / 4u][d % 4u];
    let quotient = rest / size;
    let i = rest - quotient * size;
    if (d == AXIS) {
      place = i;
    } else {
      base += i * params.strides[d / 4u][d % 4u];
    }
    rest = quotient;
  }
  let window_stride = params.strides[AXIS / 4u][AXIS % 4u];
  var sum = 0.0;
  for (var k = 0u; k < params.window_size; k++) {
    let reach = k * params.dilation;
    if (reach > place) { break; }
    let window = (place - reach) / params.step;
    if (window < params.windows && window * params.step == place - reach) {
      sum += x[base + window * window_stride + k * params.element_stride];
    }
  }
  store(index, sum);
}
