// resample2d.wgsl: images at another size, each element a weighted mean of neighbours along rows and columns, and its adjoint.
//   main: y[p,i,j] = Σ wr(i,r) wc(j,c) x[p,r,c]      grad: dx[p,r,c] = Σ wr(i,r) wc(j,c) dy[p,i,j]
// MODE 0: the nearest element; 1: between two, linearly; 2: the mean of ⌊o·in/out⌋ … ⌈(o+1)·in/out⌉; 3: of four, by cubic
// convolution (Keys 1981, a = -3/4), those beyond an edge being the edge. Both entry points gather.
// Uses: lib/resample-taps.wgsl
const WORKGROUP: u32 = 64u;

struct Params {
  count: u32, // elements that the entry point writes
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
  let rows = taps(index / params.out_cols % params.out_rows, rows_axis());
  let cols = taps(index % params.out_cols, cols_axis());
  let plane = index / (params.out_cols * params.out_rows) * params.in_rows * params.in_cols;
  var sum = 0.0;
  for (var r = rows.first; r < rows.end; r++) {
    var along = 0.0;
    for (var c = cols.first; c < cols.end; c++) {
      along += weight(cols, c) * x[plane + r * params.in_cols + c];
    }
    sum += weight(rows, r) * along;
  }
  store(index, sum);
}

@compute @workgroup_size(WORKGROUP)
fn grad(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let r = index / params.in_cols % params.in_rows;
  let c = index % params.in_cols;
  let rows = users(r, rows_axis());
  let cols = users(c, cols_axis());
  let plane = index / (params.in_cols * params.in_rows) * params.out_rows * params.out_cols;
  var sum = 0.0;
  for (var i = rows.x; i < rows.y; i++) {
    var along = 0.0;
    for (var j = cols.x; j < cols.y; j++) {
      along += weight(taps(j, cols_axis()), c) * x[plane + i * params.out_cols + j];
    }
    sum += weight(taps(i, rows_axis()), r) * along;
  }
  store(index, sum);
}
