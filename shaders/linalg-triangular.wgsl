// linalg-triangular.wgsl: A X = B for triangular A, by blocks of rows; the passes of a block follow one another.
//   corner: the block's rows, x_i = (b_i − Σ a_ik x_k) / a_ii, an invocation a column;   trail: B ← B − A X in the rows that are left
// Source: Golub & Van Loan, Matrix Computations, 4th ed., section 3.1.5.
@group(0) @binding(0) var<storage, read> a: array<f32>;        // [batch, n, n]; the other triangle is not read
@group(0) @binding(1) var<storage, read> b: array<f32>;        // [batch, n, columns]
@group(0) @binding(2) var<storage, read_write> x: array<f32>;  // [batch, n, columns]: X, and of the rows that are left what has become of B
@group(0) @binding(3) var<uniform> params: Params;

struct Params {
  batch: u32,
  n: u32,
  columns: u32,
  first: u32, // of the block's rows
  end: u32,
  fresh: u32, // 1 for the first block that is solved: what has become of B is still B
}

const WORKGROUP: u32 = 64u;

override UPPER: bool = false;
// The diagonal is taken for ones.
override UNIT: bool = false;

fn left(at: u32) -> f32 {
  if (params.fresh == 1u) { return b[at]; }
  return x[at];
}

@compute @workgroup_size(WORKGROUP)
fn corner(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  let n = params.n;
  let columns = params.columns;
  if (index >= params.batch * columns) { return; }
  let matrix = index / columns * n * n;
  let column = index / columns * n * columns + index % columns;
  for (var step = 0u; step < params.end - params.first; step++) {
    let i = select(params.first + step, params.end - 1u - step, UPPER);
    var value = left(column + i * columns);
    let start = select(params.first, i + 1u, UPPER);
    for (var k = start; k < start + step; k++) { value -= a[matrix + i * n + k] * x[column + k * columns]; }
    if (!UNIT) { value /= a[matrix + i * n + i]; }
    x[column + i * columns] = value;
  }
}

// Four elements of a row of X; past the last column the last one.
fn four(row: u32, column: u32) -> vec4f {
  let c = min(vec4u(column) + vec4u(0u, 1u, 2u, 3u), vec4u(params.columns - 1u));
  return vec4f(x[row + c.x], x[row + c.y], x[row + c.z], x[row + c.w]);
}

fn subtract(base: u32, row: u32, column: u32, end: u32, value: vec4f) {
  if (row >= end) { return; }
  for (var e = 0u; e < min(4u, params.columns - column); e++) {
    let at = base + row * params.columns + column + e;
    x[at] = left(at) - value[e];
  }
}

@compute @workgroup_size(WORKGROUP)
fn trail(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  let n = params.n;
  let columns = params.columns;
  let first = select(params.end, 0u, UPPER);
  let end = select(n, params.first, UPPER);
  let across = (columns + 3u) / 4u;
  let tiles = (end - first + 3u) / 4u * across;
  if (index >= params.batch * tiles) { return; }
  let matrix = index / tiles * n * n;
  let base = index / tiles * n * columns;
  let i = first + index % tiles / across * 4u;
  let j = index % across * 4u;
  // Past the last row the last one.
  let r = matrix + min(vec4u(i) + vec4u(0u, 1u, 2u, 3u), vec4u(end - 1u)) * n;
  var y0 = vec4f();
  var y1 = vec4f();
  var y2 = vec4f();
  var y3 = vec4f();
  for (var k = params.first; k < params.end; k++) {
    let u = four(base + k * columns, j);
    y0 += a[r.x + k] * u;
    y1 += a[r.y + k] * u;
    y2 += a[r.z + k] * u;
    y3 += a[r.w + k] * u;
  }
  subtract(base, i, j, end, y0);
  subtract(base, i + 1u, j, end, y1);
  subtract(base, i + 2u, j, end, y2);
  subtract(base, i + 3u, j, end, y3);
}
