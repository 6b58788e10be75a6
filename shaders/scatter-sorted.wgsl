// scatter-sorted.wgsl: scatter.wgsl for many terms, whose order by place is known: a result finds its own by binary search.
//   y[outer, k, inner] = fold of base[outer, k, inner] and all src[outer, j, inner] whose place is k
// The order is stable, so terms are folded in order of j, as scatter.wgsl folds them.
// Uses: lib/scatter.wgsl
@group(0) @binding(0) var<storage, read> base: array<Element>; // [outer, n, inner]
@group(0) @binding(1) var<storage, read> places: array<i32>;   // [outer, m, inner], or [m] with SHARED; from 0, or -1 for none
@group(0) @binding(2) var<storage, read> order: array<i32>;    // as places
@group(0) @binding(3) var<storage, read> src: array<Element>;  // [outer, m, inner]
@group(0) @binding(4) var<storage, read_write> y: array<Element>;
@group(0) @binding(5) var<uniform> params: Params;

struct Params {
  count: u32, // outer · n · inner
  n: u32,
  m: u32,
  inner: u32,
}

override SHARED: bool = false; // one index list for every outer and inner

const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let k = i32(index / params.inner % params.n);
  let first = index / (params.inner * params.n) * params.m * params.inner + index % params.inner;
  let column = select(first, 0u, SHARED);
  let step = select(params.inner, 1u, SHARED);
  var low = 0u;
  var high = params.m;
  while (low < high) {
    let middle = (low + high) / 2u;
    if (places[column + u32(order[column + middle * step]) * step] < k) { low = middle + 1u; } else { high = middle; }
  }
  let before = base[index];
  var folded = scatter_begin(before);
  var terms = 0u;
  for (var i = low; i < params.m; i++) {
    let j = u32(order[column + i * step]);
    if (places[column + j * step] != k) { break; }
    folded = scatter_fold(folded, src[first + j * params.inner]);
    terms++;
  }
  y[index] = scatter_end(before, folded, terms);
}
