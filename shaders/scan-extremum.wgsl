// scan-extremum.wgsl: where the extremum of the elements up to each one stands, in chunks that invocations share out.
//   at[outer, i, inner] = the greatest k ≤ i with x_k = max_{j ≤ i} x_j (or min);   NaN counts as the extremum;
//   with TOTALS, that of each chunk by itself
// Uses: lib/element-*.wgsl
@group(0) @binding(0) var<storage, read> x: array<Element>;    // [outer, n, inner]
@group(0) @binding(1) var<storage, read> totals: array<i32>;   // [outer, chunks, inner]; unread with one chunk or TOTALS
@group(0) @binding(2) var<storage, read_write> at: array<i32>; // as x, or as totals with TOTALS
@group(0) @binding(3) var<uniform> params: Params;

struct Params {
  count: u32, // outer · chunks · inner
  n: u32,
  chunks: u32,
  chunk: u32, // elements a chunk; the last may have fewer
  inner: u32,
}

override TOTALS: bool = false;
override MINIMUM: bool = false;

const WORKGROUP: u32 = 64u;

// Whether b, which stands later, takes the place of a.
fn replaces(a: Element, b: Element) -> bool {
  if (element_isnan(a) || element_isnan(b)) { return element_isnan(b); }
  return select(b >= a, b <= a, MINIMUM);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let inner = index % params.inner;
  let c = index / params.inner % params.chunks;
  let outer = index / params.inner / params.chunks;
  let row = outer * params.n;
  let start = c * params.chunk;
  var best = select(0u, start, TOTALS);
  if (!TOTALS && params.chunks > 1u) {
    for (var i = 0u; i < c; i++) {
      let other = u32(totals[(outer * params.chunks + i) * params.inner + inner]);
      if (replaces(x[(row + best) * params.inner + inner], x[(row + other) * params.inner + inner])) { best = other; }
    }
  }
  let stop = min(start + params.chunk, params.n);
  for (var i = start; i < stop; i++) {
    if (replaces(x[(row + best) * params.inner + inner], x[(row + i) * params.inner + inner])) { best = i; }
    if (!TOTALS) { at[(row + i) * params.inner + inner] = i32(best); }
  }
  if (TOTALS) { at[index] = i32(best); }
}
