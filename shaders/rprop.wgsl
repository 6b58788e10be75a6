// rprop.wgsl: a step of Rprop, over flat buffers, in place. Nothing is written once a fault has been reported.
//   η ← clamp(η · (η₊ where ∇ keeps its sign, η₋ where it changes, else 1), min, max);   p ← p - sign(∇) η, but not where it changes
// Source: Riedmiller & Braun 1993
// Uses: lib/optim.wgsl
@group(0) @binding(0) var<storage, read> grad: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> p: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> before: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> size: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> fault: array<atomic<u32>, 8>;
@group(0) @binding(5) var<uniform> params: Rprop;

struct Rprop {
  count: u32, // of vectors of four
  eta_minus: f32,
  eta_plus: f32,
  step_min: f32,
  step_max: f32,
}

@compute @workgroup_size(OPTIM_WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let i = (wid.y * nwg.x + wid.x) * OPTIM_WORKGROUP + lid.x;
  if (i >= params.count || optim_refused(i)) { return; }
  let g = optim_grad(grad[i], p[i], 0.0);
  let agreement = sign(g * before[i]);
  let disagrees = agreement < vec4f();
  let factor = select(select(vec4f(1), vec4f(params.eta_minus), disagrees), vec4f(params.eta_plus), agreement > vec4f());
  size[i] = clamp(size[i] * factor, vec4f(params.step_min), vec4f(params.step_max));
  let kept = select(g, vec4f(), disagrees);
  p[i] = p[i] - sign(kept) * size[i];
  before[i] = kept;
}
