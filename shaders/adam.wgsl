// adam.wgsl: a step of Adam over flat buffers, in place. Nothing is written once a fault has been reported.
// Uses: lib/optim.wgsl lib/adam.wgsl
@group(0) @binding(0) var<storage, read> grad: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> p: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> m: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> v: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> fault: array<atomic<u32>, 8>;
@group(0) @binding(5) var<uniform> params: Adam;

@compute @workgroup_size(OPTIM_WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let i = (wid.y * nwg.x + wid.x) * OPTIM_WORKGROUP + lid.x;
  if (i >= params.count || optim_refused(i)) { return; }
  let before = p[i];
  let g = optim_grad(grad[i], before, params.decay);
  let mean = optim_lerp(m[i], g, params.one_minus_beta1);
  let square = optim_square(v[i], g, params.beta2, params.one_minus_beta2);
  m[i] = mean;
  v[i] = square;
  p[i] = adam_moved(optim_param(before, params.decay), mean, square, params);
}
