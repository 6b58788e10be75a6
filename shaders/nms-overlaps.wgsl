// nms-overlaps.wgsl: which boxes of a block overlap which later ones of the same block, 32 a word; boxes stand by falling score.
//   overlaps[row,i,w] bit b: j = 32 w + b > i, of one group with i, and IoU(i, j) > threshold
// Uses: lib/exact.wgsl, lib/box-overlap.wgsl
@group(0) @binding(0) var<storage, read> boxes: array<vec4f>;            // [rows, n]
@group(0) @binding(1) var<storage, read> groups: array<u32>;             // [rows, n], compared by their bits
@group(0) @binding(2) var<storage, read_write> overlaps: array<u32>;     // [rows, size, words]
@group(0) @binding(3) var<uniform> params: Params;

struct Params {
  count: u32, // words of all rows
  n: u32,
  first: u32, // of the block's boxes
  size: u32,
  words: u32,
  threshold: f32,
}

const WORKGROUP: u32 = 64u;
override GROUPED: u32 = 0u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let w = index % params.words;
  let i = index / params.words % params.size;
  let base = index / (params.words * params.size) * params.n + params.first;
  let box = boxes[base + i];
  var bits = 0u;
  for (var j = max(i + 1u, w * 32u); j < min(w * 32u + 32u, params.size); j++) {
    if (GROUPED == 1u && groups[base + i] != groups[base + j]) { continue; }
    if (box_overlap_above(box, boxes[base + j], params.threshold)) { bits |= 1u << (j % 32u); }
  }
  overlaps[index] = bits;
}
