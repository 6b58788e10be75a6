// arg.wgsl: the extremum of a run of elements and its place; one strip of one output an invocation, whose neighbours may combine
// their strips (wide, wide_along).
//   value = max_i x_i (or min),   at = the least i with x_i = value;   NaN counts as the extremum
// Four extrema are carried at once where x is read in fours: of every fourth element of a run (along), or of four neighbouring
// outputs (across). Lengths and strides count fours then.
// Uses: lib/element-*.wgsl, lib/strips.wgsl
@group(0) @binding(0) var<storage, read> x: array<Element>;
@group(0) @binding(1) var<storage, read> places: array<i32>; // of a first pass's results; unread without HAS_PLACES
@group(0) @binding(2) var<storage, read_write> value: array<Element>;
@group(0) @binding(3) var<storage, read_write> at: array<i32>;
@group(0) @binding(4) var<uniform> params: Params;

struct Params {
  strips: Strips,
}

// The same bindings in fours.
@group(0) @binding(0) var<storage, read> x4: array<Quad>;
@group(0) @binding(2) var<storage, read_write> value4: array<Quad>;
@group(0) @binding(3) var<storage, read_write> at4: array<vec4<i32>>;

override MINIMUM: bool = false;
override HAS_PLACES: bool = false;

// Fours that are loaded before the first of them is used: on a GPU several, since each waits for memory.
const APART: u32 = 1u;

// The place of an extremum of no elements, behind all others.
const NOWHERE: i32 = 2147483647;

struct Extremum {
  best: Element,
  at: i32,
}

struct Extrema {
  best: Quad,
  at: vec4<i32>,
}

fn beats(a: Extremum, b: Extremum) -> bool {
  if (element_isnan(a.best) || element_isnan(b.best)) {
    return element_isnan(a.best) && (!element_isnan(b.best) || a.at < b.at);
  }
  return select(a.best > b.best, a.best < b.best, MINIMUM) || (a.best == b.best && a.at < b.at);
}

fn better(a: Extremum, b: Extremum) -> Extremum {
  if (beats(a, b)) { return a; }
  return b;
}

// Element i of a run.
fn candidate_of(i: u32, offset: u32) -> Extremum {
  if (HAS_PLACES) { return Extremum(x[offset], places[offset]); }
  return Extremum(x[offset], i32(i));
}

// The strip's extremum, its elements read one by one.
fn strip(place: vec3<u32>) -> Extremum {
  let base = strips_kept_offset(place.x);
  let range = strips_range(place.z);
  var best = Extremum(x[base + min(range.x, params.strips.inner - 1u) * params.strips.inner_stride], NOWHERE);
  let step = params.strips.lanes;
  let stride = params.strips.inner_stride;
  var i = range.x;
  for (; i + (APART - 1u) * step < range.y; i += APART * step) {
    var candidates: array<Extremum, APART>; // scalars
    for (var k = 0u; k < APART; k++) { // unroll
      candidates[k] = candidate_of(i + k * step, base + (i + k * step) * stride);
    }
    for (var k = 0u; k < APART; k++) { // unroll
      best = better(candidates[k], best);
    }
  }
  if (APART > 1u) { // constant
    for (; i < range.y; i += step) { best = better(candidate_of(i, base + i * stride), best); }
  }
  return best;
}

