// topk-blocks.wgsl: the indices of the first elements of each block of one dimension in sorted order, by a workgroup in its own
// memory; from its results the next pass takes the first ones again, until one block is left. For GPUs.
// Runs of KEEP elements are sorted, every other one backwards. Of two neighbouring runs the lesser elements, place by place, are
// the KEEP least of both: a bitonic run, which is sorted again. Equal elements keep their order.
// Source: Shanbhag, Pirk and Madden 2018, "Efficient top-k query processing on GPUs".
// Uses: lib/sort-key.wgsl
@group(0) @binding(0) var<storage, read> x: array<u32>;      // bits of the elements: [outer, n, inner]
@group(0) @binding(1) var<storage, read> given: array<i32>;  // [columns, count]: indices, or -1; unread with FIRST
@group(0) @binding(2) var<storage, read_write> y: array<i32>; // [columns, blocks, KEEP] or, with LAST, [outer, k, inner]
@group(0) @binding(3) var<uniform> params: Params;

struct Params {
  columns: u32, // outer · inner
  n: u32,
  inner: u32,
  count: u32, // elements of a column that are left
  blocks: u32, // a column's
  k: u32,
}

override FIRST: bool = false; // all elements are left
override LAST: bool = false;

const WORKGROUP: u32 = 64u;
const BLOCK: u32 = 128u; // a power of two
const KEEP: u32 = 8u; // a power of two, 2 at least and BLOCK at most

var<workgroup> keys: array<u32, BLOCK>;
var<workgroup> places: array<u32, BLOCK>;

const NOTHING: u32 = 0xffffffffu; // key and place of what fills up the last block: behind all others

fn is_before(a: u32, b: u32) -> bool {
  return keys[a] < keys[b] || (keys[a] == keys[b] && places[a] < places[b]);
}

// Puts two elements in order.
fn put(i: u32, j: u32, ascending: bool) {
  if (is_before(j, i) == ascending) {
    let key = keys[i];
    let place = places[i];
    keys[i] = keys[j];
    places[i] = places[j];
    keys[j] = key;
    places[j] = place;
  }
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let group = wid.y * nwg.x + wid.x;
  if (group >= params.columns * params.blocks) { return; }
  let column = group / params.blocks;
  let base = column / params.inner * params.n * params.inner + column % params.inner;
  let start = group % params.blocks * BLOCK;
  for (var i = lid.x; i < BLOCK; i += WORKGROUP) {
    let at = start + i;
    var place = NOTHING;
    var key = NOTHING;
    if (at < params.count) {
      place = at;
      if (!FIRST) { place = u32(given[column * params.count + at]); }
      if (place < params.n) { key = sort_key(x[base + place * params.inner]); }
    }
    places[i] = place;
    keys[i] = key;
  }
  workgroupBarrier();
  for (var size = 2u; size <= KEEP; size *= 2u) {
    for (var apart = size / 2u; apart > 0u; apart /= 2u) {
      for (var pair = lid.x; pair < BLOCK / 2u; pair += WORKGROUP) {
        let low = pair & (apart - 1u);
        let i = ((pair - low) << 1u) + low;
        put(i, i + apart, (i & size) == 0u);
      }
      workgroupBarrier();
    }
  }
  for (var apart_runs = KEEP; apart_runs < BLOCK; apart_runs *= 2u) {
    // Neighbouring runs lie `apart_runs` apart; the elements that are left of two runs take the place of the first run.
    for (var e = lid.x; e < BLOCK / 2u / apart_runs * KEEP; e += WORKGROUP) {
      let i = e / KEEP * 2u * apart_runs + e % KEEP;
      if (is_before(i + apart_runs, i)) {
        keys[i] = keys[i + apart_runs];
        places[i] = places[i + apart_runs];
      }
    }
    workgroupBarrier();
    for (var apart = KEEP / 2u; apart > 0u; apart /= 2u) {
      for (var pair = lid.x; pair < BLOCK / 2u / apart_runs * (KEEP / 2u); pair += WORKGROUP) {
        let run = pair / (KEEP / 2u);
        let of_run = pair % (KEEP / 2u);
        let low = of_run & (apart - 1u);
        let i = run * 2u * apart_runs + ((of_run - low) << 1u) + low;
        put(i, i + apart, (run & 1u) == 0u);
      }
      workgroupBarrier();
    }
  }
  if (LAST) {
    let to = column / params.inner * params.k * params.inner + column % params.inner;
    for (var i = lid.x; i < params.k; i += WORKGROUP) { y[to + i * params.inner] = i32(places[i]); }
    return;
  }
  for (var i = lid.x; i < KEEP; i += WORKGROUP) { y[group * KEEP + i] = bitcast<i32>(places[i]); }
}
