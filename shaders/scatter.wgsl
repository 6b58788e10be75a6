// scatter.wgsl: elements put into places along one dimension; with sums, the adjoint of gather.wgsl and index-select.wgsl.
//   y[outer, k, inner] = fold of base[outer, k, inner] and all src[outer, j, inner] whose index is k
// Each result looks for its own terms, in order of j: no atomics, and the same result every time. For many terms: scatter-sorted.wgsl.
// Uses: lib/scatter.wgsl, lib/fault.wgsl
@group(0) @binding(0) var<storage, read> base: array<Element>;  // [outer, n, inner]; unread without BASE
@group(0) @binding(1) var<storage, read> indices: array<i32>;   // [outer, m, inner], or [m] with SHARED
@group(0) @binding(2) var<storage, read> src: array<Element>;   // [outer, m, inner]
@group(0) @binding(3) var<storage, read_write> y: array<Element>;
@group(0) @binding(4) var<storage, read_write> fault: array<atomic<u32>, 4>;
@group(0) @binding(5) var<uniform> params: Params;

struct Params {
  count: u32, // outer · n · inner
  n: u32,
  m: u32,
  inner: u32,
}

override SHARED: bool = false; // one index list for every outer and inner
override BASE: bool = true; // without it, 0 was there before

const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let k = i32(index / params.inner % params.n);
  let first = index / (params.inner * params.n) * params.m * params.inner + index % params.inner;
  var before = Element(0);
  if (BASE) { before = base[index]; }
  var folded = scatter_begin(before);
  var terms = 0u;
  for (var j = 0u; j < params.m; j++) {
    let at = first + j * params.inner;
    if (fault_index(indices[select(at, j, SHARED)], params.n) == k) {
      folded = scatter_fold(folded, src[at]);
      terms++;
    }
  }
  y[index] = scatter_end(before, folded, terms);
}
