// lib/strip-fours-apart.wgsl: what strip-fours.wgsl has, for GPUs: four loads are under way before the first of them is used.
// Uses: lib/strips.wgsl
// The using file declares its sizes:   struct Params { strips: Strips } var<uniform> params: Params;
// The using file declares how it loads and folds fours:   alias Quad = vec4f; fn load4(at: u32) -> Quad { return Quad(f32(at)); } fn fold_identity() -> Quad { return Quad(); } fn fold(a: Quad, b: Quad) -> Quad { return a + b; };

fn strip4(place: vec3<u32>, stride: u32) -> Quad {
  let base = strips_kept_offset(place.x);
  let range = strips_range(place.z);
  let step = params.strips.lanes;
  let by = step * stride;
  let outers = params.strips.outer;
  let strips_outer = params.strips.strips_outer;
  let none = fold_identity();
  var total = none;
  for (var outer = place.y; outer < outers; outer += strips_outer) {
    let run = base + strips_outer_offset(outer);
    var i = range.x;
    while (i + 3u * step < range.y) {
      let stop = min(i + 4u * STRIPS_BLOCK * step, range.y);
      var part = none;
      for (; i + 3u * step < stop; i += 4u * step) {
        let at = run + i * stride;
        let a = load4(at);
        let b = load4(at + by);
        let c = load4(at + 2u * by);
        let d = load4(at + 3u * by);
        part = fold(part, fold(fold(a, b), fold(c, d)));
      }
      total = fold(total, part);
    }
    for (; i < range.y; i += step) { total = fold(total, load4(run + i * stride)); }
  }
  return total;
}
