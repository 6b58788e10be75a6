// scatter-count.wgsl: the order of indices by the place that they name, and where the terms of each place end, by counting: for
// processors. One invocation has a range of the places of one column; all of a column's go through the same indices.
//   ends[k] = number of indices ≤ k,   order[ends[k - 1] … ends[k] - 1] = the j whose index is k, ascending
// Source: Seward 1954, "Information sorting in the application of electronic digital computers to business operations" (counting sort).
// Uses: lib/fault.wgsl
@group(0) @binding(0) var<storage, read> indices: array<i32>;     // [outer, m, inner], or [m] of a shared list
@group(0) @binding(1) var<storage, read_write> ends: array<u32>;  // [outer, n, inner], or [n]
@group(0) @binding(2) var<storage, read_write> order: array<u32>; // as indices; those out of range are in none
@group(0) @binding(3) var<storage, read_write> fault: array<atomic<u32>, 4>;
@group(0) @binding(4) var<uniform> params: Params;

struct Params {
  columns: u32, // outer · inner, or 1
  n: u32,
  m: u32,
  inner: u32,  // 1 of a shared list
  ranges: u32, // a column's
}

const WORKGROUP: u32 = 4u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let invocation = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (invocation >= params.columns * params.ranges) { return; }
  let column = invocation / params.ranges;
  let range = invocation % params.ranges;
  let length = (params.n + params.ranges - 1u) / params.ranges;
  let low = min(range * length, params.n);
  let high = min(low + length, params.n);
  let step = params.inner;
  let terms = column / step * params.m * step + column % step;
  let places = column / step * params.n * step + column % step;
  for (var k = low; k < high; k++) { ends[places + k * step] = 0u; }
  var before = 0u;
  for (var j = 0u; j < params.m; j++) {
    let index = indices[terms + j * step];
    // Negative ones are greater than all places.
    let k = u32(index);
    if (k < low) {
      before++;
    } else if (k < high) {
      ends[places + k * step]++;
    } else if (range == 0u && k >= params.n) {
      fault_report(FAULT_INDEX, index, i32(params.n));
    }
  }
  for (var k = low; k < high; k++) {
    let own = ends[places + k * step];
    ends[places + k * step] = before;
    before += own;
  }
  for (var j = 0u; j < params.m; j++) {
    let k = u32(indices[terms + j * step]);
    if (k >= low && k < high) {
      let at = ends[places + k * step];
      order[terms + at * step] = j;
      ends[places + k * step] = at + 1u;
    }
  }
}
