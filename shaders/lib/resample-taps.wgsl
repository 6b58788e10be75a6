// lib/resample-taps.wgsl: along an axis of an image that is resized, which inputs an output reads, how much each counts, and which outputs
// read an input; in the modes of resample2d.wgsl.
// The using file declares its sizes:   struct Params { in_rows: u32, in_cols: u32, out_rows: u32, out_cols: u32, scale_rows: f32, scale_cols: f32, center: f32, shift: f32 } var<uniform> params: Params;
override MODE: u32 = 0u;

struct Axis {
  size: u32, // of the input
  out: u32,
  scale: f32,
}

// The inputs of one output along an axis: the first and one past the last, how far the place is behind the element before it,
// and, for MODE 3, that element and the last of the axis.
struct Taps {
  first: u32,
  end: u32,
  behind: f32,
  before: i32,
  last: i32,
}

fn rows_axis() -> Axis { return Axis(params.in_rows, params.out_rows, params.scale_rows); }
fn cols_axis() -> Axis { return Axis(params.in_cols, params.out_cols, params.scale_cols); }

fn taps(o: u32, axis: Axis) -> Taps {
  if (MODE == 2u) {
    return Taps(o * axis.size / axis.out, ((o + 1u) * axis.size + axis.out - 1u) / axis.out, 0.0, 0, 0);
  }
  if (MODE == 3u) {
    let place = axis.scale * (f32(o) + params.center) - params.shift;
    let last = i32(axis.size) - 1;
    let before = min(i32(floor(place)), last);
    let first = clamp(before - 1, 0, last);
    return Taps(u32(first), u32(clamp(before + 2, 0, last)) + 1u, clamp(place - f32(before), 0.0, 1.0), before, last);
  }
  let place = max(axis.scale * (f32(o) + params.center) - params.shift, 0.0);
  let first = min(u32(place), axis.size - 1u);
  if (MODE == 0u || first + 1u == axis.size) { return Taps(first, first + 1u, 0.0, 0, 0); }
  return Taps(first, first + 2u, clamp(place - f32(first), 0.0, 1.0), 0, 0);
}

// What an element at a distance of up to 2 counts.
fn cubic(x: f32) -> f32 {
  const a = -0.75;
  if (x <= 1.0) { return ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0; }
  return ((a * x - 5.0 * a) * x + 8.0 * a) * x - 4.0 * a;
}

fn weight(t: Taps, at: u32) -> f32 {
  if (MODE == 2u) { return 1.0 / f32(t.end - t.first); }
  if (MODE == 3u) {
    var sum = 0.0;
    for (var k = -1; k < 3; k++) {
      if (clamp(t.before + k, 0, t.last) == i32(at)) { sum += cubic(abs(t.behind - f32(k))); }
    }
    return sum;
  }
  return select(1.0 - t.behind, t.behind, at > t.first);
}

// The outputs that input `at` counts in: of means those whose ends surround it; otherwise a first guess from the scale, then step by
// step, since taps grow with o.
fn users(at: u32, axis: Axis) -> vec2u {
  if (MODE == 2u) { return vec2u(at * axis.out / axis.size, ((at + 1u) * axis.out + axis.size - 1u) / axis.size); }
  var first = 0u;
  if (axis.scale > 0.0) {
    let guess = floor((f32(at) + params.shift - 1.0) / axis.scale - params.center) - 2.0;
    first = min(u32(max(guess, 0.0)), axis.out - 1u);
  }
  while (first > 0u && taps(first - 1u, axis).end > at) { first--; }
  while (first < axis.out && taps(first, axis).end <= at) { first++; }
  var end = first;
  while (end < axis.out && taps(end, axis).first <= at) { end++; }
  return vec2u(first, end);
}
