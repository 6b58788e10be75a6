// resample2d-planes.wgsl: the results of resample2d.wgsl on GPUs. An invocation computes one place in PLANES neighbouring planes: it finds
// the elements to read and their weights once for all of these, and has the loads of all planes under way at once.
// Uses: lib/resample-taps.wgsl
const WORKGROUP: u32 = 64u;
const PLANES: u32 = 8u;
const COLS: u32 = 4u; // grad: columns of dy whose weights are held from row to row

struct Params {
  count: u32, // places in PLANES planes
  planes: u32,
  in_rows: u32,
  in_cols: u32,
  out_rows: u32,
  out_cols: u32,
  // Output o lies at scale · (o + center) - shift of the input.
  scale_rows: f32,
  scale_cols: f32,
  center: f32,
  shift: f32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;       // main: x [planes, in_rows, in_cols]; grad: dy
@group(0) @binding(1) var<storage, read_write> y: array<f32>; // main: y [planes, out_rows, out_cols]; grad: dx
@group(0) @binding(2) var<uniform> params: Params;

// The compiler may put pointwise operations on the result here.
fn store(at: u32, value: f32) { y[at] = value; }

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let size = params.out_rows * params.out_cols;
  let first = index / size * PLANES;
  let place = index % size;
  let i = place / params.out_cols;
  let j = place % params.out_cols;
  let last = params.planes - 1u;
  let whole = params.in_rows * params.in_cols;
  let rows = taps(i, rows_axis());
  let cols = taps(j, cols_axis());
  var sums: array<f32, PLANES>; // scalars
  var planes: array<u32, PLANES>; // scalars
  for (var k = 0u; k < PLANES; k++) { // unroll
    sums[k] = 0.0;
    planes[k] = min(first + k, last) * whole;
  }
  for (var r = rows.first; r < rows.end; r++) {
    let down = weight(rows, r);
    for (var c = cols.first; c < cols.end; c++) {
      let part = down * weight(cols, c);
      let at = r * params.in_cols + c;
      for (var k = 0u; k < PLANES; k++) { // unroll
        sums[k] += part * x[planes[k] + at];
      }
    }
  }
  for (var k = 0u; k < PLANES; k++) { // unroll
    if (first + k <= last) { store((first + k) * size + place, sums[k]); }
  }
}

@compute @workgroup_size(WORKGROUP)
fn grad(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let size = params.in_rows * params.in_cols;
  let first = index / size * PLANES;
  let place = index % size;
  let r = place / params.in_cols;
  let c = place % params.in_cols;
  let last = params.planes - 1u;
  let whole = params.out_rows * params.out_cols;
  let rows = users(r, rows_axis());
  let cols = users(c, cols_axis());
  var sums: array<f32, PLANES>; // scalars
  var planes: array<u32, PLANES>; // scalars
  for (var k = 0u; k < PLANES; k++) { // unroll
    sums[k] = 0.0;
    planes[k] = min(first + k, last) * whole;
  }
  for (var from_col = cols.x; from_col < cols.y; from_col += COLS) {
    var col: array<u32, COLS>; // scalars
    var across: array<f32, COLS>; // scalars
    for (var j = 0u; j < COLS; j++) { // unroll
      col[j] = min(from_col + j, cols.y - 1u);
      across[j] = weight(taps(col[j], cols_axis()), c);
    }
    for (var i = rows.x; i < rows.y; i++) {
      let down = weight(taps(i, rows_axis()), r);
      let line = i * params.out_cols;
      for (var j = 0u; j < COLS; j++) { // unroll
        // Not a weight of 0: dy may be infinite.
        let counts = from_col + j < cols.y;
        for (var k = 0u; k < PLANES; k++) { // unroll
          sums[k] += select(0.0, down * across[j] * x[planes[k] + line + col[j]], counts);
        }
      }
    }
  }
  for (var k = 0u; k < PLANES; k++) { // unroll
    if (first + k <= last) { store((first + k) * size + place, sums[k]); }
  }
}
