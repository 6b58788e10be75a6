// recolor-measure.wgsl: what recoloring asks of whole pictures, chunk by chunk; one workgroup a chunk of a channel.
//   contrast: the sum of grey (in the first channel's place)   autocontrast of floats: smallest and largest   else: how often each level comes
// Uses: lib/exact.wgsl, lib/recolor.wgsl
@group(0) @binding(0) var<storage, read> x: array<u32>;              // [N, CHANNELS, plane]
@group(0) @binding(1) var<storage, read> rows: array<vec4f>;         // [N or 1]
@group(0) @binding(2) var<storage, read_write> found: array<u32>;    // [N, CHANNELS, chunks, 256]
@group(0) @binding(3) var<uniform> params: Params;

struct Params {
  groups: u32, // N · CHANNELS · chunks
  plane: u32,
  chunks: u32,
  row_step: u32,
}

const CHUNK: u32 = 65536u;
const WORKGROUP: u32 = 64u;

var<workgroup> counts: array<atomic<u32>, 256>;
var<workgroup> lows: array<f32, WORKGROUP>;
var<workgroup> highs: array<f32, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_index) lane: u32) {
  let group = wid.y * nwg.x + wid.x;
  if (group >= params.groups) { return; }
  let channel = group / params.chunks % CHANNELS;
  let picture = group / (params.chunks * CHANNELS);
  let code = u32(rows[picture * params.row_step].x);
  if (code != RECOLOR_CONTRAST && code != RECOLOR_AUTOCONTRAST && code != RECOLOR_EQUALIZE) { return; }
  let first = group % params.chunks * CHUNK;
  let end = min(first + CHUNK, params.plane);
  let start = (picture * CHANNELS + channel) * params.plane;
  if (FLOATS == 0u || code == RECOLOR_EQUALIZE) {
    for (var level = lane; level < 256u; level += WORKGROUP) { atomicStore(&counts[level], 0u); }
    workgroupBarrier();
    for (var i = first + lane; i < end; i += WORKGROUP) {
      if (code != RECOLOR_CONTRAST) {
        atomicAdd(&counts[recolor_level(start + i)], 1u);
      } else if (channel == 0u) {
        atomicAdd(&counts[0], u32(recolor_gray(start + i, params.plane)));
      }
    }
    workgroupBarrier();
    for (var level = lane; level < 256u; level += WORKGROUP) { found[group * 256u + level] = atomicLoad(&counts[level]); }
    return;
  }
  var low = 3.402823466e38;
  var high = -3.402823466e38;
  var sum = 0.0;
  for (var i = first + lane; i < end; i += WORKGROUP) {
    if (code == RECOLOR_AUTOCONTRAST) {
      let value = recolor_sample(start + i);
      low = min(low, value);
      high = max(high, value);
    } else if (channel == 0u) {
      sum += recolor_gray(start + i, params.plane);
    }
  }
  lows[lane] = select(low, sum, code == RECOLOR_CONTRAST);
  highs[lane] = high;
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
      let other = lows[lane + half];
      lows[lane] = select(min(lows[lane], other), lows[lane] + other, code == RECOLOR_CONTRAST);
      highs[lane] = max(highs[lane], highs[lane + half]);
    }
  }
  if (lane == 0u) {
    found[group * 256u] = bitcast<u32>(lows[0]);
    found[group * 256u + 1u] = bitcast<u32>(highs[0]);
  }
}