// Of each of the four that the strip's elements are read in. NaN, which compares with nothing, is looked for only where there is one.
fn strip4(place: vec3<u32>, stride: u32) -> Extrema {
  let base = strips_kept_offset(place.x);
  let range = strips_range(place.z);
  let step = params.strips.lanes;
  var best = x4[base + min(range.x, params.strips.inner - 1u) * stride];
  var at = vec4<i32>(select(NOWHERE, i32(range.x), range.x < range.y));
  var nan = vec4<bool>();
  var i = range.x;
  for (; i + (APART - 1u) * step < range.y; i += APART * step) {
    var candidates: array<Quad, APART>; // scalars
    for (var k = 0u; k < APART; k++) { // unroll
      candidates[k] = x4[base + (i + k * step) * stride];
    }
    for (var k = 0u; k < APART; k++) { // unroll
      nan = nan | quad_isnan(candidates[k]);
      let beaten = select(candidates[k] > best, candidates[k] < best, vec4<bool>(MINIMUM));
      best = select(best, candidates[k], beaten);
      at = select(at, vec4<i32>(i32(i + k * step)), beaten);
    }
  }
  if (APART > 1u) { // constant
    for (; i < range.y; i += step) {
      let candidate = x4[base + i * stride];
      nan = nan | quad_isnan(candidate);
      let beaten = select(candidate > best, candidate < best, vec4<bool>(MINIMUM));
      best = select(best, candidate, beaten);
      at = select(at, vec4<i32>(i32(i)), beaten);
    }
  }
  if (any(nan)) {
    var found = vec4<bool>();
    for (i = range.x; i < range.y; i += step) {
      let candidate = x4[base + i * stride];
      let here = quad_isnan(candidate) & !found;
      best = select(best, candidate, here);
      at = select(at, vec4<i32>(i32(i)), here);
      found = found | here;
    }
  }
  return Extrema(best, at);
}

// The extremum of a run's fours, whose elements are neighbours.
fn along_strip(place: vec3<u32>) -> Extremum {
  let fours = strip4(place, 1u);
  if (fours.at.x == NOWHERE) { return Extremum(fours.best.x, NOWHERE); }
  let at = fours.at * 4 + vec4(0, 1, 2, 3);
  let pair = better(Extremum(fours.best.x, at.x), Extremum(fours.best.y, at.y));
  return better(pair, better(Extremum(fours.best.z, at.z), Extremum(fours.best.w, at.w)));
}

@compute @workgroup_size(STRIPS_WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * STRIPS_WORKGROUP + lid.x;
  if (index >= strips_count()) { return; }
  let found = strip(strips_place(index));
  value[index] = found.best;
  at[index] = found.at;
}

@compute @workgroup_size(STRIPS_WORKGROUP)
fn along(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * STRIPS_WORKGROUP + lid.x;
  if (index >= strips_count()) { return; }
  let found = along_strip(strips_place(index));
  value[index] = found.best;
  at[index] = found.at;
}

@compute @workgroup_size(STRIPS_WORKGROUP)
fn across(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * STRIPS_WORKGROUP + lid.x;
  if (index >= strips_count()) { return; }
  let found = strip4(strips_place(index), params.strips.inner_stride);
  value4[index] = found.best;
  at4[index] = found.at;
}

var<workgroup> bests: array<Element, STRIPS_WORKGROUP>;
var<workgroup> ats: array<i32, STRIPS_WORKGROUP>;

// What STRIPS_SHARED neighbouring invocations found, combined by halves; the first one stores it.
fn shared_store(index: u32, lane: u32, mine: Extremum) {
  bests[lane] = mine.best;
  ats[lane] = mine.at;
  for (var half = STRIPS_SHARED / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane % STRIPS_SHARED < half) {
      let found = better(Extremum(bests[lane], ats[lane]), Extremum(bests[lane + half], ats[lane + half]));
      bests[lane] = found.best;
      ats[lane] = found.at;
    }
  }
  if (lane % STRIPS_SHARED == 0u && index < strips_count()) {
    value[index / STRIPS_SHARED] = bests[lane];
    at[index / STRIPS_SHARED] = ats[lane];
  }
}

@compute @workgroup_size(STRIPS_WORKGROUP)
fn wide(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * STRIPS_WORKGROUP + lid.x;
  var found = Extremum(x[0], NOWHERE);
  if (index < strips_count()) { found = strip(strips_place(index)); }
  shared_store(index, lid.x, found);
}

@compute @workgroup_size(STRIPS_WORKGROUP)
fn wide_along(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * STRIPS_WORKGROUP + lid.x;
  var found = Extremum(x4[0].x, NOWHERE);
  if (index < strips_count()) { found = along_strip(strips_place(index)); }
  shared_store(index, lid.x, found);
}
