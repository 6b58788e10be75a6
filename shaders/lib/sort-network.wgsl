// lib/sort-network.wgsl: sorts pairs of key and place in the memory of a workgroup, eight for each lane: steps of a bitonic network.
// A lane takes eight pairs whose numbers in the network differ in three bits into registers, for three steps. Between these the pairs
// go through the workgroup's memory.
// Source: Batcher 1968, "Sorting networks and their applications".
// Uses: lib/sort-pair-*.wgsl
// The using file declares how a lane loads each of its eight, the first from the place `first` of `column`:   const WORKGROUP: u32 = 64u; fn load_pair(column: u32, first: u32, e: u32) -> Pair { return pair_of(column, first, e); };

var<workgroup> pairs: array<Pair, WORKGROUP * 8>;

// Where a pair lies: those that lanes ask for at once, 8 or 64 apart, are spread over the banks.
fn place_of(number: u32) -> u32 { return number ^ ((number >> 5u) & 7u) ^ ((number >> 3u) & 24u); }

// Loads a lane's pairs, and makes runs of two and of four of them, every other one backwards.
fn sort_fours(lane: u32, column: u32, first: u32) {
  var held: array<Pair, 8>; // scalars
  for (var e = 0u; e < 8u; e++) { // unroll
    held[e] = load_pair(column, first, e);
  }
  // Pair p and its other one are 1, 2 and 1 apart.
  for (var step = 0u; step < 3u; step++) { // unroll
    for (var p = 0u; p < 4u; p++) { // unroll
      let a = held[p + p / (1u + step % 2u) * (1u + step % 2u)];
      let b = held[p + p / (1u + step % 2u) * (1u + step % 2u) + 1u + step % 2u];
      let swaps = pair_before(b, a) != (p / (1u + (step + 1u) / 2u) % 2u == 1u);
      held[p + p / (1u + step % 2u) * (1u + step % 2u)] = select(a, b, swaps);
      held[p + p / (1u + step % 2u) * (1u + step % 2u) + 1u + step % 2u] = select(b, a, swaps);
    }
  }
  for (var e = 0u; e < 8u; e++) { // unroll
    pairs[place_of(lane * 8u + e)] = held[e];
  }
}

// How many of so many steps are left after the next three.
fn left_after(left: u32) -> u32 { return select(left - 3u, 0u, left < 3u); }

// Takes the next of `left` steps; pairs whose numbers have one of the bits `back` end up backwards.
fn sort_eight(lane: u32, left: u32, back: u32) {
  let low = left_after(left);
  let number = ((lane >> low) << (low + 3u)) | (lane & ((1u << low) - 1u));
  let at = place_of(number);
  var held: array<Pair, 8>; // scalars
  for (var e = 0u; e < 8u; e++) { // unroll
    held[e] = pairs[at ^ place_of(e << low)];
  }
  let backwards = (number & back) != 0u;
  // Pair p and its other one are 4, 2 and 1 apart.
  for (var step = 0u; step < 3u; step++) { // unroll
    if (left > 2u - step) {
      for (var p = 0u; p < 4u; p++) { // unroll
        let a = held[p + p / (4u / (step + 1u)) * (4u / (step + 1u))];
        let b = held[p + p / (4u / (step + 1u)) * (4u / (step + 1u)) + 4u / (step + 1u)];
        let swaps = pair_before(b, a) != backwards;
        held[p + p / (4u / (step + 1u)) * (4u / (step + 1u))] = select(a, b, swaps);
        held[p + p / (4u / (step + 1u)) * (4u / (step + 1u)) + 4u / (step + 1u)] = select(b, a, swaps);
      }
    }
  }
  for (var e = 0u; e < 8u; e++) { // unroll
    pairs[at ^ place_of(e << low)] = held[e];
  }
}

// Sorts the runs of 2^bit pairs, in each of which the first half is in order and the second one backwards.
fn sort_runs(lane: u32, bit: u32, back: u32) {
  for (var left = bit; left > 0u; left = left_after(left)) {
    workgroupBarrier();
    sort_eight(lane, left, back);
  }
}
