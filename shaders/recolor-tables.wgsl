// recolor-tables.wgsl: tables out of what recolor-measure found; one workgroup a channel of a picture.
//   contrast: the mean of grey, by its bits, in the first channel's table   equalize: each level's new one
//   autocontrast: each level's new one; of floats, by their bits, the smallest value and the largest over it
// Source: Pillow, ImageOps.equalize, as torchvision has it.   Uses: lib/exact.wgsl
@group(0) @binding(0) var<storage, read> rows: array<vec4f>;         // [N or 1]
@group(0) @binding(1) var<storage, read> found: array<u32>;          // [N, CHANNELS, chunks, 256]
@group(0) @binding(2) var<storage, read_write> tables: array<u32>;   // [N, CHANNELS, 256]
@group(0) @binding(3) var<uniform> params: Params;

struct Params {
  planes: u32, // N · CHANNELS
  plane: u32,
  chunks: u32,
  row_step: u32,
}

const FLOATS: u32 = 0u;
const CHANNELS: u32 = 3u;
const CONTRAST: u32 = 2u;
const AUTOCONTRAST: u32 = 8u;
const EQUALIZE: u32 = 9u;
const WORKGROUP: u32 = 64u;

var<workgroup> counts: array<u32, 256>;
var<workgroup> below: array<u32, 256>; // pixels of lesser levels
var<workgroup> lowest: u32;
var<workgroup> highest: u32;

fn table_of_floats(group: u32, first: u32, code: u32) {
  var low = bitcast<f32>(found[first]);
  var high = bitcast<f32>(found[first + 1u]);
  for (var chunk = 1u; chunk < params.chunks; chunk++) {
    let other = bitcast<f32>(found[first + chunk * 256u]);
    low = select(min(low, other), low + other, code == CONTRAST);
    high = max(high, bitcast<f32>(found[first + chunk * 256u + 1u]));
  }
  let even = high == low;
  tables[group * 256u] = bitcast<u32>(select(select(low, 0.0, even), low / f32(params.plane), code == CONTRAST));
  tables[group * 256u + 1u] = bitcast<u32>(select(high - low, 1.0, even));
}

fn stretched_level(level: u32, scale: f32) -> u32 {
  if (highest == lowest) { return level; }
  return u32(clamp(exact_div(f32(max(level, lowest) - lowest), scale), 0.0, 255.0));
}

fn equal_level(level: u32, step: u32) -> u32 {
  if (step == 0u) { return level; }
  return select(min((below[level] + step / 2u) / step, 255u), 0u, level == 0u);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_index) lane: u32) {
  let group = wid.y * nwg.x + wid.x;
  if (group >= params.planes) { return; }
  let code = u32(rows[group / CHANNELS * params.row_step].x);
  if (code != CONTRAST && code != AUTOCONTRAST && code != EQUALIZE) { return; }
  let first = group * params.chunks * 256u;
  if (FLOATS == 1u && code != EQUALIZE) {
    if (lane == 0u) { table_of_floats(group, first, code); }
    return;
  }
  for (var level = lane; level < 256u; level += WORKGROUP) {
    var total = 0u;
    for (var chunk = 0u; chunk < params.chunks; chunk++) { total += found[first + chunk * 256u + level]; }
    counts[level] = total;
  }
  workgroupBarrier();
  if (code == CONTRAST) {
    if (lane == 0u) { tables[group * 256u] = bitcast<u32>(exact_div(f32(counts[0]), f32(params.plane))); }
    return;
  }
  if (lane == 0u) {
    var sum = 0u;
    var last = 0u;
    var least = 255u;
    for (var level = 0u; level < 256u; level++) {
      below[level] = sum;
      sum += counts[level];
      if (counts[level] > 0u) {
        last = level;
        least = min(least, level);
      }
    }
    lowest = least;
    highest = last;
  }
  workgroupBarrier();
  let scale = exact_mul(f32(highest - lowest), 0.003921568859368563);
  let step = (params.plane - counts[highest]) / 255u;
  for (var level = lane; level < 256u; level += WORKGROUP) {
    tables[group * 256u + level] = select(equal_level(level, step), stretched_level(level, scale), code == AUTOCONTRAST);
  }
}
