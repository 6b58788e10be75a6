// sgd-momentum.wgsl: sgd.wgsl with momentum.
//   b ← μ b + (1 - dampening) g, at first b ← g;   p ← p - η b, or p - η (g + μ b) with NESTEROV
// Source: Sutskever et al. 2013, "On the importance of initialization and momentum in deep learning".   Uses: lib/optim.wgsl lib/sgd.wgsl
@group(0) @binding(0) var<storage, read> grad: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> p: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> b: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> fault: array<atomic<u32>, 8>;
@group(0) @binding(4) var<uniform> params: Sgd;

override NESTEROV: bool = false;

@compute @workgroup_size(OPTIM_WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let i = (wid.y * nwg.x + wid.x) * OPTIM_WORKGROUP + lid.x;
  if (i >= params.count || optim_refused(i)) { return; }
  let before = p[i];
  let g = optim_grad(grad[i], before, params.decay);
  let velocity = params.keep * b[i] + params.take * g;
  b[i] = velocity;
  p[i] = before - params.lr * select(velocity, g + params.momentum * velocity, NESTEROV);
}
