// argsort-blocks.wgsl: sorts indices in blocks along one dimension, each by a workgroup, or several by one: the runs that
// argsort-merge.wgsl merges. Equal elements keep their order. For GPUs.
// Uses: lib/sort-key.wgsl, lib/sort-network.wgsl
@group(0) @binding(0) var<storage, read> x: array<u32>;            // bits of the elements: [outer, n, inner]
@group(0) @binding(1) var<storage, read_write> y: array<i32>;      // as x, or [columns, n] with MERGED
@group(0) @binding(2) var<storage, read_write> sorted: array<u32>; // keys: [columns, n]; not written without KEYS
@group(0) @binding(3) var<uniform> params: Params;

struct Params {
  columns: u32, // outer · inner
  n: u32,
  inner: u32,
  blocks: u32, // a column's
}

override KEYS: bool = false;
override MERGED: bool = false; // another pass goes on

const WORKGROUP: u32 = 64u;
const BLOCK: u32 = 512u; // a power of two, from 8 to 8 · WORKGROUP
const LANES: u32 = BLOCK / 8u; // of a block

fn load_pair(base: u32, first: u32, e: u32) -> Pair {
  let bits = x[min(base + first * params.inner + e * (LANES * params.inner), base + (params.n - 1u) * params.inner)];
  // What fills up a block stays behind all others, which come before it even where their keys are equal.
  return pair_of(select(0xffffffffu, sort_key(bits), first + e * LANES < params.n), first % BLOCK + e * LANES, BLOCK);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let block = (wid.y * nwg.x + wid.x) * (WORKGROUP / LANES) + lid.x / LANES;
  let column = min(block / params.blocks, params.columns - 1u);
  let base = column / params.inner * params.n * params.inner + column % params.inner;
  let own = lid.x % LANES;
  let start = block % params.blocks * BLOCK + own;
  sort_fours(lid.x, base, start);
  for (var bit = 3u; (1u << bit) <= BLOCK; bit++) {
    sort_runs(lid.x, bit, (1u << bit) & (BLOCK - 1u));
  }
  workgroupBarrier();
  if (block >= params.columns * params.blocks) { return; }
  let to = select(base + start * params.inner, column * params.n + start, MERGED);
  let step = select(LANES * params.inner, LANES, MERGED);
  for (var e = 0u; e < 8u; e++) { // unroll
    let pair = pairs[place_of(lid.x / LANES * BLOCK + own + e * LANES)];
    if (start + e * LANES < params.n) {
      y[to + e * step] = i32(start - own + pair_place(pair, BLOCK));
      if (KEYS) { sorted[column * params.n + start + e * LANES] = pair_key(pair, BLOCK); }
    }
  }
}
