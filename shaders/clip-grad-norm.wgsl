// clip-grad-norm.wgsl: part sums of the p-norm of a vector, one a strip; clip-grad-scale.wgsl adds them up.
//   parts[s] = Σ |x_i|^p,   or max |x_i|,   over i = s, s + strips, s + 2 strips, …
// On GPUs (wide) a strip is a workgroup's, which reads four fours an invocation at once; i then counts pieces of 16 WORKGROUP elements.
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

@group(0) @binding(0) var<storage, read> x4: array<vec4f>; // [count / 4]

var<workgroup> sums: array<f32, WORKGROUP>;

// Of four elements that lie in one block of 64.
fn counted(i: u32, value: vec4f, full: u32) -> f32 {
  let at = i % 16u * 4u;
  var sum = 0.0;
  if (at < full) { sum = norm_combine(sum, norm_term(value.x, params.power)); }
  if (at + 1u < full) { sum = norm_combine(sum, norm_term(value.y, params.power)); }
  if (at + 2u < full) { sum = norm_combine(sum, norm_term(value.z, params.power)); }
  if (at + 3u < full) { sum = norm_combine(sum, norm_term(value.w, params.power)); }
  return sum;
}

@compute @workgroup_size(WORKGROUP)
fn wide(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let strip = wid.y * nwg.x + wid.x;
  let count = params.count / 4u;
  var total = 0.0;
  for (var first = strip * WORKGROUP * 4u; first < count; first += params.strips * WORKGROUP * 4u) {
    let i = first + lid.x;
    var value: array<vec4f, 4>; // scalars
    var full: array<u32, 4>; // scalars
    for (var k = 0u; k < 4u; k++) { // unroll
      let at = min(i + k * WORKGROUP, count - 1u);
      value[k] = x4[at];
      full[k] = select(0u, filled[at / 16u], i + k * WORKGROUP < count);
    }
    for (var k = 0u; k < 4u; k++) { // unroll
      total = norm_combine(total, counted(i + k * WORKGROUP, value[k], full[k]));
    }
  }
  sums[lid.x] = total;
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lid.x < half) { sums[lid.x] = norm_combine(sums[lid.x], sums[lid.x + half]); }
  }
  if (lid.x == 0u) { parts[strip] = sums[0]; }
}
