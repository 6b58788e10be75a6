// scatter-ends.wgsl: where the terms of each place end in the order of indices by the place that they name, by binary search.
//   ends[k] = number of places ≤ k
@group(0) @binding(0) var<storage, read> places: array<i32>;     // [outer, m, inner], or [m] of a shared list; n for none
@group(0) @binding(1) var<storage, read> order: array<i32>;      // as places
@group(0) @binding(2) var<storage, read_write> ends: array<u32>; // [outer, n, inner], or [n]
@group(0) @binding(3) var<uniform> params: Params;

struct Params {
  count: u32, // of ends
  n: u32,
  m: u32,
  inner: u32, // 1 of a shared list
}

const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let step = params.inner;
  let k = i32(index / step % params.n);
  let column = index / (step * params.n) * params.m * step + index % step;
  var low = 0u;
  var high = params.m;
  while (low < high) {
    let middle = (low + high) / 2u;
    if (places[column + u32(order[column + middle * step]) * step] <= k) { low = middle + 1u; } else { high = middle; }
  }
  ends[index] = low;
}
