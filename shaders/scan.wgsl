// scan.wgsl: running sums, products and such along one dimension, forwards or backwards, in chunks that invocations share out.
//   y[outer, i, inner] = x[outer, 0, inner] ∘ … ∘ x[outer, i, inner];   with TOTALS, each chunk's last result only
// Uses: lib/run-*.wgsl
@group(0) @binding(0) var<storage, read> x: array<Element>;       // [outer, n, inner]
@group(0) @binding(1) var<storage, read> totals: array<Element>;  // [outer, chunks, inner]; unread with one chunk or TOTALS
@group(0) @binding(2) var<storage, read_write> y: array<Element>; // as x, or as totals with TOTALS
@group(0) @binding(3) var<uniform> params: Params;

struct Params {
  count: u32, // outer · chunks · inner
  n: u32,
  chunks: u32,
  chunk: u32, // elements a chunk; the last may have fewer
  inner: u32,
}

override TOTALS: bool = false;
override REVERSE: bool = false; // from the end; chunks too are counted from there

const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let inner = index % params.inner;
  let c = index / params.inner % params.chunks;
  let outer = index / params.inner / params.chunks;
  var result = run_start();
  if (!TOTALS && params.chunks > 1u) {
    for (var i = 0u; i < c; i++) {
      let total = totals[(outer * params.chunks + i) * params.inner + inner];
      result = run_step(result, total);
    }
  }
  let stop = min((c + 1u) * params.chunk, params.n);
  for (var i = c * params.chunk; i < stop; i++) {
    let at = (outer * params.n + select(i, params.n - 1u - i, REVERSE)) * params.inner + inner;
    result = run_step(result, x[at]);
    if (!TOTALS) { y[at] = result; }
  }
  if (TOTALS) { y[index] = result; }
}
