// picture-window.wgsl: windows of pictures, each at a place of its own, mirrored or turned by quarters, and their adjoint.
//   main: y[n,c,i,j] = x[n,c,r,s],   r = p0 + p1 i + p2 j,   s = p3 + p4 i + p5 j,   p = places[n]
//   grad: dx[n,c,r,s] = Σ dy[n,c,i,j] over all i, j whose place is r, s
// BORDER 0: what lies outside is `fill`; 1: the edge; 2: the inside mirrored at the edge's elements; 3: mirrored behind them.
// PACKED 1: pictures [rows, columns, channels] of their own sizes, four bytes a word, lowest first.
@group(0) @binding(0) var<storage, read> x: array<u32>;             // main: pixels, floats by their bits; grad: dy
@group(0) @binding(1) var<storage, read> places: array<i32>;        // [pictures, 9]: p0 … p5, first element, rows, columns
@group(0) @binding(2) var<storage, read_write> y: array<u32>;       // main: [pictures, channels, out_rows, out_cols]; grad: dx
@group(0) @binding(3) var<uniform> params: Params;

struct Params {
  count: u32, // elements that the entry point writes
  channels: u32,
  in_rows: u32, // grad: of dx
  in_cols: u32,
  out_rows: u32,
  out_cols: u32,
  fill_0: f32, // by channel; the last one for those behind it, too
  fill_1: f32,
  fill_2: f32,
  fill_3: f32,
}

const WORKGROUP: u32 = 64u;
const BORDER: u32 = 0u;
const PACKED: u32 = 0u;
const KIND: u32 = 0u; // of an element: 0 a float, 1 unsigned, 2 signed

fn filler(c: u32) -> u32 {
  let fills = array<f32, 4>(params.fill_0, params.fill_1, params.fill_2, params.fill_3);
  let fill = fills[min(c, 3u)];
  if (KIND == 0u) { return bitcast<u32>(fill); }
  if (KIND == 1u) { return u32(fill); }
  return bitcast<u32>(i32(fill));
}

// The element that a place along an axis shows, or -1.
fn inside(at: i32, size: i32) -> i32 {
  if (at >= 0 && at < size) { return at; }
  if (BORDER == 1u) { return clamp(at, 0, size - 1); }
  if (BORDER == 2u) {
    let period = max(2 * (size - 1), 1);
    let turned = ((at % period) + period) % period;
    return min(turned, period - turned) % size;
  }
  if (BORDER == 3u) {
    let period = 2 * size;
    let turned = ((at % period) + period) % period;
    return min(turned, period - 1 - turned);
  }
  return -1;
}

fn element(first: i32, rows: i32, columns: i32, c: i32, r: i32, s: i32) -> u32 {
  if (PACKED == 1u) {
    let at = u32(first + (r * columns + s) * i32(params.channels) + c);
    return (x[at / 4u] >> (at % 4u * 8u)) & 255u;
  }
  return x[first + (c * rows + r) * columns + s];
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let j = i32(index % params.out_cols);
  let i = i32(index / params.out_cols % params.out_rows);
  let plane = index / (params.out_cols * params.out_rows);
  let c = plane % params.channels;
  let p = plane / params.channels * 9u;
  let rows = places[p + 7u];
  let columns = places[p + 8u];
  let r = inside(places[p] + places[p + 1u] * i + places[p + 2u] * j, rows);
  let s = inside(places[p + 3u] + places[p + 4u] * i + places[p + 5u] * j, columns);
  if (r < 0 || s < 0) {
    y[index] = filler(c);
    return;
  }
  y[index] = element(places[p + 6u], rows, columns, i32(c), r, s);
}

// Rows depend on one index of the output and columns on the other, so that each is looked through by itself.
@compute @workgroup_size(WORKGROUP)
fn grad(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let s = i32(index % params.in_cols);
  let r = i32(index / params.in_cols % params.in_rows);
  let plane = index / (params.in_cols * params.in_rows);
  let p = plane / params.channels * 9u;
  let turned = places[p + 2u] != 0;
  let row_step = select(places[p + 1u], places[p + 2u], turned);
  let column_step = select(places[p + 5u], places[p + 4u], turned);
  let row_count = i32(select(params.out_rows, params.out_cols, turned));
  let column_count = i32(select(params.out_cols, params.out_rows, turned));
  let first = plane * params.out_rows * params.out_cols;
  var sum = 0.0;
  for (var a = 0; a < row_count; a++) {
    if (inside(places[p] + row_step * a, i32(params.in_rows)) != r) { continue; }
    for (var b = 0; b < column_count; b++) {
      if (inside(places[p + 3u] + column_step * b, i32(params.in_cols)) != s) { continue; }
      let at = select(u32(a) * params.out_cols + u32(b), u32(b) * params.out_cols + u32(a), turned);
      sum += bitcast<f32>(x[first + at]);
    }
  }
  y[index] = bitcast<u32>(sum);
}
