// adaptive-max-pool2d.wgsl: the place of the maximum of each of out_rows × out_cols windows that cover an image.
//   indices[p,i,j] = r·W + c of the maximum over ⌊i·H/out_rows⌋ ≤ r < ⌈(i+1)·H/out_rows⌉, and columns likewise
// The first maximum wins, and NaN is the largest.
const WORKGROUP: u32 = 64u;

struct Params {
  count: u32,
  in_rows: u32,
  in_cols: u32,
  out_rows: u32,
  out_cols: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;             // [planes, in_rows, in_cols]
@group(0) @binding(1) var<storage, read_write> indices: array<i32>; // [planes, out_rows, out_cols]
@group(0) @binding(2) var<uniform> params: Params;

// NaN by its bits: a compiler may assume that there are none.
fn is_nan(value: f32) -> bool { return (bitcast<u32>(value) & 0x7FFFFFFFu) > 0x7F800000u; }

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let i = index / params.out_cols % params.out_rows;
  let j = index % params.out_cols;
  let plane = index / (params.out_cols * params.out_rows) * params.in_rows * params.in_cols;
  let row_end = ((i + 1u) * params.in_rows + params.out_rows - 1u) / params.out_rows;
  let col_first = j * params.in_cols / params.out_cols;
  let col_end = ((j + 1u) * params.in_cols + params.out_cols - 1u) / params.out_cols;
  let row_first = i * params.in_rows / params.out_rows;
  var best = row_first * params.in_cols + col_first;
  var most = x[plane + best];
  for (var r = row_first; r < row_end; r++) {
    for (var c = col_first; c < col_end; c++) {
      let value = x[plane + r * params.in_cols + c];
      if (!is_nan(most) && (is_nan(value) || value > most)) {
        most = value;
        best = r * params.in_cols + c;
      }
    }
  }
  indices[index] = i32(best);
}
