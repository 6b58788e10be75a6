// first-max.wgsl: which of the values of a window is its maximum: the first of the largest, or a NaN.

// By bits, because a compiler may assume that no value is NaN.
fn first_max_nan(value: f32) -> bool { return (bitcast<u32>(value) & 0x7fffffffu) > 0x7f800000u; }

// Whether a value takes the place of the best of those before it.
fn first_max_replaces(value: f32, best: f32) -> bool {
  return first_max_nan(value) | (!first_max_nan(best) & (value > best));
}
