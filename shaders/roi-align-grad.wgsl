// roi-align-grad.wgsl: the adjoint of roi-align.wgsl: each element of a map gathers from the bins that sample it; four channels an invocation.
//   dx[n,c,i,j] = Σ_k Σ_p w(k,p,i) Σ_q w(k,q,j) dy[k,c,p,q] / (samples)
// Uses: lib/region.wgsl
@group(0) @binding(0) var<storage, read> table: array<f32>;          // [regions, 8], of roi-geometry.wgsl
@group(0) @binding(1) var<storage, read> cover: array<u32>;          // [pictures, tile rows, tile columns, words], of roi-cover.wgsl
@group(0) @binding(2) var<storage, read> dy: array<f32>;             // [regions, y channels, rows, columns]
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;       // [pictures, channels, height, width]
@group(0) @binding(4) var<uniform> params: Params;

struct Params {
  count: u32, // invocations
  channels: u32, // of dx
  out_channels: u32,
  height: u32,
  width: u32,
  rows: u32, // of bins
  columns: u32,
  words: u32, // of a tile
}

const WORKGROUP: u32 = 64u;
override SPREAD: u32 = 0u;

fn load(at: u32, channels: u32) -> vec4f {
  let plane = params.rows * params.columns;
  var v = vec4f(dy[at], 0.0, 0.0, 0.0);
  if (channels > 1u) { v.y = dy[at + plane]; }
  if (channels > 2u) { v.z = dy[at + 2u * plane]; }
  if (channels > 3u) { v.w = dy[at + 3u * plane]; }
  return v;
}

// The bins that may sample an element at `at`, from x to before y, and some more.
fn bins(axis: RegionAxis, at: i32, size: i32, count: u32) -> vec2u {
  if (!(axis.bin > 0.0)) { return vec2u(0u, count); }
  let low = select(f32(at) - 1.0, -1.0, at == 0);
  let high = select(f32(at) + 1.0, f32(size), at == size - 1);
  let first = clamp(floor((low - axis.start) / axis.bin) - 1.0, 0.0, f32(count));
  let end = clamp(floor((high - axis.start) / axis.bin) + 2.0, 0.0, f32(count));
  return vec2u(u32(first), u32(end));
}

fn weight(axis: RegionAxis, bin: u32, at: i32, size: i32) -> f32 {
  if (SPREAD < 2u) { return region_weight(axis, bin, at, size); }
  let rows = region_rows(axis, bin, size);
  return select(0.0, 1.0 / f32(max(rows.y - rows.x, 1)), at >= rows.x && at < rows.y);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let lanes = select(4u, 1u, SPREAD > 0u);
  let groups = (params.channels + lanes - 1u) / lanes;
  let j = index % params.width;
  let i = index / params.width % params.height;
  let c = index / (params.width * params.height) % groups * lanes;
  let picture = index / (params.width * params.height * groups);
  let channels = min(lanes, params.channels - c);
  let height = i32(params.height);
  let width = i32(params.width);
  let plane = params.rows * params.columns;
  let tile = ((picture * ((params.height + 7u) / 8u) + i / 8u) * ((params.width + 7u) / 8u) + j / 8u) * params.words;
  // Position sensitive: the only bin that reads this channel.
  let p_own = c / params.columns % params.rows;
  let q_own = c % params.columns;
  let c_out = select(c, c / plane, SPREAD > 0u);
  var sum = vec4f(0.0);
  for (var w = 0u; w < params.words; w++) {
    for (var rest = cover[tile + w]; rest != 0u; rest &= rest - 1u) {
      let k = w * 32u + firstTrailingBit(rest);
      let at = k * REGION_FIELDS;
      let down = RegionAxis(table[at], table[at + 2u], table[at + 4u]);
      let right = RegionAxis(table[at + 1u], table[at + 3u], table[at + 5u]);
      let samples = select(max(down.grid * right.grid, 1.0), 1.0, SPREAD == 2u);
      let ps = select(bins(down, i32(i), height, params.rows), vec2u(p_own, p_own + 1u), SPREAD > 0u);
      let qs = select(bins(right, i32(j), width, params.columns), vec2u(q_own, q_own + 1u), SPREAD > 0u);
      for (var p = ps.x; p < ps.y; p++) {
        let by_row = weight(down, p, i32(i), height) / samples;
        if (by_row == 0.0) { continue; }
        for (var q = qs.x; q < qs.y; q++) {
          let by_both = by_row * weight(right, q, i32(j), width);
          if (by_both == 0.0) { continue; }
          sum += by_both * load((k * params.out_channels + c_out) * plane + p * params.columns + q, channels);
        }
      }
    }
  }
  let to = ((picture * params.channels + c) * params.height + i) * params.width + j;
  let step = params.height * params.width;
  dx[to] = sum.x;
  if (channels > 1u) { dx[to + step] = sum.y; }
  if (channels > 2u) { dx[to + 2u * step] = sum.z; }
  if (channels > 3u) { dx[to + 3u * step] = sum.w; }
}
