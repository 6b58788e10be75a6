// nms-block.wgsl: greedy suppression within a block of at most 1024 boxes, by what nms-overlaps.wgsl found; one workgroup a row.
//   kept[i] = candidate[i] and no kept j < i overlaps i
// Each lane has one word of 32 boxes. Word by word all lanes decide together, and each takes what the kept ones overlap out of its own.
@group(0) @binding(0) var<storage, read> candidates: array<u32>;         // [rows, n]: 1 for boxes that take part; read in the first block
@group(0) @binding(1) var<storage, read> overlaps: array<u32>;           // [rows, size, words]
@group(0) @binding(2) var<storage, read_write> kept: array<u32>;         // [rows, n]: 0 for boxes that are out; written for the block
@group(0) @binding(3) var<storage, read_write> block: array<u32>;        // [rows, words]: kept, a bit each
@group(0) @binding(4) var<uniform> params: Params;

struct Params {
  rows: u32,
  n: u32,
  first: u32,
  size: u32,
  words: u32,
}

override FIRST: u32 = 1u;

const LANES: u32 = 32u;

var<workgroup> alive: array<u32, LANES>;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let row = min(wid.y * nwg.x + wid.x, params.rows - 1u);
  let lane = lid.x;
  let base = row * params.n + params.first;
  let words = row * params.size * params.words;
  let end = min(lane * 32u + 32u, params.size);
  var mine = 0u;
  for (var j = lane * 32u; j < end; j++) {
    var part = 0u;
    if (FIRST == 1u) { part = candidates[base + j]; } else { part = kept[base + j]; }
    mine |= part << (j % 32u);
  }
  for (var w = 0u; w < params.words; w++) {
    if (lane == w) { alive[w] = mine; }
    workgroupBarrier();
    var word = alive[w];
    for (var b = 0u; b < min(32u, params.size - w * 32u); b++) {
      if (((word >> b) & 1u) == 1u) { word &= ~overlaps[words + (w * 32u + b) * params.words + w]; }
    }
    if (lane == w) { mine = word; }
    if (lane > w && lane < params.words) {
      for (var rest = word; rest != 0u; rest &= rest - 1u) {
        mine &= ~overlaps[words + (w * 32u + firstTrailingBit(rest)) * params.words + lane];
      }
    }
  }
  for (var j = lane * 32u; j < end; j++) { kept[base + j] = (mine >> (j % 32u)) & 1u; }
  if (lane < params.words) { block[row * params.words + lane] = mine; }
}
