// radam.wgsl: a step of RAdam, over flat buffers, in place. Nothing is written once a fault has been reported.
//   m ← m + (1 - β₁)(g - m);   v ← β₂ v + (1 - β₂) g²
//   p ← p - η / (1 - β₁ᵗ) · m · r √(1 - β₂ᵗ) / (√v + ε), or without the last factor while the rectification r is not defined
// Source: Liu et al. 2020, arXiv:1908.03265
// Uses: lib/optim.wgsl
@group(0) @binding(0) var<storage, read> grad: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> p: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> m: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> v: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> fault: array<atomic<u32>, 8>;
@group(0) @binding(5) var<uniform> params: RAdam;

struct RAdam {
  count: u32, // of vectors of four
  one_minus_beta1: f32,
  beta2: f32,
  one_minus_beta2: f32,
  eps: f32,
  decay: f32, // λ, or 1 - η λ with DECOUPLED
  step_size: f32, // η / (1 - β₁ᵗ)
  rectified: f32, // r √(1 - β₂ᵗ), or 0 while r is not defined
}

@compute @workgroup_size(OPTIM_WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let i = (wid.y * nwg.x + wid.x) * OPTIM_WORKGROUP + lid.x;
  if (i >= params.count || optim_refused(i)) { return; }
  let g = optim_grad(grad[i], p[i], params.decay);
  m[i] = optim_lerp(m[i], g, params.one_minus_beta1);
  v[i] = optim_square(v[i], g, params.beta2, params.one_minus_beta2);
  let scale = select(vec4f(1), params.rectified / (sqrt(v[i]) + params.eps), params.rectified != 0.0);
  p[i] = optim_param(p[i], params.decay) - params.step_size * m[i] * scale;
}
