// cross-entropy-sum.wgsl: the rows' losses and weights, added up; one strip an invocation (main), or a workgroup (wide), in blocks as
// reduce.wgsl's sums.
//   total[s] = Σ_{i in strip s} loss[i], in the last pass of a mean / Σ_i share[i];   weight[s] = Σ_{i in strip s} share[i]
// Uses: lib/workgroup-*.wgsl
@group(0) @binding(0) var<storage, read> loss: array<f32>;          // [n]
@group(0) @binding(1) var<storage, read> share: array<f32>;         // [n]
@group(0) @binding(2) var<storage, read_write> total: array<f32>;   // [strips]
@group(0) @binding(3) var<storage, read_write> weight: array<f32>;  // [strips]
@group(0) @binding(4) var<uniform> params: Params;

struct Params {
  n: u32,
  strips: u32,
}

override DIVIDE: bool = false;

const WORKGROUP: u32 = 64u;
const BLOCK: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let strip = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (strip >= params.strips) { return; }
  var sums = vec2f();
  var i = strip;
  while (i < params.n) {
    var part = vec2f();
    let stop = min(i + BLOCK * params.strips, params.n);
    for (; i < stop; i += params.strips) { part += vec2f(loss[i], share[i]); }
    sums += part;
  }
  weight[strip] = sums.y;
  if (DIVIDE) { sums.x /= sums.y; }
  total[strip] = sums.x;
}

@compute @workgroup_size(WORKGROUP)
fn wide(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let strip = wid.y * nwg.x + wid.x;
  if (strip >= params.strips) { return; }
  let step = params.strips * WORKGROUP;
  var own = vec2f();
  var i = strip * WORKGROUP + lid.x;
  for (; i + 3u * step < params.n; i += 4u * step) {
    let losses = vec4f(loss[i], loss[i + step], loss[i + 2u * step], loss[i + 3u * step]);
    let shares = vec4f(share[i], share[i + step], share[i + 2u * step], share[i + 3u * step]);
    own += vec2f(dot(losses, vec4f(1.0)), dot(shares, vec4f(1.0)));
  }
  for (; i < params.n; i += step) { own += vec2f(loss[i], share[i]); }
  var sums = workgroup_sum(lid.x, own);
  if (lid.x > 0u) { return; }
  weight[strip] = sums.y;
  if (DIVIDE) { sums.x /= sums.y; }
  total[strip] = sums.x;
}
