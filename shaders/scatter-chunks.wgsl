// scatter-chunks.wgsl: for scatter-sorted.wgsl, the fold of each whole chunk of the order whose terms all have one place.
//   partial[chunk, outer, inner] = fold of src[outer, order[i], inner] over the chunk's i
// Uses: lib/scatter.wgsl
@group(0) @binding(0) var<storage, read> places: array<i32>; // [outer, m, inner], or [m] with SHARED
@group(0) @binding(1) var<storage, read> ends: array<u32>;   // [outer, n, inner], or [n] with SHARED
@group(0) @binding(2) var<storage, read> order: array<u32>;  // as places
@group(0) @binding(3) var<storage, read> src: array<Element>; // [outer, m, inner]
@group(0) @binding(4) var<storage, read_write> partial: array<Element>; // elsewhere it is not written
@group(0) @binding(5) var<uniform> params: Params;

struct Params {
  count: u32, // of partial
  columns: u32, // outer · inner
  n: u32,
  m: u32,
  inner: u32,
}

override SHARED: bool = false; // one index list for every outer and inner

const WORKGROUP: u32 = 64u;
const CHUNK: u32 = 1024u;
// Terms that are loaded before the first of them is folded: on a GPU several, since each waits for memory.
const APART: u32 = 1u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let number = index % params.columns;
  let column = number / params.inner * params.m * params.inner + number % params.inner;
  let last_place = number / params.inner * params.n * params.inner + number % params.inner + (params.n - 1u) * params.inner;
  let first = select(column, 0u, SHARED);
  let step = select(params.inner, 1u, SHARED);
  let start = index / params.columns * CHUNK;
  let stop = start + CHUNK;
  if (stop > ends[select(last_place, params.n - 1u, SHARED)]) { return; }
  let one = places[first + order[first + start * step] * step];
  if (places[first + order[first + (stop - 1u) * step] * step] != one) { return; }
  // Of terms alone: what was there before takes part later.
  var folded = src[column + order[first + start * step] * params.inner];
  var i = start + 1u;
  for (; i + APART <= stop; i += APART) {
    var at: array<u32, APART>; // scalars
    var terms: array<Element, APART>; // scalars
    for (var k = 0u; k < APART; k++) { // unroll
      at[k] = column + order[first + (i + k) * step] * params.inner;
    }
    for (var k = 0u; k < APART; k++) { // unroll
      terms[k] = src[at[k]];
    }
    for (var k = 0u; k < APART; k++) { // unroll
      folded = scatter_fold(folded, terms[k]);
    }
  }
  if (APART > 1u) { // constant
    for (; i < stop; i++) { folded = scatter_fold(folded, src[column + order[first + i * step] * params.inner]); }
  }
  partial[index] = folded;
}
