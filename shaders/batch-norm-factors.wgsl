// batch-norm-factors.wgsl: what a batch norm by given statistics does to a channel, as one factor and one addend.
//   (x - mean) / √(variance + eps) · weight + bias = x · y.x + y.y,   y.x = weight / √(variance + eps), y.y = bias - mean · y.x
struct Params {
  count: u32,
  weight: u32, // 1: there is a weight, else 1 stands for it
  bias: u32, // 1: there is a bias, else 0 stands for it
  eps: f32,
}

@group(0) @binding(0) var<storage, read> mean: array<f32>;            // [count]
@group(0) @binding(1) var<storage, read> variance: array<f32>;        // [count]
@group(0) @binding(2) var<storage, read> weight: array<f32>;          // [count]; unread if params.weight is 0
@group(0) @binding(3) var<storage, read> bias: array<f32>;            // [count]; unread if params.bias is 0
@group(0) @binding(4) var<storage, read_write> y: array<vec2<f32>>;   // [count]
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  if (i >= params.count) { return; }
  var factor = inverseSqrt(variance[i] + params.eps);
  if (params.weight == 1u) { factor *= weight[i]; }
  var addend = -mean[i] * factor;
  if (params.bias == 1u) { addend += bias[i]; }
  y[i] = vec2f(factor, addend);
}
