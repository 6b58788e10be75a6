// assemble.wgsl: up to six values, each written into its window of the result, or added to what is there.
//   y[offset_k + Σ_d index_d(row) stride_d + col] = x_k[row, col]   (or +=)
// The windows of one dispatch share no element. They have the same rows, and columns that lie together.
alias Element = f32; // or four of them: then all sizes but those of rows count fours
@group(0) @binding(0) var<storage, read> x0: array<Element>;       // [rows, cols0]
@group(0) @binding(1) var<storage, read> x1: array<Element>;       // x0 again, unread, where there are fewer
@group(0) @binding(2) var<storage, read> x2: array<Element>;
@group(0) @binding(3) var<storage, read> x3: array<Element>;
@group(0) @binding(4) var<storage, read> x4: array<Element>;
@group(0) @binding(5) var<storage, read> x5: array<Element>;
@group(0) @binding(6) var<storage, read_write> y: array<Element>;
@group(0) @binding(7) var<uniform> params: Params;

struct Params {
  count: u32,
  end0: u32, // of the elements of each value
  end1: u32,
  end2: u32,
  end3: u32,
  end4: u32,
  cols0: u32,
  cols1: u32,
  cols2: u32,
  cols3: u32,
  cols4: u32,
  cols5: u32,
  offset0: u32,
  offset1: u32,
  offset2: u32,
  offset3: u32,
  offset4: u32,
  offset5: u32,
  padding0: u32,
  padding1: u32,
  sizes: array<vec4<u32>, 2>, // of the rows, innermost dimension first
  strides: array<vec4<u32>, 2>,
}

override ADD: bool = false;

const RANK: u32 = 1u; // of the rows, at most 8
const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  var value: Element;
  var i: u32;
  var cols: u32;
  var at: u32;
  if (index < params.end0) {
    i = index;
    value = x0[i];
    cols = params.cols0;
    at = params.offset0;
  } else if (index < params.end1) {
    i = index - params.end0;
    value = x1[i];
    cols = params.cols1;
    at = params.offset1;
  } else if (index < params.end2) {
    i = index - params.end1;
    value = x2[i];
    cols = params.cols2;
    at = params.offset2;
  } else if (index < params.end3) {
    i = index - params.end2;
    value = x3[i];
    cols = params.cols3;
    at = params.offset3;
  } else if (index < params.end4) {
    i = index - params.end3;
    value = x4[i];
    cols = params.cols4;
    at = params.offset4;
  } else {
    i = index - params.end4;
    value = x5[i];
    cols = params.cols5;
    at = params.offset5;
  }
  var row = i / cols;
  at += i - row * cols;
  for (var d = 0u; d < RANK; d++) { // unroll
    let size = params.sizes[d / 4u][d % 4u];
    let above = row / size;
    at += (row - above * size) * params.strides[d / 4u][d % 4u];
    row = above;
  }
  if (ADD) {
    y[at] += value;
  } else {
    y[at] = value;
  }
}
