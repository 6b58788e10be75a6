// lib/fault.wgsl: reports bad data found on the GPU (an index or label out of range); read back with the next values.
// The using file declares, at the last binding it writes:   var<storage, read_write> fault: array<atomic<u32>, 4>;
//   [code (0: none), the offending value, the limit it broke, the operation]. Codes: src/engine/gpu/faults.ts. The first report stays.

// The number of the operation that the user called.
override FAULT_OP: u32 = 0u;

const FAULT_INDEX: u32 = 1u;
const FAULT_LABEL: u32 = 2u;
const FAULT_WEIGHTS: u32 = 3u;
const FAULT_PLACE: u32 = 4u;
const FAULT_CORNERS: u32 = 5u;
const FAULT_NUMBER: u32 = 9u;

fn fault_report(code: u32, value: i32, limit: i32) {
  loop {
    let claim = atomicCompareExchangeWeak(&fault[0], 0u, code);
    if (claim.exchanged) {
      atomicStore(&fault[1], bitcast<u32>(value));
      atomicStore(&fault[2], bitcast<u32>(limit));
      atomicStore(&fault[3], FAULT_OP);
      return;
    }
    if (claim.old_value != 0u) { return; }
  }
}

// The index, or -1 and a report where it is not below the limit or negative.
fn fault_index(index: i32, limit: u32) -> i32 {
  if (index >= 0 && index < i32(limit)) { return index; }
  fault_report(FAULT_INDEX, index, i32(limit));
  return -1;
}
