// moments-once.wgsl: what moments.wgsl gives, in one walk over the strip, for GPUs, where each walk reads memory.
// With t, q the mean and the squared deviations of the next k elements, which are in registers, and n elements before:
//   m2 += q + (t - mean)² n k / (n + k),   mean += (t - mean) k / (n + k),   n += k
// The first of a strip come after none, so their difference counts as 0: a square that overflows, times 0, would be NaN.
// Source: Chan, Golub & LeVeque 1979, "Updating formulae and a pairwise algorithm for computing sample variances".
// One strip an invocation, whose neighbours may join theirs (wide, wide_along).
// Uses: lib/strips.wgsl, lib/moments.wgsl, lib/moments-joined.wgsl
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> partial: array<f32>; // [3, results]: n, mean, m2
@group(0) @binding(2) var<uniform> params: Params;

struct Params {
  strips: Strips,
}

// The same bindings in fours.
@group(0) @binding(0) var<storage, read> x4: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> partial4: array<vec4f>;

struct Walked {
  mean: vec4f,
  m2: vec4f,
}

// Of each of the four that the strip is read in.
fn walk4(place: vec3<u32>) -> Walked {
  let base = strips_kept_offset(place.x);
  let range = strips_range(place.z);
  let step = params.strips.lanes;
  let stride = params.strips.inner_stride;
  let by = step * stride;
  var n = 0.0;
  var mean = vec4f();
  var m2 = vec4f();
  for (var outer = place.y; outer < params.strips.outer; outer += params.strips.strips_outer) {
    let run = base + strips_outer_offset(outer);
    var i = range.x;
    for (; i + 3u * step < range.y; i += 4u * step) {
      let at = run + i * stride;
      let a = x4[at];
      let b = x4[at + by];
      let c = x4[at + 2u * by];
      let d = x4[at + 3u * by];
      let center = ((a + b) + (c + d)) * 0.25;
      let delta = center - mean;
      let held = delta * min(n, 1.0);
      m2 += ((a - center) * (a - center) + (b - center) * (b - center)) + ((c - center) * (c - center) + (d - center) * (d - center));
      m2 += held * held * (n * 4.0 / (n + 4.0));
      n += 4.0;
      mean += delta * (4.0 / n);
    }
    for (; i < range.y; i += step) {
      let delta = x4[run + i * stride] - mean;
      let held = delta * min(n, 1.0);
      n += 1.0;
      m2 += held * held * ((n - 1.0) / n);
      mean += delta / n;
    }
  }
  return Walked(mean, m2);
}

// The same with one element at a time.
fn walk(place: vec3<u32>) -> vec2f {
  let base = strips_kept_offset(place.x);
  let range = strips_range(place.z);
  let step = params.strips.lanes;
  let stride = params.strips.inner_stride;
  let by = step * stride;
  var n = 0.0;
  var mean = 0.0;
  var m2 = 0.0;
  for (var outer = place.y; outer < params.strips.outer; outer += params.strips.strips_outer) {
    let run = base + strips_outer_offset(outer);
    var i = range.x;
    for (; i + 7u * step < range.y; i += 8u * step) {
      let at = run + i * stride;
      let a = vec4f(x[at], x[at + by], x[at + 2u * by], x[at + 3u * by]);
      let b = vec4f(x[at + 4u * by], x[at + 5u * by], x[at + 6u * by], x[at + 7u * by]);
      let center = dot(a + b, vec4f(1.0)) * 0.125;
      let delta = center - mean;
      let held = delta * min(n, 1.0);
      m2 += dot(a - center, a - center) + dot(b - center, b - center) + held * held * (n * 8.0 / (n + 8.0));
      n += 8.0;
      mean += delta * (8.0 / n);
    }
    for (; i < range.y; i += step) {
      let delta = x[run + i * stride] - mean;
      let held = delta * min(n, 1.0);
      n += 1.0;
      m2 += held * held * ((n - 1.0) / n);
      mean += delta / n;
    }
  }
  return vec2f(mean, m2);
}

