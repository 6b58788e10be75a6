// within-range.wgsl: numbers from 0 to a bound, as they are; others are NaN and reported, as NaN is.
//   y = x if 0 <= x <= highest. BOTH checks the second input as well; its reports carry the number 1, those of x the number 0.
// Floats that are not negative are in the order of their bits.   Uses: lib/fault.wgsl
@group(0) @binding(0) var<storage, read> x: array<u32>;      // float32's bits
@group(0) @binding(1) var<storage, read> other: array<u32>;  // unread without BOTH
@group(0) @binding(2) var<storage, read_write> y: array<u32>;
@group(0) @binding(3) var<storage, read_write> fault: array<atomic<u32>, 4>;
@group(0) @binding(4) var<uniform> params: Params;

struct Params {
  count: u32,
  highest: u32,
}

override BOTH: bool = false;

const WORKGROUP: u32 = 64u;
const NEGATIVE_ZERO: u32 = 0x80000000u;

fn within(bits: u32, number: i32) -> bool {
  if (bits <= params.highest || bits == NEGATIVE_ZERO) { return true; }
  fault_report(FAULT_NUMBER, bitcast<i32>(bits), number);
  return false;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let i = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (i >= params.count) { return; }
  let bits = x[i];
  var found = within(bits, 0);
  if (BOTH && !within(other[i], 1)) { found = false; }
  y[i] = select(0x7fc00000u, bits, found);
}
