// sgd.wgsl: a step of gradient descent over flat buffers, in place. Nothing is written once a fault has been reported.
//   p ← p - η g
// Uses: lib/optim.wgsl lib/sgd.wgsl
@group(0) @binding(0) var<storage, read> grad: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> p: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> fault: array<atomic<u32>, 8>;
@group(0) @binding(3) var<uniform> params: Sgd;

@compute @workgroup_size(OPTIM_WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let i = (wid.y * nwg.x + wid.x) * OPTIM_WORKGROUP + lid.x;
  if (i >= params.count || optim_refused(i)) { return; }
  let before = p[i];
  p[i] = before - params.lr * optim_grad(grad[i], before, params.decay);
}
