// conv2d-bias-grad.wgsl: sums of each channel over the batch and its pixels, for few of these.
//   db[o] = Σ_{n,i} dy[n,o,i]
const WORKGROUP: u32 = 16u;

struct Params {
  channels: u32,
  batch: u32,
  pixels: u32,
}

@group(0) @binding(0) var<storage, read> dy: array<f32>;       // [batch, channels, pixels]
@group(0) @binding(1) var<storage, read_write> db: array<f32>; // [channels]
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let o = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (o >= params.channels) { return; }
  var sum = 0.0;
  for (var n = 0u; n < params.batch; n++) {
    let first = (n * params.channels + o) * params.pixels;
    for (var i = 0u; i < params.pixels; i++) {
      sum += dy[first + i];
    }
  }
  db[o] = sum;
}
