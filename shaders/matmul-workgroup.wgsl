// matmul-workgroup.wgsl: batched matrix product for GPUs; a workgroup computes a tile over one chunk of K, through panels of DEPTH steps of K
// in workgroup memory.
//   y[s,z,m,n] = b[n] + Σ_{k in chunk s} p[z,m,k] · q[z,k,n],   with SUMS also   sums[s,m] = Σ_{k in chunk s} p[z,m,k]
// Each invocation holds TM × TN elements in registers, as blocks of 4 × 4 that lie a lane's width apart, so that neighbours read
// neighbouring vectors of a panel. While an invocation multiplies, the loads of the next panel are under way: nothing may touch the
// numbers that these loads bring before they are stored, or compilers wait for them. Storing stands before the loop and at its end:
// one copy at its beginning takes 3 % longer by the compiler of navi21. So panels end where the chunk ends, and only the first, which is loaded before the loop, may begin
// before the chunk; its steps there are zero. The last turn loads and stores the last panel again, which costs less than a second copy
// of the loop's code. A panel's rows are one vector longer than a tile, so that they begin in different banks.
// Source: the classical scheme of V. Volkov and J. Demmel, "Benchmarking GPUs to tune dense linear algebra", SC 2008.
// Uses: lib/batches.wgsl
const THREADS: u32 = 256u;
const ACROSS: u32 = 16u; // lanes along a row of the tile; THREADS / ACROSS are along a column
const DEPTH: u32 = 16u;
// DEPTH: all steps are written out. 0: none are, and compilers do not see how many there are, since some write them out and run out of
// registers.
const WRITTEN: u32 = 16u;
// 2: a chunk is divided in two slices, for which a workgroup has THREADS lanes each; their sums are added at the end. Not with SUMS.
const SLICES: u32 = 1u;
// 1: elements of the next panel that are loaded one at a time are loaded after this one is multiplied, where registers are too few to
// hold them meanwhile; WRITTEN is 0 then.
const LATE: u32 = 0u;
const TM4: u32 = 1u; // TM / 4
const TN4: u32 = 1u;
const ACC: u32 = 4u; // TM · TN / 4
// How an operand is loaded. 0: one element at a time; four neighbouring rows (columns of q) at one step of K make a vector. 1: its rows
// are neighbours in memory, and four are loaded at once. 2: its steps of K are, and four vectors, of four rows, are transposed.
const P_FOUR: u32 = 0u;
const Q_FOUR: u32 = 0u;
const P_ALONG_K: u32 = 1u; // for 0: 1: neighbours load neighbouring steps of K, else neighbouring rows
const Q_ALONG_K: u32 = 0u;
const P_ROW: u32 = 17u; // vectors of a panel's row: THREADS / ACROSS · TM4 + 1
const Q_ROW: u32 = 17u;
const P_PANEL: u32 = 272u; // DEPTH · P_ROW
const Q_PANEL: u32 = 272u;
const P_PANELS: u32 = 272u; // SLICES · P_PANEL
const Q_PANELS: u32 = 272u;
const P_LOADS: u32 = 1u; // vectors of a panel that an invocation loads: each panel's are a multiple of THREADS
const Q_LOADS: u32 = 1u;
const P_UNITS: u32 = 1u; // P_LOADS, or for 2 blocks of four of them
const Q_UNITS: u32 = 1u;
const P_PLACES: u32 = 4u; // addresses by which it loads them
const Q_PLACES: u32 = 4u;
const BATCH: u32 = 4u; // separate batch dimensions: 0, 1 or 4
const BIAS: u32 = 0u;
const SUMS: u32 = 0u;
// Tiles of this many rows of tiles are computed at about the same time, so that they find their columns in the cache.
const GROUP: u32 = 8u;

struct Params {
  tiles: u32,
  m_tiles: u32,
  n_tiles: u32,
  batch: u32,
  rows: u32,
  cols: u32,
  inner: u32,
  chunk: u32, // length of a chunk of K
  steps: u32, // DEPTH
  p_row: u32,
  p_inner: u32,
  q_inner: u32,
  q_col: u32,
  batch_1: u32, // sizes of the inner three batch dimensions
  batch_2: u32,
  batch_3: u32,
  p_0: u32, // steps of the four batch dimensions
  p_1: u32,
  p_2: u32,
  p_3: u32,
  q_0: u32,
  q_1: u32,
  q_2: u32,
  q_3: u32,
}

