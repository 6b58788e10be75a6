// argsort-blocks.wgsl: sorts indices in blocks along one dimension, each by a workgroup in its own memory: the runs that
// argsort.wgsl merges. A bitonic network over pairs of key and index: equal elements keep their order. For GPUs.
// Source: Batcher 1968, "Sorting networks and their applications".
// Uses: lib/sort-key.wgsl
@group(0) @binding(0) var<storage, read> x: array<u32>;        // bits of the elements: [outer, n, inner]
@group(0) @binding(1) var<storage, read_write> y: array<i32>;
@group(0) @binding(2) var<uniform> params: Params;

struct Params {
  columns: u32, // outer · inner
  n: u32,
  inner: u32,
  blocks: u32, // a column's
}

const WORKGROUP: u32 = 64u;
const BLOCK: u32 = 128u; // twice a power of two of WORKGROUP

var<workgroup> keys: array<u32, BLOCK>;
var<workgroup> places: array<u32, BLOCK>;

fn is_before(a: u32, b: u32) -> bool {
  return keys[a] < keys[b] || (keys[a] == keys[b] && places[a] < places[b]);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let group = wid.y * nwg.x + wid.x;
  if (group >= params.columns * params.blocks) { return; }
  let column = group / params.blocks;
  let base = column / params.inner * params.n * params.inner + column % params.inner;
  let start = group % params.blocks * BLOCK;
  for (var i = lid.x; i < BLOCK; i += WORKGROUP) {
    let place = start + i;
    places[i] = place;
    // What fills up the last block stays behind all others, which come before it even where their keys are equal.
    keys[i] = 0xffffffffu;
    if (place < params.n) { keys[i] = sort_key(x[base + place * params.inner]); }
  }
  workgroupBarrier();
  for (var size = 2u; size <= BLOCK; size *= 2u) {
    for (var apart = size / 2u; apart > 0u; apart /= 2u) {
      for (var pair = lid.x; pair < BLOCK / 2u; pair += WORKGROUP) {
        // pair / apart · 2 · apart + pair % apart, of a power of two: GPUs divide by many instructions.
        let low = pair & (apart - 1u);
        let i = ((pair - low) << 1u) + low;
        let j = i + apart;
        let ascending = (i & size) == 0u;
        if (is_before(j, i) == ascending) {
          let key = keys[i];
          let place = places[i];
          keys[i] = keys[j];
          places[i] = places[j];
          keys[j] = key;
          places[j] = place;
        }
      }
      workgroupBarrier();
    }
  }
  for (var i = lid.x; i < BLOCK; i += WORKGROUP) {
    let to = start + i;
    if (to < params.n) { y[base + to * params.inner] = i32(places[i]); }
  }
}
