// multinomial-sum.wgsl: running sums of the weights in each row, from its start and in order, as PyTorch rounds them.
//   sums[i, j] = x[i, 0] + … + x[i, j]
// Uses: lib/fault.wgsl, lib/weights.wgsl
@group(0) @binding(0) var<storage, read> x: array<f32>;           // [rows, columns]
@group(0) @binding(1) var<storage, read_write> sums: array<f32>;  // [rows, columns]
@group(0) @binding(2) var<storage, read_write> fault: array<atomic<u32>, 4>;
@group(0) @binding(3) var<uniform> params: Params;

struct Params {
  rows: u32,
  columns: u32,
}

const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let row = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (row >= params.rows) { return; }
  var sum = 0.0;
  var valid = true;
  for (var j = row * params.columns; j < (row + 1u) * params.columns; j++) {
    valid = valid && weights_valid(x[j]);
    sum += x[j];
    sums[j] = sum;
  }
  weights_check(valid && sum > 0.0, row);
}
