// nadam.wgsl: a step of NAdam, over flat buffers, in place. Nothing is written once a fault has been reported.
//   m ← m + (1 - β₁)(g - m);   v ← β₂ v + (1 - β₂) g²;   d = √(v / (1 - β₂ᵗ)) + ε
//   p ← p - η (1 - μₜ) / (1 - Πμ) · g / d - η μₜ₊₁ / (1 - μₜ₊₁ Πμ) · m / d
// Source: Dozat 2016, "Incorporating Nesterov momentum into Adam"
// Uses: lib/optim.wgsl
@group(0) @binding(0) var<storage, read> grad: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> p: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> m: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> v: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> fault: array<atomic<u32>, 8>;
@group(0) @binding(5) var<uniform> params: NAdam;

struct NAdam {
  count: u32, // of vectors of four
  one_minus_beta1: f32,
  beta2: f32,
  one_minus_beta2: f32,
  eps: f32,
  decay: f32, // λ, or 1 - η λ with DECOUPLED
  correction2: f32, // 1 - β₂ᵗ
  grad_step: f32, // η (1 - μₜ) / (1 - Πμ)
  mean_step: f32, // η μₜ₊₁ / (1 - μₜ₊₁ Πμ)
}

@compute @workgroup_size(OPTIM_WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let i = (wid.y * nwg.x + wid.x) * OPTIM_WORKGROUP + lid.x;
  if (i >= params.count || optim_refused(i)) { return; }
  let g = optim_grad(grad[i], p[i], params.decay);
  m[i] = optim_lerp(m[i], g, params.one_minus_beta1);
  v[i] = optim_square(v[i], g, params.beta2, params.one_minus_beta2);
  let d = sqrt(v[i] / params.correction2) + params.eps;
  p[i] = optim_param(p[i], params.decay) - params.grad_step * g / d - params.mean_step * m[i] / d;
}
