// adagrad.wgsl: a step of Adagrad, over flat buffers, in place. Nothing is written once a fault has been reported.
//   s ← s + g²;   p ← p - η / (1 + (t - 1) κ) · g / (√s + ε)
// Source: Duchi, Hazan & Singer 2011
// Uses: lib/optim.wgsl
@group(0) @binding(0) var<storage, read> grad: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> p: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> s: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> fault: array<atomic<u32>, 8>;
@group(0) @binding(4) var<uniform> params: Adagrad;

struct Adagrad {
  count: u32, // of vectors of four
  step_size: f32, // η / (1 + (t - 1) κ)
  eps: f32,
  decay: f32, // λ
}

@compute @workgroup_size(OPTIM_WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let i = (wid.y * nwg.x + wid.x) * OPTIM_WORKGROUP + lid.x;
  if (i >= params.count || optim_refused(i)) { return; }
  let g = optim_grad(grad[i], p[i], params.decay);
  s[i] = s[i] + g * g;
  p[i] = p[i] - params.step_size * g / (sqrt(s[i]) + params.eps);
}
