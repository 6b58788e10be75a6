// adadelta.wgsl: a step of Adadelta, over flat buffers, in place. Nothing is written once a fault has been reported.
//   v ← ρ v + (1 - ρ) g²;   d = √(u + ε) / √(v + ε) · g;   u ← ρ u + (1 - ρ) d²;   p ← p - η d
// Source: Zeiler 2012, arXiv:1212.5701
// Uses: lib/optim.wgsl
@group(0) @binding(0) var<storage, read> grad: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> p: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> v: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> u: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> fault: array<atomic<u32>, 8>;
@group(0) @binding(5) var<uniform> params: Adadelta;

struct Adadelta {
  count: u32, // of vectors of four
  lr: f32,
  rho: f32,
  one_minus_rho: f32,
  eps: f32,
  decay: f32, // λ
}

@compute @workgroup_size(OPTIM_WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let i = (wid.y * nwg.x + wid.x) * OPTIM_WORKGROUP + lid.x;
  if (i >= params.count || optim_refused(i)) { return; }
  let g = optim_grad(grad[i], p[i], params.decay);
  v[i] = optim_square(v[i], g, params.rho, params.one_minus_rho);
  let d = sqrt(u[i] + params.eps) / sqrt(v[i] + params.eps) * g;
  u[i] = optim_square(u[i], d, params.rho, params.one_minus_rho);
  p[i] = p[i] - params.lr * d;
}
