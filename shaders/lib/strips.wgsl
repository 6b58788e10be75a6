// lib/strips.wgsl: how a reduction is laid out and shared among invocations; built by src/engine/kernels/reduce/strips.ts.
// Every output reduces outer × inner elements: `outer` places, each with a run of `inner` elements `inner_stride` apart. Places are
// dealt to strips_outer strips by turns. A run is cut into chunks, and a chunk's elements are dealt to `lanes` strips by turns: so
// neighbouring invocations read neighbouring elements, and those of a workgroup the same few kilobytes.
// The using file declares:   struct Params { strips: Strips }   var<uniform> params: Params;
// where Params may hold more behind `strips`.

struct Strips {
  outputs: u32,
  strips_outer: u32,
  strips_inner: u32,
  outer: u32,
  inner: u32,
  inner_stride: u32,
  outputs_fast: u32, // 1: neighbouring invocations have neighbouring outputs; 0: neighbouring strips
  lanes: u32,
  chunk: u32, // elements
  kept_sizes: vec4<u32>, // begins at byte 48
  kept_strides: vec4<u32>,
  outer_sizes: vec4<u32>,
  outer_strides: vec4<u32>,
}

override KEPT_DIMS: u32 = 1u;
override OUTER_DIMS: u32 = 0u;

const STRIPS_WORKGROUP: u32 = 64u;
const STRIPS_SHARED: u32 = 1u; // neighbouring strips that one result is left for, a power of two
const STRIPS_BLOCK: u32 = 64u; // elements summed before their sum joins the strip's: keeps rounding errors small

fn strips_kept_offset(output: u32) -> u32 {
  var rest = output;
  var offset = 0u;
  for (var d = KEPT_DIMS; d > 0u; d--) {
    offset += rest % params.strips.kept_sizes[d - 1u] * params.strips.kept_strides[d - 1u];
    rest /= params.strips.kept_sizes[d - 1u];
  }
  return offset;
}

fn strips_outer_offset(place: u32) -> u32 {
  var rest = place;
  var offset = 0u;
  for (var d = OUTER_DIMS; d > 0u; d--) {
    offset += rest % params.strips.outer_sizes[d - 1u] * params.strips.outer_strides[d - 1u];
    rest /= params.strips.outer_sizes[d - 1u];
  }
  return offset;
}

// The output and the strip (y: among the outer, z: among the inner) of an invocation.
fn strips_place(index: u32) -> vec3<u32> {
  let strips = params.strips.strips_outer * params.strips.strips_inner;
  let fast = params.strips.outputs_fast == 1u;
  let output = select(index / strips, index % params.strips.outputs, fast);
  let strip = select(index % strips, index / params.strips.outputs, fast);
  return vec3(output, strip / params.strips.strips_inner, strip % params.strips.strips_inner);
}

// The first element of a run for strip `place.z`, and where its chunk ends; the step is `lanes`.
fn strips_range(strip: u32) -> vec2<u32> {
  let start = strip / params.strips.lanes * params.strips.chunk;
  return vec2(start + strip % params.strips.lanes, min(start + params.strips.chunk, params.strips.inner));
}

fn strips_count() -> u32 { return params.strips.outputs * params.strips.strips_outer * params.strips.strips_inner; }
