// lib/reduce-shared.wgsl: the entries of reduce.wgsl for GPUs, where STRIPS_SHARED invocations of a workgroup combine their strips by halves.
//   y[result] = ⊕ of the strips result · STRIPS_SHARED and following, / divisor
// Uses: lib/strips.wgsl
// The using file declares its sizes:   struct Params { strips: Strips, divisor: u32 } var<uniform> params: Params;
// The using file declares the elements, how they are folded, how a strip is read, and how a result is stored:   alias Element = f32; alias Quad = vec4f; fn fold_identity() -> Quad { return Quad(); } fn fold(a: Quad, b: Quad) -> Quad { return a + b; } fn folded(parts: Quad) -> Element { return parts.x; } fn strip(place: vec3<u32>) -> Quad { return Quad(f32(place.x)); } fn strip4(place: vec3<u32>, stride: u32) -> Quad { return Quad(f32(place.x)); } fn store(at: u32, value: Element) {};

var<workgroup> parts: array<Quad, STRIPS_WORKGROUP>;

fn shared_store(index: u32, lane: u32, value: Quad) {
  parts[lane] = value;
  for (var half = STRIPS_SHARED / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane % STRIPS_SHARED < half) { parts[lane] = fold(parts[lane], parts[lane + half]); }
  }
  if (lane % STRIPS_SHARED == 0u && index < strips_count()) { store(index / STRIPS_SHARED, folded(parts[lane]) / Element(params.divisor)); }
}

@compute @workgroup_size(STRIPS_WORKGROUP)
fn wide(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * STRIPS_WORKGROUP + lid.x;
  var own = fold_identity();
  if (index < strips_count()) { own = strip(strips_place(index)); }
  shared_store(index, lid.x, own);
}

@compute @workgroup_size(STRIPS_WORKGROUP)
fn wide_along(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * STRIPS_WORKGROUP + lid.x;
  var own = fold_identity();
  if (index < strips_count()) { own = strip4(strips_place(index), 1u); }
  shared_store(index, lid.x, own);
}
