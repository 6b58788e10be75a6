// cat.wgsl: up to six inputs of a concatenation, written side by side into their columns of the result.
//   y[row, offset + start_i + col] = x_i[row, col]
@group(0) @binding(0) var<storage, read> x0: array<u32>;       // [rows, cols of it]
@group(0) @binding(1) var<storage, read> x1: array<u32>;       // x0 again, unread, where there are fewer inputs
@group(0) @binding(2) var<storage, read> x2: array<u32>;
@group(0) @binding(3) var<storage, read> x3: array<u32>;
@group(0) @binding(4) var<storage, read> x4: array<u32>;
@group(0) @binding(5) var<storage, read> x5: array<u32>;
@group(0) @binding(6) var<storage, read_write> y: array<u32>;  // [rows, pitch]
@group(0) @binding(7) var<uniform> params: Params;

struct Params {
  count: u32, // rows · cols
  cols: u32,  // of these inputs together
  pitch: u32,
  offset: u32,
  end0: u32, // where the columns of each input end
  end1: u32,
  end2: u32,
  end3: u32,
  end4: u32,
}

const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let row = index / params.cols;
  let col = index - row * params.cols;
  let at = row * params.pitch + params.offset + col;
  if (col < params.end0) {
    y[at] = x0[row * params.end0 + col];
  } else if (col < params.end1) {
    y[at] = x1[row * (params.end1 - params.end0) + col - params.end0];
  } else if (col < params.end2) {
    y[at] = x2[row * (params.end2 - params.end1) + col - params.end1];
  } else if (col < params.end3) {
    y[at] = x3[row * (params.end3 - params.end2) + col - params.end2];
  } else if (col < params.end4) {
    y[at] = x4[row * (params.end4 - params.end3) + col - params.end3];
  } else {
    y[at] = x5[row * (params.cols - params.end4) + col - params.end4];
  }
}