// Operands that are loaded in fours are arrays of vec4f.
@group(0) @binding(0) var<storage, read> p: array<f32>;       // [batch, rows, inner] by strides
@group(0) @binding(1) var<storage, read> q: array<f32>;       // [batch, inner, cols] by strides
@group(0) @binding(2) var<storage, read> b: array<f32>;       // [cols]; unread if BIAS is 0
@group(0) @binding(3) var<storage, read_write> y: array<f32>; // [chunks, batch, rows, cols]
@group(0) @binding(4) var<storage, read_write> sums: array<f32>; // [chunks, rows]; untouched if SUMS is 0
@group(0) @binding(5) var<uniform> params: Params;

var<workgroup> p_panel: array<vec4f, P_PANELS>; // [slice, k, row of the tile / 4]
var<workgroup> q_panel: array<vec4f, Q_PANELS>; // [slice, k, column of the tile / 4]

// The compiler may put pointwise operations on the result here.
fn store(at: u32, value: f32) { y[at] = value; }

// Which vector of a panel is number `slot`: its step of K, and its place in the row.
fn place(slot: u32, along_k: u32, width: u32) -> vec2u {
  if (along_k == 1u) { return vec2u(slot % DEPTH, slot / DEPTH); }
  return vec2u(slot / width, slot % width);
}

// Which block of four vectors is number `slot`: its step of K / 4, and its place in the row.
fn block(slot: u32) -> vec2u { return vec2u(slot % (DEPTH / 4u), slot / (DEPTH / 4u)); }

