// argsort-merge.wgsl: one step of a merge sort of indices along one dimension: neighbouring sorted runs, OTHERS + 1 each time, become one.
// An element's place is its place in its own run plus the number of elements of each other run before it, by binary searches
// that wait for memory side by side. Equal elements keep their order. For GPUs.
@group(0) @binding(0) var<storage, read> keys: array<u32>;         // in sorted runs: [columns, n]
@group(0) @binding(1) var<storage, read> runs: array<i32>;         // their indices, as keys
@group(0) @binding(2) var<storage, read_write> y: array<i32>;      // as keys with MERGED, otherwise [outer, n, inner]
@group(0) @binding(3) var<storage, read_write> sorted: array<u32>; // as keys; not written without KEYS
@group(0) @binding(4) var<uniform> params: Params;

struct Params {
  count: u32, // outer · n · inner
  n: u32,
  inner: u32,
  width: u32, // of a run: a power of two
}

override KEYS: bool = false;
override MERGED: bool = false; // another pass goes on

const WORKGROUP: u32 = 64u;
const OTHERS: u32 = 1u; // runs, beside an element's own, that become one with it

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let column = index / params.n;
  let base = column * params.n;
  let i = index - base;
  let key = keys[index];
  let run = i / params.width;
  let first = run - run % (OTHERS + 1u);
  // Of each other run: how many elements are known to come before, how many there are, and what lies before the first.
  var found: array<u32, OTHERS>; // scalars
  var limit: array<u32, OTHERS>; // scalars
  var before: array<u32, OTHERS>; // scalars
  for (var w = 0u; w < OTHERS; w++) { // unroll
    let start = min((first + w + select(1u, 0u, first + w < run)) * params.width, params.n);
    found[w] = 0u;
    limit[w] = min(params.n - start, params.width);
    before[w] = base + start - 1u;
  }
  for (var step = params.width; step > 0u; step /= 2u) {
    var other: array<u32, OTHERS>; // scalars
    for (var w = 0u; w < OTHERS; w++) { // unroll
      other[w] = keys[before[w] + min(found[w] + step, limit[w])];
    }
    for (var w = 0u; w < OTHERS; w++) { // unroll
      // Of an earlier run, equal ones come before, too.
      let comes_before = (other[w] < key) | ((first + w < run) & (other[w] == key));
      found[w] = select(found[w], min(found[w] + step, limit[w]), comes_before);
    }
  }
  var to = first * params.width + i - run * params.width;
  for (var w = 0u; w < OTHERS; w++) { // unroll
    to += found[w];
  }
  let at = base + to;
  if (KEYS) { sorted[at] = key; }
  y[select(column / params.inner * params.n * params.inner + column % params.inner + to * params.inner, at, MERGED)] = runs[index];
}
