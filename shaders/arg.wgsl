// arg.wgsl: the extremum of a run of elements and its place; one strip of one output an invocation.
//   value = max_i x_i (or min),   at = the least i with x_i = value;   NaN counts as the extremum
// Uses: lib/element-*.wgsl, lib/strips.wgsl
@group(0) @binding(0) var<storage, read> x: array<Element>;
@group(0) @binding(1) var<storage, read> places: array<i32>; // of a first pass's results; unread without HAS_PLACES
@group(0) @binding(2) var<storage, read_write> value: array<Element>;
@group(0) @binding(3) var<storage, read_write> at: array<i32>;
@group(0) @binding(4) var<uniform> params: Params;

struct Params {
  strips: Strips,
}

override MINIMUM: bool = false;
override HAS_PLACES: bool = false;

fn beats(a: Element, i: i32, b: Element, j: i32) -> bool {
  if (element_isnan(a) || element_isnan(b)) {
    return element_isnan(a) && (!element_isnan(b) || i < j);
  }
  return select(a > b, a < b, MINIMUM) || (a == b && i < j);
}

@compute @workgroup_size(STRIPS_WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * STRIPS_WORKGROUP + lid.x;
  if (index >= strips_count()) { return; }
  let place = strips_place(index);
  let base = strips_kept_offset(place.x);
  let range = strips_range(place.z);
  var best = x[base + min(range.x, params.strips.inner - 1u) * params.strips.inner_stride];
  var best_at = 2147483647;
  for (var i = range.x; i < range.y; i += params.strips.lanes) {
    let offset = base + i * params.strips.inner_stride;
    var candidate_at = i32(i);
    if (HAS_PLACES) { candidate_at = places[offset]; }
    if (beats(x[offset], candidate_at, best, best_at)) {
      best = x[offset];
      best_at = candidate_at;
    }
  }
  value[index] = best;
  at[index] = best_at;
}
