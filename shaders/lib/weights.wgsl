// lib/weights.wgsl: checks the weights of a row that samples are drawn by.
// The using file declares what fault.wgsl asks for:   var<storage, read_write> fault: array<atomic<u32>, 4>;   Uses: lib/fault.wgsl

// Finite and at least 0, by bits; -0 too.
fn weights_valid(x: f32) -> bool {
  let bits = bitcast<u32>(x);
  return bits < 0x7f800000u || bits == 0x80000000u;
}

fn weights_check(valid: bool, row: u32) {
  if (!valid) { fault_report(FAULT_WEIGHTS, i32(row), 0); }
}