@compute @workgroup_size(THREADS, SLICES)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  // Not variables: compilers see that indices made of these stay within a panel, and leave out the checks.
  let thread = lid.x;
  let slice = lid.y;
  let p_first = slice * P_PANEL;
  let q_first = slice * Q_PANEL;
  var rest = wid.y * nwg.x + wid.x;
  if (rest >= params.tiles) { return; }
  let plane = params.m_tiles * params.n_tiles;
  let zs = rest / plane;
  rest %= plane;
  let group = rest / (GROUP * params.n_tiles);
  rest %= GROUP * params.n_tiles;
  let group_rows = min(params.m_tiles - group * GROUP, GROUP);
  let m0 = (group * GROUP + rest % group_rows) * (THREADS / ACROSS) * TM4 * 4u;
  let n0 = rest / group_rows * ACROSS * TN4 * 4u;
  let z = zs % params.batch;
  let s = zs / params.batch;

  var p0 = 0u;
  var q0 = 0u;
  if (BATCH == 1u) {
    p0 = z * params.p_3;
    q0 = z * params.q_3;
  }
  if (BATCH == 4u) {
    let sizes = vec3u(params.batch_1, params.batch_2, params.batch_3);
    p0 = batches_at(z, sizes, vec4u(params.p_0, params.p_1, params.p_2, params.p_3));
    q0 = batches_at(z, sizes, vec4u(params.q_0, params.q_1, params.q_2, params.q_3));
  }

  let lane_m = thread / ACROSS;
  let lane_n = thread % ACROSS;
  // Apart from the constants of the loop, which instructions then hold.
  let p_lane = p_first + lane_m;
  let q_lane = q_first + lane_n;
  var acc: array<vec4f, ACC>; // scalars
  var p_sums: array<vec4f, TM4>; // scalars
  var p_next: array<vec4f, P_LOADS>; // scalars
  var q_next: array<vec4f, Q_LOADS>; // scalars
  var start = s * params.chunk;
  let end = min(start + params.chunk, params.inner);
  var panels = (end - start + DEPTH - 1u) / DEPTH;
  // Steps of the first panel that lie before the chunk.
  var lead = max(panels, 1u) * DEPTH - (end - start);
  if (1 < SLICES) { // constant
    // Fours stay together, and both slices have as many panels.
    let length = end - start;
    let half = select((length + 1u) / 2u, (length + 7u) / 8u * 4u, length % 4u == 0u);
    panels = (half + DEPTH - 1u) / DEPTH;
    start += slice * half;
    lead = max(panels, 1u) * DEPTH - select(half, length - half, slice == 1u);
  }

  // Where each vector is in memory. Before the chunk that may be below 0, and wraps; nothing is loaded there.
  var p_at: array<u32, P_PLACES>; // scalars
  var q_at: array<u32, Q_PLACES>; // scalars
  if (P_FOUR < 1) { // constant
    for (var l = 0u; l < P_LOADS; l++) { // unroll
      let at = place(thread + l * THREADS, P_ALONG_K, P_ROW - 1u);
      let there = at.x >= lead;
      for (var c = 0u; c < 4u; c++) { // unroll
        p_at[l * 4u + c] = p0 + min(m0 + at.y * 4u + c, params.rows - 1u) * params.p_row + (start + at.x - lead) * params.p_inner;
      }
      let four = select(vec4u(0u), vec4u(p_at[l * 4u], p_at[l * 4u + 1u], p_at[l * 4u + 2u], p_at[l * 4u + 3u]), there);
      p_next[l] = select(vec4f(0.0), vec4f(p[four.x], p[four.y], p[four.z], p[four.w]), there);
    }
  }
  if (0 < P_FOUR) { // constant
    if (P_FOUR < 2) { // constant
      for (var l = 0u; l < P_LOADS; l++) { // unroll
        let at = place(thread + l * THREADS, 0u, P_ROW - 1u);
        let there = at.x >= lead;
        p_at[l] = (p0 + min(m0 + at.y * 4u, params.rows - 4u) + start * params.p_inner) / 4u + (at.x - lead) * (params.p_inner / 4u);
        p_next[l] = select(vec4f(0.0), vec4f(p[select(0u, p_at[l], there)]), there);
      }
    }
  }
  if (1 < P_FOUR) { // constant
    for (var l = 0u; l < P_UNITS; l++) { // unroll
      let at = block(thread + l * THREADS);
      let there = at.x * 4u >= lead;
      for (var c = 0u; c < 4u; c++) { // unroll
        p_at[l * 4u + c] = (p0 + min(m0 + at.y * 4u + c, params.rows - 1u) * params.p_row + start) / 4u + at.x - lead / 4u;
        p_next[l * 4u + c] = select(vec4f(0.0), vec4f(p[select(0u, p_at[l * 4u + c], there)]), there);
      }
    }
  }
  if (Q_FOUR < 1) { // constant
    for (var l = 0u; l < Q_LOADS; l++) { // unroll
      let at = place(thread + l * THREADS, Q_ALONG_K, Q_ROW - 1u);
      let there = at.x >= lead;
      for (var c = 0u; c < 4u; c++) { // unroll
        q_at[l * 4u + c] = q0 + min(n0 + at.y * 4u + c, params.cols - 1u) * params.q_col + (start + at.x - lead) * params.q_inner;
      }
      let four = select(vec4u(0u), vec4u(q_at[l * 4u], q_at[l * 4u + 1u], q_at[l * 4u + 2u], q_at[l * 4u + 3u]), there);
      q_next[l] = select(vec4f(0.0), vec4f(q[four.x], q[four.y], q[four.z], q[four.w]), there);
    }
  }
  if (0 < Q_FOUR) { // constant
    if (Q_FOUR < 2) { // constant
      for (var l = 0u; l < Q_LOADS; l++) { // unroll
        let at = place(thread + l * THREADS, 0u, Q_ROW - 1u);
        let there = at.x >= lead;
        q_at[l] = (q0 + min(n0 + at.y * 4u, params.cols - 4u) + start * params.q_inner) / 4u + (at.x - lead) * (params.q_inner / 4u);
        q_next[l] = select(vec4f(0.0), vec4f(q[select(0u, q_at[l], there)]), there);
      }
    }
  }
  if (1 < Q_FOUR) { // constant
    for (var l = 0u; l < Q_UNITS; l++) { // unroll
      let at = block(thread + l * THREADS);
      let there = at.x * 4u >= lead;
      for (var c = 0u; c < 4u; c++) { // unroll
        q_at[l * 4u + c] = (q0 + min(n0 + at.y * 4u + c, params.cols - 1u) * params.q_col + start) / 4u + at.x - lead / 4u;
        q_next[l * 4u + c] = select(vec4f(0.0), vec4f(q[select(0u, q_at[l * 4u + c], there)]), there);
      }
    }
  }
  if (P_FOUR < 2) { // constant
    for (var l = 0u; l < P_LOADS; l++) { // unroll
      let at = place(thread + l * THREADS, P_ALONG_K, P_ROW - 1u);
      p_panel[p_first + at.x * P_ROW + at.y] = p_next[l];
    }
  }
  if (1 < P_FOUR) { // constant
    for (var l = 0u; l < P_UNITS; l++) { // unroll
      let at = block(thread + l * THREADS);
      for (var c = 0u; c < 4u; c++) { // unroll
        p_panel[p_first + (at.x * 4u + c) * P_ROW + at.y] = vec4f(p_next[l * 4u][c], p_next[l * 4u + 1u][c], p_next[l * 4u + 2u][c], p_next[l * 4u + 3u][c]);
      }
    }
  }
  if (Q_FOUR < 2) { // constant
    for (var l = 0u; l < Q_LOADS; l++) { // unroll
      let at = place(thread + l * THREADS, Q_ALONG_K, Q_ROW - 1u);
      q_panel[q_first + at.x * Q_ROW + at.y] = q_next[l];
    }
  }
  if (1 < Q_FOUR) { // constant
    for (var l = 0u; l < Q_UNITS; l++) { // unroll
      let at = block(thread + l * THREADS);
      for (var c = 0u; c < 4u; c++) { // unroll
        q_panel[q_first + (at.x * 4u + c) * Q_ROW + at.y] = vec4f(q_next[l * 4u][c], q_next[l * 4u + 1u][c], q_next[l * 4u + 2u][c], q_next[l * 4u + 3u][c]);
      }
    }
  }

  var p_by = DEPTH * params.p_inner;
  var q_by = DEPTH * params.q_inner;
  if (0 < P_FOUR) { // constant
    p_by /= 4u;
  }
  if (0 < Q_FOUR) { // constant
    q_by /= 4u;
  }
  for (var t = 1u; t <= panels; t++) {
    workgroupBarrier();
    let p_step = select(p_by, 0u, t == panels);
    let q_step = select(q_by, 0u, t == panels);
    if (P_FOUR + LATE < 1) { // constant
      for (var l = 0u; l < P_LOADS; l++) { // unroll
        for (var c = 0u; c < 4u; c++) { // unroll
          p_at[l * 4u + c] += p_step;
        }
        p_next[l] = vec4f(p[p_at[l * 4u]], p[p_at[l * 4u + 1u]], p[p_at[l * 4u + 2u]], p[p_at[l * 4u + 3u]]);
      }
    }
    if (0 < P_FOUR) { // constant
      for (var l = 0u; l < P_LOADS; l++) { // unroll
        p_at[l] += p_step;
        p_next[l] = vec4f(p[p_at[l]]);
      }
    }
    if (Q_FOUR + LATE < 1) { // constant
      for (var l = 0u; l < Q_LOADS; l++) { // unroll
        for (var c = 0u; c < 4u; c++) { // unroll
          q_at[l * 4u + c] += q_step;
        }
        q_next[l] = vec4f(q[q_at[l * 4u]], q[q_at[l * 4u + 1u]], q[q_at[l * 4u + 2u]], q[q_at[l * 4u + 3u]]);
      }
    }
    if (0 < Q_FOUR) { // constant
      for (var l = 0u; l < Q_LOADS; l++) { // unroll
        q_at[l] += q_step;
        q_next[l] = vec4f(q[q_at[l]]);
      }
    }
    if (WRITTEN < DEPTH) { // constant
      for (var k = 0u; k < params.steps; k++) {
        var column: array<vec4f, TN4>; // scalars
        for (var j = 0u; j < TN4; j++) { // unroll
          column[j] = q_panel[k * Q_ROW + j * ACROSS + q_lane];
        }
        for (var i = 0u; i < TM4; i++) { // unroll
          let row = p_panel[k * P_ROW + i * (THREADS / ACROSS) + p_lane];
          if (0 < SUMS) { // constant
            p_sums[i] += row;
          }
          for (var c = 0u; c < 4u; c++) { // unroll
            for (var j = 0u; j < TN4; j++) { // unroll
              acc[(i * 4u + c) * TN4 + j] = fma(vec4f(row[c]), column[j], acc[(i * 4u + c) * TN4 + j]);
            }
          }
        }
      }
      if (P_FOUR < LATE) { // constant
        for (var l = 0u; l < P_LOADS; l++) { // unroll
          for (var c = 0u; c < 4u; c++) { // unroll
            p_at[l * 4u + c] += p_step;
          }
          p_next[l] = vec4f(p[p_at[l * 4u]], p[p_at[l * 4u + 1u]], p[p_at[l * 4u + 2u]], p[p_at[l * 4u + 3u]]);
        }
      }
      if (Q_FOUR < LATE) { // constant
        for (var l = 0u; l < Q_LOADS; l++) { // unroll
          for (var c = 0u; c < 4u; c++) { // unroll
            q_at[l * 4u + c] += q_step;
          }
          q_next[l] = vec4f(q[q_at[l * 4u]], q[q_at[l * 4u + 1u]], q[q_at[l * 4u + 2u]], q[q_at[l * 4u + 3u]]);
        }
      }
    }
    if (DEPTH - 1u < WRITTEN) { // constant
      for (var k = 0u; k < DEPTH; k++) { // unroll
        var column: array<vec4f, TN4>; // scalars
        for (var j = 0u; j < TN4; j++) { // unroll
          column[j] = q_panel[k * Q_ROW + j * ACROSS + q_lane];
        }
        for (var i = 0u; i < TM4; i++) { // unroll
          let row = p_panel[k * P_ROW + i * (THREADS / ACROSS) + p_lane];
          if (0 < SUMS) { // constant
            p_sums[i] += row;
          }
          for (var c = 0u; c < 4u; c++) { // unroll
            for (var j = 0u; j < TN4; j++) { // unroll
              acc[(i * 4u + c) * TN4 + j] = fma(vec4f(row[c]), column[j], acc[(i * 4u + c) * TN4 + j]);
            }
          }
        }
      }
    }
    workgroupBarrier();
    if (P_FOUR < 2) { // constant
      for (var l = 0u; l < P_LOADS; l++) { // unroll
        let at = place(thread + l * THREADS, P_ALONG_K, P_ROW - 1u);
        p_panel[p_first + at.x * P_ROW + at.y] = p_next[l];
      }
    }
    if (1 < P_FOUR) { // constant
      for (var l = 0u; l < P_UNITS; l++) { // unroll
        let at = block(thread + l * THREADS);
        for (var c = 0u; c < 4u; c++) { // unroll
          p_panel[p_first + (at.x * 4u + c) * P_ROW + at.y] = vec4f(p_next[l * 4u][c], p_next[l * 4u + 1u][c], p_next[l * 4u + 2u][c], p_next[l * 4u + 3u][c]);
        }
      }
    }
    if (Q_FOUR < 2) { // constant
      for (var l = 0u; l < Q_LOADS; l++) { // unroll
        let at = place(thread + l * THREADS, Q_ALONG_K, Q_ROW - 1u);
        q_panel[q_first + at.x * Q_ROW + at.y] = q_next[l];
      }
    }
    if (1 < Q_FOUR) { // constant
      for (var l = 0u; l < Q_UNITS; l++) { // unroll
        let at = block(thread + l * THREADS);
        for (var c = 0u; c < 4u; c++) { // unroll
          q_panel[q_first + (at.x * 4u + c) * Q_ROW + at.y] = vec4f(q_next[l * 4u][c], q_next[l * 4u + 1u][c], q_next[l * 4u + 2u][c], q_next[l * 4u + 3u][c]);
        }
      }
    }
  }

  if (1 < SLICES) { // constant
    // The larger panel has room for the sums of a slice.
    workgroupBarrier();
    if (slice == 1u) {
      for (var a = 0u; a < ACC; a++) { // unroll
        if (TM4 < TN4) { // constant
          q_panel[a * THREADS + thread] = acc[a];
        }
        if (TN4 - 1u < TM4) { // constant
          p_panel[a * THREADS + thread] = acc[a];
        }
      }
    }
    workgroupBarrier();
    if (slice == 1u) { return; }
    for (var a = 0u; a < ACC; a++) { // unroll
      if (TM4 < TN4) { // constant
        acc[a] += q_panel[a * THREADS + thread];
      }
      if (TN4 - 1u < TM4) { // constant
        acc[a] += p_panel[a * THREADS + thread];
      }
    }
  }

  var bias: array<vec4f, TN4>; // scalars
  if (0 < BIAS) { // constant
    for (var j = 0u; j < TN4; j++) { // unroll
      let four = min(vec4u(n0 + (j * ACROSS + lane_n) * 4u) + vec4u(0u, 1u, 2u, 3u), vec4u(params.cols - 1u));
      bias[j] = vec4f(b[four.x], b[four.y], b[four.z], b[four.w]);
    }
  }
  let sums_rows = SUMS == 1u && n0 == 0u && lane_n == 0u;
  for (var i = 0u; i < TM4; i++) { // unroll
    for (var c = 0u; c < 4u; c++) { // unroll
      let m = m0 + (i * (THREADS / ACROSS) + lane_m) * 4u + c;
      if (m < params.rows) {
        if (sums_rows) { sums[s * params.rows + m] = p_sums[i][c]; }
        let line = (zs * params.rows + m) * params.cols;
        for (var j = 0u; j < TN4; j++) { // unroll
          for (var d = 0u; d < 4u; d++) { // unroll
            let n = n0 + (j * ACROSS + lane_n) * 4u + d;
            if (n < params.cols) {
              if (BIAS < 1) { // constant
                store(line + n, acc[(i * 4u + c) * TN4 + j][d]);
              }
              if (0 < BIAS) { // constant
                store(line + n, acc[(i * 4u + c) * TN4 + j][d] + bias[j][d]);
              }
            }
          }
        }
      }
    }
  }
}
