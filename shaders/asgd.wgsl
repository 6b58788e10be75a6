// asgd.wgsl: a step of averaged stochastic gradient descent, over flat buffers, in place. Nothing is written once a fault has been reported.
//   p ← p (1 - Λ η) - η g;   ax ← ax + μ (p - ax)
// Source: Polyak & Juditsky 1992, "Acceleration of stochastic approximation by averaging"
// Uses: lib/optim.wgsl
@group(0) @binding(0) var<storage, read> grad: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> p: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> ax: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> fault: array<atomic<u32>, 8>;
@group(0) @binding(4) var<uniform> params: Asgd;

struct Asgd {
  count: u32, // of vectors of four
  eta: f32,
  kept: f32, // 1 - Λ η
  mu: f32,
  decay: f32, // λ
}

@compute @workgroup_size(OPTIM_WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let i = (wid.y * nwg.x + wid.x) * OPTIM_WORKGROUP + lid.x;
  if (i >= params.count || optim_refused(i)) { return; }
  let g = optim_grad(grad[i], p[i], params.decay);
  let moved = p[i] * params.kept - params.eta * g;
  p[i] = moved;
  ax[i] = select(ax[i] + (moved - ax[i]) * params.mu, moved, params.mu == 1.0);
}
