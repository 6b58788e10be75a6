// attention-grad-rows.wgsl: what the gradients of attention know of each query: the logarithm of its sum, and
//   D_i = Σ_c dy_ic y_ic = Σ_j P_ij dP_ij
// Four invocations a query.   Source: Dao et al. 2022, arXiv:2205.14135.
// Places are in fours: the first element, and the steps from batch to batch, from head to head, and from row to row.
struct Params {
  dy_at: vec4u,
  y_at: vec4u,
  count: u32, // queries of all batches
  rows: u32,  // queries of a head
  heads: u32,
  columns: u32, // in fours
}

@group(0) @binding(0) var<storage, read> dy: array<vec4f>;             // [batch, heads, rows, columns]
@group(0) @binding(1) var<storage, read> y: array<vec4f>;              // [batch, heads, rows, columns]
@group(0) @binding(2) var<storage, read> log_sums: array<f32>;         // [batch, heads, rows]
@group(0) @binding(3) var<storage, read_write> queries: array<vec2f>;  // [batch, heads, rows]
@group(0) @binding(4) var<uniform> params: Params;

const ROWS: u32 = 16u;
const PARTS: u32 = 4u;

var<workgroup> sums: array<f32, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_index) thread: u32) {
  let i = (wid.y * nwg.x + wid.x) * ROWS + thread / PARTS;
  let part = thread % PARTS;
  let batch = i / params.rows;
  let place = vec4u(1u, batch / params.heads, batch % params.heads, i % params.rows);
  let dy0 = dot(params.dy_at, place);
  let y0 = dot(params.y_at, place);
  var sum = 0.0;
  if (i < params.count) {
    for (var c = part; c < params.columns; c += PARTS) { sum += dot(dy[dy0 + c], y[y0 + c]); }
  }
  sums[thread] = sum;
  workgroupBarrier();
  if (part == 0u && i < params.count) {
    queries[i] = vec2f(log_sums[i], (sums[thread] + sums[thread + 1u]) + (sums[thread + 2u] + sums[thread + 3u]));
  }
}
