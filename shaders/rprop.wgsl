// rprop.wgsl: a step of Rprop, over flat buffers, in place. Nothing is written once a fault has been reported.
//   η ← clamp(η · (η₊ where ∇ keeps its sign, η₋ where it changes, else 1), min, max);   p ← p - sign(∇) η, but not where it changes
// Source: Riedmiller & Braun 1993
// Uses: lib/optim.wgsl
@group(0) @binding(0) var<storage, read> grad: array<f32>;
@group(0) @binding(1) var<storage, read_write> p: array<f32>;
@group(0) @binding(2) var<storage, read_write> before: array<f32>;
@group(0) @binding(3) var<storage, read_write> size: array<f32>;
@group(0) @binding(4) var<storage, read_write> fault: array<atomic<u32>, 4>;
@group(0) @binding(5) var<uniform> params: Rprop;

struct Rprop {
  offset: u32, // the elements offset … offset + count - 1 are updated
  count: u32,
  eta_minus: f32,
  eta_plus: f32,
  step_min: f32,
  step_max: f32,
}

@compute @workgroup_size(OPTIM_WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * OPTIM_WORKGROUP + lid.x;
  if (index >= params.count || atomicLoad(&fault[0]) != 0u) { return; }
  let i = params.offset + index;
  let g = optim_grad(grad[i], p[i], 0.0);
  let agreement = sign(g * before[i]);
  let factor = select(select(1.0, params.eta_minus, agreement < 0.0), params.eta_plus, agreement > 0.0);
  size[i] = clamp(size[i] * factor, params.step_min, params.step_max);
  let kept = select(g, 0.0, agreement < 0.0);
  p[i] = p[i] - sign(kept) * size[i];
  before[i] = kept;
}
