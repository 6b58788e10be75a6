// multinomial-race.wgsl: weights over exponential numbers, whose greatest are samples without replacement.
//   y[i, j] = x[i, j] / q[i, j]
// Source: Efraimidis and Spirakis 2006, "Weighted random sampling with a reservoir" (the greatest u^(1/x), u = exp(-q)).
// Uses: lib/fault.wgsl, lib/weights.wgsl
@group(0) @binding(0) var<storage, read> x: array<f32>;        // [rows, columns]
@group(0) @binding(1) var<storage, read> q: array<f32>;        // [rows, columns]
@group(0) @binding(2) var<storage, read_write> y: array<f32>;  // [rows, columns]
@group(0) @binding(3) var<storage, read_write> fault: array<atomic<u32>, 4>;
@group(0) @binding(4) var<uniform> params: Params;

struct Params {
  rows: u32,
  columns: u32,
}

const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let row = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (row >= params.rows) { return; }
  var any = false;
  var valid = true;
  for (var j = row * params.columns; j < (row + 1u) * params.columns; j++) {
    valid = valid && weights_valid(x[j]);
    any = any || x[j] > 0.0;
    y[j] = x[j] / q[j];
  }
  weights_check(valid && any, row);
}
