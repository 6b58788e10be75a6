// lib/region.wgsl: regions of interest as roi-geometry.wgsl leaves them, and how their bins sample an axis of a map.
// A sample at p between rows i and i + 1 counts row i by i + 1 - p and row i + 1 by p - i. One up to a row outside counts the border, others nothing.
// Source: torchvision, csrc/ops/cpu/roi_align_common.h and roi_align_kernel.cpp (He et al. 2017, arXiv:1703.06870).

// Numbers of a region in the table.
const REGION_FIELDS: u32 = 8u;

// Along one axis: bins of size `bin` from `start` on, each with `grid` samples.
struct RegionAxis {
  start: f32,
  bin: f32,
  grid: f32,
}

struct RegionTap {
  low: i32,
  high: i32,
  low_weight: f32,
  high_weight: f32,
}

fn region_tap(at: f32, size: i32) -> RegionTap {
  if (!(at >= -1.0 && at <= f32(size))) { return RegionTap(0, 0, 0.0, 0.0); }
  let inside = max(at, 0.0);
  let low = i32(inside);
  if (low >= size - 1) { return RegionTap(size - 1, size - 1, 1.0, 0.0); }
  let behind = inside - f32(low);
  return RegionTap(low, low + 1, 1.0 - behind, behind);
}

fn region_place(axis: RegionAxis, bin: u32, sample: f32) -> f32 {
  return axis.start + f32(bin) * axis.bin + (sample + 0.5) * axis.bin / axis.grid;
}

// The samples of a bin that may lie in [low, high], and some more: the first one, and how many. Of a bin that reaches far beyond a map, those
// on the map alone are walked.
struct RegionSpan {
  first: f32,
  count: u32,
}

fn region_span(axis: RegionAxis, bin: u32, low: f32, high: f32) -> RegionSpan {
  let step = axis.bin / axis.grid;
  if (axis.grid < 1.0) { return RegionSpan(0.0, 0u); }
  if (!(step > 0.0)) { return RegionSpan(0.0, u32(min(axis.grid, 65536.0))); }
  let start = axis.start + f32(bin) * axis.bin;
  let first = clamp(floor((low - start) / step) - 2.0, 0.0, axis.grid);
  let end = clamp(ceil((high - start) / step) + 2.0, 0.0, axis.grid);
  return RegionSpan(first, u32(clamp(end - first, 0.0, 1048576.0)));
}

// What row `at` of `size` counts in a bin.
fn region_weight(axis: RegionAxis, bin: u32, at: i32, size: i32) -> f32 {
  let low = select(f32(at) - 1.0, -1.0, at == 0);
  let high = select(f32(at) + 1.0, f32(size), at == size - 1);
  let span = region_span(axis, bin, low, high);
  var weight = 0.0;
  for (var t = 0u; t < span.count; t++) {
    let tap = region_tap(region_place(axis, bin, span.first + f32(t)), size);
    weight += select(0.0, tap.low_weight, tap.low == at) + select(0.0, tap.high_weight, tap.high == at);
  }
  return weight;
}

// The rows from x to before y that a bin covers whole, of rows up to `limit`.
fn region_rows(axis: RegionAxis, bin: u32, limit: i32) -> vec2i {
  let first = clamp(floor(f32(bin) * axis.bin) + axis.start, 0.0, f32(limit));
  let end = clamp(ceil(f32(bin + 1u) * axis.bin) + axis.start, 0.0, f32(limit));
  return vec2i(i32(first), i32(end));
}
