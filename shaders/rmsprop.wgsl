// rmsprop.wgsl: a step of RMSprop, over flat buffers, in place. Nothing is written once a fault has been reported.
//   p ← p - η g / d
// Source: Tieleman & Hinton 2012; centered: Graves 2013, arXiv:1308.0850
// Uses: lib/optim.wgsl lib/rmsprop.wgsl
@group(0) @binding(0) var<storage, read> grad: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> p: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> v: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> fault: array<atomic<u32>, 8>;
@group(0) @binding(4) var<uniform> params: RmsProp;

@compute @workgroup_size(OPTIM_WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let i = (wid.y * nwg.x + wid.x) * OPTIM_WORKGROUP + lid.x;
  if (i >= params.count || optim_refused(i)) { return; }
  let g = optim_grad(grad[i], p[i], params.decay);
  v[i] = optim_square(v[i], g, params.alpha, params.one_minus_alpha);
  p[i] = p[i] - params.lr * g / (sqrt(v[i]) + params.eps);
}
