// moments-combine.wgsl: joins the strips of moments.wgsl; one output an invocation, or a workgroup (wide).
//   variance = m2 / (n - correction)
// ROOT: √variance in its place; -√m2 stands for an m2 that is too great or too small for a float32.
// Uses: lib/moments-joined.wgsl
@group(0) @binding(0) var<storage, read> partial: array<f32>;        // [3, strips · outputs]: n, mean, m2
@group(0) @binding(1) var<storage, read_write> mean: array<f32>;      // [outputs]
@group(0) @binding(2) var<storage, read_write> variance: array<f32>;  // [outputs]; ROOT: its root
@group(0) @binding(3) var<uniform> params: Params;

struct Params {
  outputs: u32,
  strips: u32,
  output_stride: u32,
  strip_stride: u32,
  correction: f32,
}

override ROOT: bool = false;

const WORKGROUP: u32 = 64u;
// Strips that are loaded before the first of them is used: on a GPU several, since each waits for memory.
const APART: u32 = 1u;

// Strips first, first + step, … of an output.
fn strips_joined(output: u32, first: u32, step: u32) -> vec3f {
  let plane = params.outputs * params.strips;
  var all = vec3f();
  var s = first;
  for (; s + (APART - 1u) * step < params.strips; s += APART * step) {
    var strips: array<vec3f, APART>; // scalars
    for (var k = 0u; k < APART; k++) { // unroll
      let at = output * params.output_stride + (s + k * step) * params.strip_stride;
      strips[k] = vec3f(partial[at], partial[plane + at], partial[2u * plane + at]);
    }
    for (var k = 0u; k < APART; k++) { // unroll
      all = joined(all, strips[k]);
    }
  }
  if (APART > 1u) { // constant
    for (; s < params.strips; s += step) {
      let at = output * params.output_stride + s * params.strip_stride;
      all = joined(all, vec3f(partial[at], partial[plane + at], partial[2u * plane + at]));
    }
  }
  return all;
}

// Over no elements 0 / 0 gives NaN, as PyTorch does.
fn write(output: u32, all: vec3f) {
  mean[output] = all.y / min(all.x, 1.0);
  let freedom = max(all.x - params.correction, 0.0);
  if (ROOT) {
    variance[output] = select(abs(all.z) / sqrt(freedom), sqrt(all.z / freedom), all.z > 0.0);
  } else {
    variance[output] = all.z / freedom;
  }
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index < params.outputs) { write(index, strips_joined(index, 0u, 1u)); }
}

var<workgroup> parts: array<vec3f, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn wide(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let output = wid.y * nwg.x + wid.x;
  if (output >= params.outputs) { return; }
  parts[lid.x] = strips_joined(output, lid.x, WORKGROUP);
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lid.x < half) { parts[lid.x] = joined(parts[lid.x], parts[lid.x + half]); }
  }
  if (lid.x == 0u) { write(output, parts[0]); }
}
