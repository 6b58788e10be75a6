// nms-later.wgsl: takes out the boxes behind a block that a kept one of the block overlaps; one invocation a box.
//   kept[j] = candidate[j] and no kept i of the block, of one group with j, has IoU(i, j) > threshold
// Uses: lib/exact.wgsl, lib/box-overlap.wgsl
@group(0) @binding(0) var<storage, read> boxes: array<vec4f>;            // [rows, n]
@group(0) @binding(1) var<storage, read> groups: array<u32>;             // [rows, n], compared by their bits
@group(0) @binding(2) var<storage, read> candidates: array<u32>;         // [rows, n]: read behind the first block
@group(0) @binding(3) var<storage, read> block: array<u32>;              // [rows, words]: kept, a bit each
@group(0) @binding(4) var<storage, read_write> kept: array<u32>;         // [rows, n]
@group(0) @binding(5) var<uniform> params: Params;

struct Params {
  count: u32, // boxes behind the block, of all rows
  n: u32,
  first: u32, // of the block's boxes
  words: u32,
  behind: u32, // boxes behind the block, of a row
  threshold: f32,
}

const WORKGROUP: u32 = 64u;
override GROUPED: u32 = 0u;
override FIRST: u32 = 1u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let row = index / params.behind;
  let at = row * params.n + params.n - params.behind + index % params.behind;
  var stays = 0u;
  if (FIRST == 1u) { stays = candidates[at]; } else { stays = kept[at]; }
  let box = boxes[at];
  let base = row * params.n + params.first;
  for (var w = 0u; w < params.words && stays == 1u; w++) {
    for (var rest = block[row * params.words + w]; rest != 0u; rest &= rest - 1u) {
      let i = base + w * 32u + firstTrailingBit(rest);
      if (GROUPED == 1u && groups[i] != groups[at]) { continue; }
      if (box_overlap_above(boxes[i], box, params.threshold)) {
        stays = 0u;
        break;
      }
    }
  }
  kept[at] = stays;
}
