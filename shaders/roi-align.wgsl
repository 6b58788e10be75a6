// roi-align.wgsl: bins of regions of interest, the mean of samples of a map; four channels of a bin an invocation.
//   y[k,c,p,q] = Σ_s Σ_t x[n,c,sy(s),sx(t)] / (samples), bilinear; lib/region.wgsl
// SPREAD 1, position sensitive: each bin has channels of its own, c · rows · columns + p · columns + q; a bin without samples is NaN.
// SPREAD 2, as well, and means of the elements that a bin covers whole: up to the last row and column, without them unless EDGE is 1.
// Source: torchvision, csrc/ops/cpu/{roi_align,ps_roi_align,ps_roi_pool}_kernel.cpp.   Uses: lib/region.wgsl
@group(0) @binding(0) var<storage, read> table: array<f32>;          // [regions, 8], of roi-geometry.wgsl
@group(0) @binding(1) var<storage, read> x: array<f32>;              // [pictures, channels, height, width]
@group(0) @binding(2) var<storage, read_write> y: array<f32>;        // [regions, y channels, rows, columns]
@group(0) @binding(3) var<uniform> params: Params;

struct Params {
  count: u32, // invocations
  channels: u32, // of x
  out_channels: u32,
  height: u32,
  width: u32,
  rows: u32, // of bins
  columns: u32,
  level: u32,
}

const WORKGROUP: u32 = 64u;
override SPREAD: u32 = 0u;
override EDGE: u32 = 0u;
override FIRST: u32 = 1u;

fn load(at: u32, channels: u32) -> vec4f {
  let plane = params.height * params.width;
  var v = vec4f(x[at], 0.0, 0.0, 0.0);
  if (channels > 1u) { v.y = x[at + plane]; }
  if (channels > 2u) { v.z = x[at + 2u * plane]; }
  if (channels > 3u) { v.w = x[at + 3u * plane]; }
  return v;
}

fn store(at: u32, channels: u32, v: vec4f) {
  let plane = params.rows * params.columns;
  y[at] = v.x;
  if (channels > 1u) { y[at + plane] = v.y; }
  if (channels > 2u) { y[at + 2u * plane] = v.z; }
  if (channels > 3u) { y[at + 3u * plane] = v.w; }
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let lanes = select(4u, 1u, SPREAD > 0u);
  let groups = (params.out_channels + lanes - 1u) / lanes;
  let q = index % params.columns;
  let p = index / params.columns % params.rows;
  let c = index / (params.columns * params.rows) % groups * lanes;
  let k = index / (params.columns * params.rows * groups);
  let channels = min(lanes, params.out_channels - c);
  let to = ((k * params.out_channels + c) * params.rows + p) * params.columns + q;
  let at = k * REGION_FIELDS;
  if (table[at + 6u] < 0.0 || table[at + 7u] != f32(params.level)) {
    if (FIRST == 1u) { store(to, channels, vec4f(0.0)); }
    return;
  }
  let channel = select(c, (c * params.rows + p) * params.columns + q, SPREAD > 0u);
  let base = (u32(table[at + 6u]) * params.channels + channel) * params.height * params.width;
  let down = RegionAxis(table[at], table[at + 2u], table[at + 4u]);
  let right = RegionAxis(table[at + 1u], table[at + 3u], table[at + 5u]);
  let height = i32(params.height);
  let width = i32(params.width);
  var sum = vec4f(0.0);
  if (SPREAD == 2u) {
    let r = region_rows(down, p, height - i32(1u - EDGE));
    let s = region_rows(right, q, width - i32(1u - EDGE));
    for (var i = r.x; i < r.y; i++) {
      for (var j = s.x; j < s.y; j++) { sum.x += x[base + u32(i) * params.width + u32(j)]; }
    }
    let area = (r.y - r.x) * (s.y - s.x);
    y[to] = select(sum.x / f32(max(area, 1)), 0.0, r.y <= r.x || s.y <= s.x);
    return;
  }
  let rows = region_span(down, p, -1.0, f32(height));
  let columns = region_span(right, q, -1.0, f32(width));
  for (var s = 0u; s < rows.count; s++) {
    let r = region_tap(region_place(down, p, rows.first + f32(s)), height);
    if (r.low_weight + r.high_weight == 0.0) { continue; }
    let upper = base + u32(r.low) * params.width;
    let lower = base + u32(r.high) * params.width;
    for (var t = 0u; t < columns.count; t++) {
      let u = region_tap(region_place(right, q, columns.first + f32(t)), width);
      if (u.low_weight + u.high_weight == 0.0) { continue; }
      sum += r.low_weight * (u.low_weight * load(upper + u32(u.low), channels) + u.high_weight * load(upper + u32(u.high), channels));
      sum += r.high_weight * (u.low_weight * load(lower + u32(u.low), channels) + u.high_weight * load(lower + u32(u.high), channels));
    }
  }
  let samples = down.grid * right.grid;
  if (SPREAD == 1u) {
    store(to, channels, select(sum / samples, vec4f(bitcast<f32>(params.count * 0u + 0x7fc00000u)), samples == 0.0));
  } else {
    store(to, channels, sum / max(samples, 1.0));
  }
}
