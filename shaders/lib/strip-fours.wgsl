// lib/strip-fours.wgsl: a strip's elements, read in fours and folded in blocks; for reduce.wgsl.
// Uses: lib/strips.wgsl
// The using file declares its sizes:   struct Params { strips: Strips } var<uniform> params: Params;
// The using file declares how it loads and folds fours:   alias Quad = vec4f; fn load4(at: u32) -> Quad { return Quad(f32(at)); } fn fold_identity() -> Quad { return Quad(); } fn fold(a: Quad, b: Quad) -> Quad { return a + b; };

fn strip4(place: vec3<u32>, stride: u32) -> Quad {
  let base = strips_kept_offset(place.x);
  let range = strips_range(place.z);
  let step = params.strips.lanes;
  let outers = params.strips.outer;
  let strips_outer = params.strips.strips_outer;
  var total = fold_identity();
  for (var outer = place.y; outer < outers; outer += strips_outer) {
    let run = base + strips_outer_offset(outer);
    for (var i = range.x; i < range.y;) {
      let stop = min(i + STRIPS_BLOCK * step, range.y);
      var part = load4(run + i * stride);
      for (i += step; i < stop; i += step) { part = fold(part, load4(run + i * stride)); }
      total = fold(total, part);
    }
  }
  return total;
}
