// lib/sort-key.wgsl: unsigned numbers in the order of the elements: NaN is greater than all numbers, -0 equals 0.

override DESCENDING: bool = false;
override KIND: u32 = 0u; // of the elements: 0 float, 1 signed, 2 unsigned

fn sort_key(bits: u32) -> u32 {
  var key = bits;
  if (KIND == 1u) { key = bits ^ 0x80000000u; }
  if (KIND == 0u) {
    let magnitude = bits & 0x7fffffffu;
    if (magnitude > 0x7f800000u) {
      key = 0xffffffffu;
    } else if (magnitude == 0u) {
      key = 0x80000000u;
    } else {
      key = select(bits | 0x80000000u, ~bits, bits > 0x80000000u);
    }
  }
  return select(key, ~key, DESCENDING);
}
