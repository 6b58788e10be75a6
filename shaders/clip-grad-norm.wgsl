// clip-grad-norm.wgsl: part sums of the p-norm of a vector, one a strip; clip-grad-scale.wgsl adds them up.
//   parts[s] = Σ |x_i|^p,   or max |x_i|,   over i = s, s + strips, s + 2 strips, …
// Between the gradients in a flat buffer lies what kernels that write four elements at once have left there.
// Uses: lib/math.wgsl lib/powers.wgsl lib/norm-kind.wgsl
@group(0) @binding(0) var<storage, read> x: array<f32>;           // [count]
@group(0) @binding(1) var<storage, read> filled: array<u32>;      // [⌈count / 64⌉]: elements of each 64 that count, from the first
@group(0) @binding(2) var<storage, read_write> parts: array<f32>; // [strips]
@group(0) @binding(3) var<uniform> params: Params;

struct Params {
  count: u32,
  strips: u32,
  power: f32, // p
}

const WORKGROUP: u32 = 64u;
const BLOCK: u32 = 64u; // elements summed before their sum joins the strip's: keeps rounding errors small

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let strip = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (strip >= params.strips) { return; }
  var total = 0.0;
  var i = strip;
  while (i < params.count) {
    var part = 0.0;
    for (var k = 0u; k < BLOCK && i < params.count; k++) {
      if (i % 64u < filled[i / 64u]) { part = norm_combine(part, norm_term(x[i], params.power)); }
      i += params.strips;
    }
    total = norm_combine(total, part);
  }
  parts[strip] = total;
}
