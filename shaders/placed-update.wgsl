// placed-update.wgsl: the update of a flat buffer that other operations have computed, in place. Nothing is written once a fault has been reported.
//   x ← new
// Uses: lib/optim.wgsl
@group(0) @binding(0) var<storage, read> updated: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> fault: array<atomic<u32>, 8>;
@group(0) @binding(3) var<uniform> params: PlacedUpdate;

struct PlacedUpdate {
  count: u32, // of vectors of four
}

// One buffer of an update counts it where it is not applied.
override COUNTED: bool = true;

@compute @workgroup_size(OPTIM_WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let i = (wid.y * nwg.x + wid.x) * OPTIM_WORKGROUP + lid.x;
  if (i >= params.count) { return; }
  if (!COUNTED && atomicLoad(&fault[0]) != 0u) { return; }
  if (COUNTED && optim_refused(i)) { return; }
  x[i] = updated[i];
}
