// roi-geometry.wgsl: regions of interest in the coordinates of a map, for the kernels that pool them; one invocation a region.
//   region k: y and x of its start, height and width of a bin, samples of a bin along y and x, its picture (-1: none), its level
// Of regions on several levels a pass writes those of its own; the first one says of the others that they have no picture.
// KIND 0: aligned to corners, at least 1 × 1; 1: half a pixel up and left; 2: whole pixels, at least one; 3: whole pixels, both ends included.
// Uses: lib/exact.wgsl, lib/fault.wgsl, lib/region.wgsl
@group(0) @binding(0) var<storage, read> regions: array<f32>;        // [count, 5]: picture, x1, y1, x2, y2
@group(0) @binding(1) var<storage, read> levels: array<i32>;         // [count]
@group(0) @binding(2) var<storage, read_write> table: array<f32>;    // [count, 8]
@group(0) @binding(3) var<storage, read_write> fault: array<atomic<u32>, 4>;
@group(0) @binding(4) var<uniform> params: Params;

struct Params {
  count: u32,
  pictures: u32,
  level: u32,
  rows: u32, // of bins
  columns: u32,
  ratio: u32, // samples of a bin along each axis; 0: as many as its pixels
  scale: f32,
}

const WORKGROUP: u32 = 64u;
override KIND: u32 = 0u;
override LEVELS: u32 = 0u;
override FIRST: u32 = 1u;

// Halves away from zero.
fn whole(x: f32) -> f32 {
  let cut = trunc(x);
  return cut + select(0.0, sign(x), abs(x - cut) >= 0.5);
}

fn place(x: f32) -> f32 {
  let scaled = x * params.scale;
  if (KIND >= 2u) { return whole(scaled); }
  return select(scaled, scaled - 0.5, KIND == 1u);
}

fn extent(start: f32, end: f32) -> f32 {
  if (KIND == 1u) { return end - start; }
  return max(end - start + select(0.0, 1.0, KIND == 3u), 1.0);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let k = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (k >= params.count) { return; }
  let at = k * REGION_FIELDS;
  if (LEVELS == 1u && levels[k] != i32(params.level)) {
    if (FIRST == 1u) { table[at + 6u] = -1.0; }
    return;
  }
  let start = vec2f(place(regions[k * 5u + 2u]), place(regions[k * 5u + 1u]));
  let size = vec2f(extent(start.x, place(regions[k * 5u + 4u])), extent(start.y, place(regions[k * 5u + 3u])));
  var bin = vec2f(f32(params.rows), f32(params.columns));
  for (var i = 0u; i < 2u; i++) { bin[i] = exact_div(size[i], bin[i]); }
  table[at] = start.x;
  table[at + 1u] = start.y;
  table[at + 2u] = bin.x;
  table[at + 3u] = bin.y;
  table[at + 4u] = select(f32(params.ratio), ceil(bin.x), params.ratio == 0u);
  table[at + 5u] = select(f32(params.ratio), ceil(bin.y), params.ratio == 0u);
  table[at + 6u] = f32(fault_index(i32(regions[k * 5u]), params.pictures));
  table[at + 7u] = f32(params.level);
}
