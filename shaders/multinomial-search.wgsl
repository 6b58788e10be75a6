// multinomial-search.wgsl: the column of each sample: the first whose share of the running sums is not below a uniform number.
//   y[i, s] = min { j : sums[i, j] / sums[i, columns - 1] ≥ u[i, s] }, where the last share counts as 1
@group(0) @binding(0) var<storage, read> sums: array<f32>;     // [rows, columns]
@group(0) @binding(1) var<storage, read> u: array<f32>;        // [rows, samples]
@group(0) @binding(2) var<storage, read_write> y: array<i32>;  // [rows, samples]
@group(0) @binding(3) var<uniform> params: Params;

struct Params {
  count: u32, // rows · samples
  columns: u32,
  samples: u32,
}

const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let first = index / params.samples * params.columns;
  let total = sums[first + params.columns - 1u];
  var low = 0u;
  var high = params.columns - 1u;
  while (low < high) {
    let middle = (low + high) / 2u;
    if (sums[first + middle] / total < u[index]) {
      low = middle + 1u;
    } else {
      high = middle;
    }
  }
  y[index] = i32(low);
}