// n, mean and m2 of a strip that is read by elements, and of one that is read in fours.
fn strip_moments(place: vec3<u32>) -> vec3f {
  let walked = walk(place);
  var m2 = walked.y;
  let scale = next_scale(1.0, m2);
  if (scale > 0.0) { m2 = written(scale, strip_sum(place, walked.x, true, scale)); }
  return vec3f(f32(strip_length(place)), walked.x, m2);
}

fn along_moments(place: vec3<u32>) -> vec3f {
  let quarter = f32(strip_length(place));
  let walked = walk4(place);
  let mean = dot(walked.mean, vec4f(0.25));
  let apart = walked.mean - mean;
  var m2 = dot(walked.m2, vec4f(1.0)) + quarter * dot(apart, apart);
  let scale = next_scale(1.0, m2);
  if (scale > 0.0) { m2 = written(scale, dot(strip_sum4(place, vec4f(mean), true, vec4f(scale)), vec4f(1.0))); }
  return vec3f(4.0 * quarter, mean, m2);
}

fn leave(result: u32, found: vec3f) {
  let results = strips_count() / STRIPS_SHARED;
  partial[result] = found.x;
  partial[results + result] = found.y;
  partial[2u * results + result] = found.z;
}

@compute @workgroup_size(STRIPS_WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * STRIPS_WORKGROUP + lid.x;
  if (index < strips_count()) { leave(index, strip_moments(strips_place(index))); }
}

@compute @workgroup_size(STRIPS_WORKGROUP)
fn along(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * STRIPS_WORKGROUP + lid.x;
  if (index < strips_count()) { leave(index, along_moments(strips_place(index))); }
}

var<workgroup> parts: array<vec3f, STRIPS_WORKGROUP>;

// What STRIPS_SHARED neighbouring invocations found, joined by halves; the first one stores it.
fn shared_leave(index: u32, lane: u32, mine: vec3f) {
  parts[lane] = mine;
  for (var half = STRIPS_SHARED / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane % STRIPS_SHARED < half) { parts[lane] = joined(parts[lane], parts[lane + half]); }
  }
  if (lane % STRIPS_SHARED == 0u && index < strips_count()) { leave(index / STRIPS_SHARED, parts[lane]); }
}

@compute @workgroup_size(STRIPS_WORKGROUP)
fn wide(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * STRIPS_WORKGROUP + lid.x;
  var found = vec3f();
  if (index < strips_count()) { found = strip_moments(strips_place(index)); }
  shared_leave(index, lid.x, found);
}

@compute @workgroup_size(STRIPS_WORKGROUP)
fn wide_along(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * STRIPS_WORKGROUP + lid.x;
  var found = vec3f();
  if (index < strips_count()) { found = along_moments(strips_place(index)); }
  shared_leave(index, lid.x, found);
}

@compute @workgroup_size(STRIPS_WORKGROUP)
fn across(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * STRIPS_WORKGROUP + lid.x;
  if (index >= strips_count()) { return; }
  let place = strips_place(index);
  let n = f32(strip_length(place));
  let walked = walk4(place);
  let mean = walked.mean;
  var m2 = walked.m2;
  let scale = vec4f(next_scale(1.0, m2.x), next_scale(1.0, m2.y), next_scale(1.0, m2.z), next_scale(1.0, m2.w));
  if (any(scale > vec4f())) {
    let again = strip_sum4(place, mean, true, scale);
    let scaled = vec4f(written(scale.x, again.x), written(scale.y, again.y), written(scale.z, again.z), written(scale.w, again.w));
    m2 = select(m2, scaled, scale > vec4f());
  }
  partial4[index] = vec4f(n);
  partial4[strips_count() + index] = mean;
  partial4[2u * strips_count() + index] = m2;
}
