// picture-resample.wgsl: boxes of pictures at another size, every element a weighted sum of elements along rows and columns; and the adjoint.
//   main: y[n,c,i,j] = Σ_t rw[i,t] Σ_u cw[j,u] x[n,c,rs[i]+t,cs[j]+u]
//   grad: dx[n,c,r,s] = Σ_i rw[i,r-rs[i]] Σ_j cw[j,s-cs[j]] dy[n,c,i,j]
// KIND 0: copies of elements of any type, one tap each. 1: floats. 2: bytes: weights are whole numbers over 2^bits, and the sum over columns is
// rounded to a byte before that over rows (PyTorch, UpSampleKernelAVXAntialias.h, after Pillow's Resample.c).
// PACKED 1: pictures [rows, columns, channels] of their own sizes, four bytes a word, lowest first.
@group(0) @binding(0) var<storage, read> x: array<u32>;             // main: pixels, floats by their bits; grad: dy
@group(0) @binding(1) var<storage, read> places: array<i32>;        // [pictures, 3]: first element, rows, columns
@group(0) @binding(2) var<storage, read> starts: array<i32>;        // [pictures or 1, out_rows + out_cols + 2]: rs, cs, bits of each
@group(0) @binding(3) var<storage, read> weights: array<f32>;       // [pictures or 1, out_rows · row_taps + out_cols · column_taps]
@group(0) @binding(4) var<storage, read_write> y: array<u32>;       // main: [pictures, channels, out_rows, out_cols]; grad: dx
@group(0) @binding(5) var<uniform> params: Params;

struct Params {
  count: u32, // elements that the entry point writes
  channels: u32,
  in_rows: u32, // grad: of dx
  in_cols: u32,
  out_rows: u32,
  out_cols: u32,
  row_taps: u32,
  column_taps: u32,
  own: u32, // 1 where each picture has starts and weights of its own
}

const WORKGROUP: u32 = 64u;
const PACKED: u32 = 0u;
const KIND: u32 = 1u;

fn element(picture: u32, c: u32, r: i32, s: i32) -> u32 {
  let first = places[picture * 3u];
  let rows = places[picture * 3u + 1u];
  let columns = places[picture * 3u + 2u];
  let row = clamp(r, 0, rows - 1);
  let column = clamp(s, 0, columns - 1);
  if (PACKED == 1u) {
    let at = u32(first + (row * columns + column) * i32(params.channels) + i32(c));
    return (x[at / 4u] >> (at % 4u * 8u)) & 255u;
  }
  return x[first + (i32(c) * rows + row) * columns + column];
}

fn rounded(sum: i32, bits: i32) -> i32 {
  return clamp((sum + (1 << u32(bits - 1))) >> u32(bits), 0, 255);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let j = index % params.out_cols;
  let i = index / params.out_cols % params.out_rows;
  let plane = index / (params.out_cols * params.out_rows);
  let c = plane % params.channels;
  let picture = plane / params.channels;
  let start = picture * params.own * (params.out_rows + params.out_cols + 2u);
  let row = starts[start + i];
  let column = starts[start + params.out_rows + j];
  if (KIND == 0u) {
    y[index] = element(picture, c, row, column);
    return;
  }
  let weight = picture * params.own * (params.out_rows * params.row_taps + params.out_cols * params.column_taps);
  let row_weights = weight + i * params.row_taps;
  let column_weights = weight + params.out_rows * params.row_taps + j * params.column_taps;
  if (KIND == 2u) {
    let row_bits = starts[start + params.out_rows + params.out_cols];
    let column_bits = starts[start + params.out_rows + params.out_cols + 1u];
    var sum = 0;
    for (var t = 0u; t < params.row_taps; t++) {
      let row_weight = i32(weights[row_weights + t]);
      if (row_weight == 0) { continue; }
      var along = 0;
      for (var u = 0u; u < params.column_taps; u++) {
        along += i32(weights[column_weights + u]) * i32(element(picture, c, row + i32(t), column + i32(u)));
      }
      sum += row_weight * rounded(along, column_bits);
    }
    y[index] = u32(rounded(sum, row_bits));
    return;
  }
  var sum = 0.0;
  for (var t = 0u; t < params.row_taps; t++) {
    let row_weight = weights[row_weights + t];
    if (row_weight == 0.0) { continue; }
    var along = 0.0;
    for (var u = 0u; u < params.column_taps; u++) {
      let column_weight = weights[column_weights + u];
      if (column_weight == 0.0) { continue; }
      along += column_weight * bitcast<f32>(element(picture, c, row + i32(t), column + i32(u)));
    }
    sum += row_weight * along;
  }
  y[index] = bitcast<u32>(sum);
}

@compute @workgroup_size(WORKGROUP)
fn grad(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let s = i32(index % params.in_cols);
  let r = i32(index / params.in_cols % params.in_rows);
  let plane = index / (params.in_cols * params.in_rows);
  let picture = plane / params.channels;
  let start = picture * params.own * (params.out_rows + params.out_cols + 2u);
  let weight = picture * params.own * (params.out_rows * params.row_taps + params.out_cols * params.column_taps);
  var sum = 0.0;
  for (var i = 0u; i < params.out_rows; i++) {
    let t = r - starts[start + i];
    if (t < 0 || t >= i32(params.row_taps)) { continue; }
    var along = 0.0;
    for (var j = 0u; j < params.out_cols; j++) {
      let u = s - starts[start + params.out_rows + j];
      if (u < 0 || u >= i32(params.column_taps)) { continue; }
      let column_weight = weights[weight + params.out_rows * params.row_taps + j * params.column_taps + u32(u)];
      along += column_weight * bitcast<f32>(x[(plane * params.out_rows + i) * params.out_cols + j]);
    }
    sum += weights[weight + i * params.row_taps + u32(t)] * along;
  }
  y[index] = bitcast<u32>(sum);
}
