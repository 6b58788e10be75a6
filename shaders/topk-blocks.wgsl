// topk-blocks.wgsl: the indices of the first elements of each block of one dimension in sorted order, by a workgroup in its own
// memory, or of several blocks by one; from its results the next pass takes the first ones again, until one block is left. For GPUs.
// Runs of KEEP elements are sorted, every other one backwards. Of two neighbouring runs the lesser elements, place by place, are
// the KEEP least of both: a bitonic run, which is sorted again. Equal elements keep their order.
// Source: Shanbhag, Pirk and Madden 2018, "Efficient top-k query processing on GPUs".
// Uses: lib/sort-key.wgsl, lib/sort-network.wgsl
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
const BLOCK: u32 = 512u; // a power of two, 8 · WORKGROUP at most
const LANES: u32 = BLOCK / 8u; // of a block
const KEEP: u32 = 8u; // a power of two, 8 at least and BLOCK at most
const KEEP_BITS: u32 = 3u; // KEEP = 2^KEEP_BITS

const NOTHING: u32 = 0xffffffffu; // key and place of what fills up the last block: behind all others

fn load_pair(column: u32, first: u32, e: u32) -> Pair {
  let at = first + e * LANES;
  var place = select(NOTHING, at, at < params.count);
  if (!FIRST) { place = select(NOTHING, u32(given[column * params.count + min(at, params.count - 1u)]), at < params.count); }
  let bits = x[column / params.inner * params.n * params.inner + column % params.inner + min(place, params.n - 1u) * params.inner];
  return pair_of(select(NOTHING, sort_key(bits), place < params.n), place, BLOCK);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let block = (wid.y * nwg.x + wid.x) * (WORKGROUP / LANES) + lid.x / LANES;
  let column = min(block / params.blocks, params.columns - 1u);
  let own = lid.x % LANES;
  sort_fours(lid.x, column, block % params.blocks * BLOCK + own);
  for (var bit = 3u; bit <= KEEP_BITS; bit++) {
    sort_runs(lid.x, bit, (1u << bit) & (BLOCK - 1u));
  }
  // The elements that are left of all blocks, run after run.
  for (var left = BLOCK / 2u; left >= KEEP; left /= 2u) {
    let lanes = left / 8u * (WORKGROUP / LANES);
    workgroupBarrier();
    var least: array<Pair, 4>; // scalars
    for (var e = 0u; e < 4u; e++) { // unroll
      let i = lid.x + e * WORKGROUP;
      if (i < lanes * 8u) {
        let a = pairs[place_of(i / KEEP * (2u * KEEP) + i % KEEP)];
        let b = pairs[place_of(i / KEEP * (2u * KEEP) + i % KEEP + KEEP)];
        least[e] = select(a, b, pair_before(b, a));
      }
    }
    workgroupBarrier();
    for (var e = 0u; e < 4u; e++) { // unroll
      if (lid.x + e * WORKGROUP < lanes * 8u) { pairs[place_of(lid.x + e * WORKGROUP)] = least[e]; }
    }
    for (var bits = KEEP_BITS; bits > 0u; bits = left_after(bits)) {
      workgroupBarrier();
      if (lid.x < lanes) { sort_eight(lid.x, bits, KEEP & (left - 1u)); }
    }
  }
  workgroupBarrier();
  if (block >= params.columns * params.blocks) { return; }
  let to = column / params.inner * params.k * params.inner + column % params.inner;
  for (var i = own; i < KEEP; i += LANES) {
    let place = i32(pair_place(pairs[place_of(lid.x / LANES * KEEP + i)], BLOCK));
    if (LAST) {
      if (i < params.k) { y[to + i * params.inner] = place; }
    } else {
      y[block * KEEP + i] = place;
    }
  }
}
