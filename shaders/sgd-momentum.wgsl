// sgd-momentum.wgsl: sgd.wgsl with momentum.
//   b ← μ b + (1 - dampening) g, at first b ← g;   p ← p - η b, or p - η (g + μ b) with NESTEROV
// Source: Sutskever et al. 2013, "On the importance of initialization and momentum in deep learning".   Uses: lib/optim.wgsl lib/sgd.wgsl
@group(0) @binding(0) var<storage, read> grad: array<f32>;
@group(0) @binding(1) var<storage, read_write> p: array<f32>;
@group(0) @binding(2) var<storage, read_write> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> fault: array<atomic<u32>, 4>;
@group(0) @binding(4) var<uniform> params: Sgd;

override NESTEROV: bool = false;

@compute @workgroup_size(OPTIM_WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * OPTIM_WORKGROUP + lid.x;
  if (index >= params.count || atomicLoad(&fault[0]) != 0u) { return; }
  let i = params.offset + index;
  let g = optim_grad(grad[i], p[i], params.decay);
  b[i] = params.keep * b[i] + params.take * g;
  p[i] = p[i] - params.lr * select(b[i], g + params.momentum * b[i], NESTEROV);
}
