// sgd.wgsl: a step of gradient descent over flat buffers, in place. Nothing is written once a fault has been reported.
//   p ← p - η g
// Uses: lib/optim.wgsl lib/sgd.wgsl
@group(0) @binding(0) var<storage, read> grad: array<f32>;
@group(0) @binding(1) var<storage, read_write> p: array<f32>;
@group(0) @binding(2) var<storage, read_write> fault: array<atomic<u32>, 4>;
@group(0) @binding(3) var<uniform> params: Sgd;

@compute @workgroup_size(OPTIM_WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * OPTIM_WORKGROUP + lid.x;
  if (index >= params.count || atomicLoad(&fault[0]) != 0u) { return; }
  let i = params.offset + index;
  p[i] = p[i] - params.lr * optim_grad(grad[i], p[i], params.decay);
}
