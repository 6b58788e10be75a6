// argsort-blocks.wgsl: sorts indices in blocks along one dimension, each by a workgroup, or several by one: the runs that
// argsort-merge.wgsl merges. A bitonic network over pairs of key and index: equal elements keep their order. For GPUs.
// A lane takes eight pairs whose numbers in the network differ in three bits into registers, for three steps. Between these the pairs
// go through the workgroup's memory.
// Source: Batcher 1968, "Sorting networks and their applications".
// Uses: lib/sort-key.wgsl, lib/sort-pair-*.wgsl
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

var<workgroup> pairs: array<Pair, WORKGROUP * 8>;

// Where a pair lies: those that lanes ask for at once, 8 or 64 apart, are spread over the banks.
fn place_of(number: u32) -> u32 { return number ^ ((number >> 5u) & 7u) ^ ((number >> 3u) & 24u); }

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let block = (wid.y * nwg.x + wid.x) * (WORKGROUP / LANES) + lid.x / LANES;
  let column = min(block / params.blocks, params.columns - 1u);
  let base = column / params.inner * params.n * params.inner + column % params.inner;
  let own = lid.x % LANES;
  let start = block % params.blocks * BLOCK + own;
  let last = base + (params.n - 1u) * params.inner;
  var held: array<Pair, 8>; // scalars
  for (var e = 0u; e < 8u; e++) { // unroll
    let bits = x[min(base + start * params.inner + e * (LANES * params.inner), last)];
    // What fills up a block stays behind all others, which come before it even where their keys are equal.
    held[e] = pair_of(select(0xffffffffu, sort_key(bits), start + e * LANES < params.n), own + e * LANES, BLOCK);
  }
  // Runs of two and of four, every other one backwards.
  for (var p = 0u; p < 4u; p++) { // unroll
    let a = held[2u * p];
    let b = held[2u * p + 1u];
    let swaps = pair_before(b, a) != (p % 2u == 1u);
    held[2u * p] = select(a, b, swaps);
    held[2u * p + 1u] = select(b, a, swaps);
  }
  for (var p = 0u; p < 4u; p++) { // unroll
    let a = held[p / 2u * 4u + p % 2u];
    let b = held[p / 2u * 4u + p % 2u + 2u];
    let swaps = pair_before(b, a) != (p / 2u == 1u);
    held[p / 2u * 4u + p % 2u] = select(a, b, swaps);
    held[p / 2u * 4u + p % 2u + 2u] = select(b, a, swaps);
  }
  for (var p = 0u; p < 4u; p++) { // unroll
    let a = held[2u * p];
    let b = held[2u * p + 1u];
    let swaps = pair_before(b, a) != (p / 2u == 1u);
    held[2u * p] = select(a, b, swaps);
    held[2u * p + 1u] = select(b, a, swaps);
  }
  for (var e = 0u; e < 8u; e++) { // unroll
    pairs[place_of(lid.x * 8u + e)] = held[e];
  }
  for (var bit = 3u; (1u << bit) <= BLOCK; bit++) {
    // The steps of this size that are left.
    for (var left = bit; left > 0u;) {
      let low = select(left - 3u, 0u, left < 3u);
      let number = ((lid.x >> low) << (low + 3u)) | (lid.x & ((1u << low) - 1u));
      let at = place_of(number);
      workgroupBarrier();
      for (var e = 0u; e < 8u; e++) { // unroll
        held[e] = pairs[at ^ place_of(e << low)];
      }
      let backwards = (number & (BLOCK - 1u) & (1u << bit)) != 0u;
      if (left > 2u) {
        for (var p = 0u; p < 4u; p++) { // unroll
          let a = held[p];
          let b = held[p + 4u];
          let swaps = pair_before(b, a) != backwards;
          held[p] = select(a, b, swaps);
          held[p + 4u] = select(b, a, swaps);
        }
      }
      if (left > 1u) {
        for (var p = 0u; p < 4u; p++) { // unroll
          let a = held[p / 2u * 4u + p % 2u];
          let b = held[p / 2u * 4u + p % 2u + 2u];
          let swaps = pair_before(b, a) != backwards;
          held[p / 2u * 4u + p % 2u] = select(a, b, swaps);
          held[p / 2u * 4u + p % 2u + 2u] = select(b, a, swaps);
        }
      }
      for (var p = 0u; p < 4u; p++) { // unroll
        let a = held[2u * p];
        let b = held[2u * p + 1u];
        let swaps = pair_before(b, a) != backwards;
        held[2u * p] = select(a, b, swaps);
        held[2u * p + 1u] = select(b, a, swaps);
      }
      for (var e = 0u; e < 8u; e++) { // unroll
        pairs[at ^ place_of(e << low)] = held[e];
      }
      left = low;
    }
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
