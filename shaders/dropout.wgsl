// dropout.wgsl: elements or whole runs of them replaced at random, the others scaled.
//   y[i] = x[i] · scale + shift where the draw of run i / inner is below `keep`, else `dropped`
// Draw d is word d mod 4 of Philox4x32-10 (Salmon et al. 2011) at counter ⌊d / 4⌋ under the given key: the same key gives the
// same mask, so the gradient makes it anew. Four elements an invocation.   Uses: lib/philox.wgsl
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

struct Params {
  count: u32,
  inner: u32, // elements that share a draw
  key0: u32,
  key1: u32,
  keep: u32, // a draw of 32 bits is below it with the chance of an element to be kept
  scale: f32,
  shift: f32,
  dropped: f32,
}

const WORKGROUP: u32 = 64u;

// The compiler may put pointwise operations on the result here.
fn store(at: u32, value: f32) { y[at] = value; }

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let first = ((wid.y * nwg.x + wid.x) * WORKGROUP + lid.x) * 4u;
  if (first >= params.count) { return; }
  var counter = first / params.inner / 4u;
  var words = philox(counter, vec2u(params.key0, params.key1));
  for (var i = first; i < min(first + 4u, params.count); i++) {
    let draw = i / params.inner;
    if (draw / 4u != counter) {
      counter = draw / 4u;
      words = philox(counter, vec2u(params.key0, params.key1));
    }
    store(i, select(params.dropped, x[i] * params.scale + params.shift, words[draw % 4u] < params.keep));
  }
}
