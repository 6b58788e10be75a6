// resample2d-planes.wgsl: the results of resample2d.wgsl on GPUs. An invocation computes one place in PLANES neighbouring planes: it finds
// the elements to read and their weights once for all of these, and has the loads of all planes under way at once.
// Uses: lib/resample-taps.wgsl
const WORKGROUP: u32 = 64u;
const PLANES: u32 = 8u;

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
  for (var k = 0u; k < PLANES; k++) { // unroll
    sums[k] = 0.0;
  }
  for (var r = rows.first; r < rows.end; r++) {
    let down = weight(rows, r);
    for (var c = cols.first; c < cols.end; c++) {
      let part = down * weight(cols, c);
      let at = r * params.in_cols + c;
      for (var k = 0u; k < PLANES; k++) { // unroll
        sums[k] += part * x[min(first + k, last) * whole + at];
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
  for (var k = 0u; k < PLANES; k++) { // unroll
    sums[k] = 0.0;
  }
  for (var i = rows.x; i < rows.y; i++) {
    let down = weight(taps(i, rows_axis()), r);
    for (var j = cols.x; j < cols.y; j++) {
      let part = down * weight(taps(j, cols_axis()), c);
      let at = i * params.out_cols + j;
      for (var k = 0u; k < PLANES; k++) { // unroll
        sums[k] += part * x[min(first + k, last) * whole + at];
      }
    }
  }
  for (var k = 0u; k < PLANES; k++) { // unroll
    if (first + k <= last) { store((first + k) * size + place, sums[k]); }
  }
}
