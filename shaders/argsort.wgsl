// argsort.wgsl: one step of a merge sort of indices along one dimension: pairs of sorted runs become runs of twice the width.
// An element's place is its place in its own run plus the number of elements of the other run before it, by binary search.
//   Equal elements keep their order.
// Uses: lib/sort-key.wgsl
@group(0) @binding(0) var<storage, read> x: array<u32>;        // bits of the elements: [outer, n, inner]
@group(0) @binding(1) var<storage, read> runs: array<i32>;     // indices in sorted runs, as x; unread with FIRST
@group(0) @binding(2) var<storage, read_write> y: array<i32>;
@group(0) @binding(3) var<uniform> params: Params;

struct Params {
  count: u32, // outer · n · inner
  n: u32,
  inner: u32,
  width: u32, // of a run
}

override FIRST: bool = false; // the indices are still in order

const WORKGROUP: u32 = 64u;

fn index_at(base: u32, i: u32) -> u32 {
  if (FIRST) { return i; }
  return u32(runs[base + i * params.inner]);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let i = index / params.inner % params.n;
  let base = index / (params.inner * params.n) * params.n * params.inner + index % params.inner;
  let source = index_at(base, i);
  let key = sort_key(x[base + source * params.inner]);
  let pair = i / (2u * params.width) * 2u * params.width;
  let right = i - pair >= params.width;
  let start = select(min(pair + params.width, params.n), pair, right);
  var low = start;
  var high = min(select(pair + 2u * params.width, pair + params.width, right), params.n);
  while (low < high) {
    let middle = (low + high) / 2u;
    let other = sort_key(x[base + index_at(base, middle) * params.inner]);
    if (other < key || (right && other == key)) { low = middle + 1u; } else { high = middle; }
  }
  let own = select(i - pair, i - pair - params.width, right);
  y[base + (pair + own + low - start) * params.inner] = i32(source);
}
