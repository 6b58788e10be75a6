// adamax.wgsl: a step of Adamax, over flat buffers, in place. Nothing is written once a fault has been reported.
//   m ← m + (1 - β₁)(g - m);   u ← max(β₂ u, |g| + ε);   p ← p - η / (1 - β₁ᵗ) · m / u
// Source: Kingma & Ba 2015, arXiv:1412.6980, section 7
// Uses: lib/optim.wgsl
@group(0) @binding(0) var<storage, read> grad: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> p: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> m: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> u: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> fault: array<atomic<u32>, 8>;
@group(0) @binding(5) var<uniform> params: Adamax;

struct Adamax {
  count: u32, // of vectors of four
  step_size: f32, // η / (1 - β₁ᵗ)
  one_minus_beta1: f32,
  beta2: f32,
  eps: f32,
  decay: f32, // λ
}

@compute @workgroup_size(OPTIM_WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let i = (wid.y * nwg.x + wid.x) * OPTIM_WORKGROUP + lid.x;
  if (i >= params.count || optim_refused(i)) { return; }
  let g = optim_grad(grad[i], p[i], params.decay);
  m[i] = optim_lerp(m[i], g, params.one_minus_beta1);
  u[i] = max(u[i] * params.beta2, abs(g) + params.eps);
  p[i] = p[i] - params.step_size * m[i] / u[i];
}
