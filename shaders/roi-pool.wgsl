// roi-pool.wgsl: where in its map the maximum of each bin of a region of interest stands; one invocation a bin and channel.
//   y[k,c,p,q] = index in x of the first maximum of bin (p, q); -1 for a bin without elements, -2 for one without numbers above the least float
// Source: torchvision, csrc/ops/cpu/roi_pool_kernel.cpp (Girshick 2015, arXiv:1504.08083).   Uses: lib/region.wgsl
@group(0) @binding(0) var<storage, read> table: array<f32>;          // [regions, 8], of roi-geometry.wgsl
@group(0) @binding(1) var<storage, read> x: array<f32>;              // [pictures, channels, height, width]
@group(0) @binding(2) var<storage, read_write> y: array<i32>;        // [regions, channels, rows, columns]
@group(0) @binding(3) var<uniform> params: Params;

struct Params {
  count: u32,
  channels: u32,
  height: u32,
  width: u32,
  rows: u32, // of bins
  columns: u32,
}

const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let q = index % params.columns;
  let p = index / params.columns % params.rows;
  let c = index / (params.columns * params.rows) % params.channels;
  let at = index / (params.columns * params.rows * params.channels) * REGION_FIELDS;
  var best = -1;
  if (table[at + 6u] >= 0.0) {
    let base = (u32(table[at + 6u]) * params.channels + c) * params.height * params.width;
    let r = region_rows(RegionAxis(table[at], table[at + 2u], 0.0), p, i32(params.height));
    let s = region_rows(RegionAxis(table[at + 1u], table[at + 3u], 0.0), q, i32(params.width));
    if (r.y > r.x && s.y > s.x) { best = -2; }
    var greatest = -3.402823466e38;
    for (var i = r.x; i < r.y; i++) {
      for (var j = s.x; j < s.y; j++) {
        let here = base + u32(i) * params.width + u32(j);
        if (x[here] > greatest) {
          greatest = x[here];
          best = i32(here);
        }
      }
    }
  }
  y[index] = best;
}
