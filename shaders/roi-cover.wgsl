// roi-cover.wgsl: which regions of interest may reach a tile of 8 × 8 elements of a map, 32 a word, so that gradients look at those alone.
// Uses: lib/region.wgsl
@group(0) @binding(0) var<storage, read> table: array<f32>;          // [regions, 8], of roi-geometry.wgsl
@group(0) @binding(1) var<storage, read_write> cover: array<u32>;    // [pictures, tile rows, tile columns, words]
@group(0) @binding(2) var<uniform> params: Params;

struct Params {
  count: u32, // words of all tiles
  regions: u32,
  words: u32, // of a tile
  tile_rows: u32,
  tile_columns: u32,
  level: u32,
  rows: u32, // of bins
  columns: u32,
}

const WORKGROUP: u32 = 64u;

fn reaches(start: f32, size: f32, tile: u32) -> bool {
  let low = min(start, start + size) - 2.0;
  let high = max(start, start + size) + 2.0;
  return !(high < f32(tile * 8u) || low > f32(tile * 8u + 8u));
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let first = index % params.words * 32u;
  let column = index / params.words % params.tile_columns;
  let row = index / (params.words * params.tile_columns) % params.tile_rows;
  let picture = f32(index / (params.words * params.tile_columns * params.tile_rows));
  var bits = 0u;
  for (var k = first; k < min(first + 32u, params.regions); k++) {
    let at = k * REGION_FIELDS;
    if (table[at + 6u] != picture || table[at + 7u] != f32(params.level)) { continue; }
    let down = reaches(table[at], table[at + 2u] * f32(params.rows), row);
    let right = reaches(table[at + 1u], table[at + 3u] * f32(params.columns), column);
    if (down && right) { bits |= 1u << (k % 32u); }
  }
  cover[index] = bits;
}
