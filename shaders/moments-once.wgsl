// moments-once.wgsl: what moments.wgsl gives, in one walk over the strip, for GPUs, where each walk reads memory.
// With T the sum of the n elements before, and t, q the sum and the squared deviations of the next k, which are in registers:
//   m2 += q + (t / k - T / n)² n k / (n + k),   T += t,   n += k;   mean = T / n
// The first of a strip have no T / n, so their difference from it counts as 0: a square that overflows, times 0, would be NaN.
// Source: Chan, Golub & LeVeque 1979, "Updating formulae and a pairwise algorithm for computing sample variances".
// Uses: lib/strips.wgsl, lib/moments.wgsl
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> partial: array<f32>; // [3, invocations]: n, mean, m2
@group(0) @binding(2) var<uniform> params: Params;

struct Params {
  strips: Strips,
}

// The same bindings in fours.
@group(0) @binding(0) var<storage, read> x4: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> partial4: array<vec4f>;

struct Walked {
  sum: vec4f,
  m2: vec4f,
}

// Of each of the four that the strip is read in. Sums run in blocks, as in reduce.wgsl.
fn walk4(place: vec3<u32>) -> Walked {
  let base = strips_kept_offset(place.x);
  let range = strips_range(place.z);
  let step = params.strips.lanes;
  let stride = params.strips.inner_stride;
  let by = step * stride;
  var n = 0.0;
  var sum = vec4f();
  var m2 = vec4f();
  for (var outer = place.y; outer < params.strips.outer; outer += params.strips.strips_outer) {
    let run = base + strips_outer_offset(outer);
    var i = range.x;
    while (i + 3u * step < range.y) {
      let stop = min(i + 4u * STRIPS_BLOCK * step, range.y);
      var part = vec4f();
      var part2 = vec4f();
      for (; i + 3u * step < stop; i += 4u * step) {
        let at = run + i * stride;
        let a = x4[at];
        let b = x4[at + by];
        let c = x4[at + 2u * by];
        let d = x4[at + 3u * by];
        let four = (a + b) + (c + d);
        let center = four * 0.25;
        let delta = (center - (sum + part) / max(n, 1.0)) * min(n, 1.0);
        part2 += ((a - center) * (a - center) + (b - center) * (b - center)) + ((c - center) * (c - center) + (d - center) * (d - center));
        part2 += delta * delta * (n * 4.0 / (n + 4.0));
        part += four;
        n += 4.0;
      }
      sum += part;
      m2 += part2;
    }
    for (; i < range.y; i += step) {
      let a = x4[run + i * stride];
      let delta = (a - sum / max(n, 1.0)) * min(n, 1.0);
      m2 += delta * delta * (n / (n + 1.0));
      sum += a;
      n += 1.0;
    }
  }
  return Walked(sum, m2);
}

// The same with one element at a time.
fn walk(place: vec3<u32>) -> vec2f {
  let base = strips_kept_offset(place.x);
  let range = strips_range(place.z);
  let step = params.strips.lanes;
  let stride = params.strips.inner_stride;
  let by = step * stride;
  var n = 0.0;
  var sum = 0.0;
  var m2 = 0.0;
  for (var outer = place.y; outer < params.strips.outer; outer += params.strips.strips_outer) {
    let run = base + strips_outer_offset(outer);
    var i = range.x;
    while (i + 7u * step < range.y) {
      let stop = min(i + 8u * STRIPS_BLOCK * step, range.y);
      var part = 0.0;
      var part2 = 0.0;
      for (; i + 7u * step < stop; i += 8u * step) {
        let at = run + i * stride;
        let a = vec4f(x[at], x[at + by], x[at + 2u * by], x[at + 3u * by]);
        let b = vec4f(x[at + 4u * by], x[at + 5u * by], x[at + 6u * by], x[at + 7u * by]);
        let eight = dot(a + b, vec4f(1.0));
        let center = eight * 0.125;
        let delta = (center - (sum + part) / max(n, 1.0)) * min(n, 1.0);
        part2 += dot(a - center, a - center) + dot(b - center, b - center) + delta * delta * (n * 8.0 / (n + 8.0));
        part += eight;
        n += 8.0;
      }
      sum += part;
      m2 += part2;
    }
    for (; i < range.y; i += step) {
      let a = x[run + i * stride];
      let delta = (a - sum / max(n, 1.0)) * min(n, 1.0);
      m2 += delta * delta * (n / (n + 1.0));
      sum += a;
      n += 1.0;
    }
  }
  return vec2f(sum, m2);
}

@compute @workgroup_size(STRIPS_WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * STRIPS_WORKGROUP + lid.x;
  if (index >= strips_count()) { return; }
  let place = strips_place(index);
  let n = f32(strip_length(place));
  let walked = walk(place);
  let mean = walked.x / max(n, 1.0);
  var m2 = walked.y;
  var scale = next_scale(1.0, m2);
  if (scale > 0.0) { m2 = written(scale, strip_sum(place, mean, true, scale)); }
  partial[index] = n;
  partial[strips_count() + index] = mean;
  partial[2u * strips_count() + index] = m2;
}

@compute @workgroup_size(STRIPS_WORKGROUP)
fn along(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * STRIPS_WORKGROUP + lid.x;
  if (index >= strips_count()) { return; }
  let place = strips_place(index);
  let quarter = f32(strip_length(place));
  let n = 4.0 * quarter;
  let walked = walk4(place);
  let means = walked.sum / max(quarter, 1.0);
  let mean = dot(walked.sum, vec4f(1.0)) / max(n, 1.0);
  let apart = means - mean;
  var m2 = dot(walked.m2, vec4f(1.0)) + quarter * dot(apart, apart);
  let scale = next_scale(1.0, m2);
  if (scale > 0.0) { m2 = written(scale, dot(strip_sum4(place, vec4f(mean), true, vec4f(scale)), vec4f(1.0))); }
  partial[index] = n;
  partial[strips_count() + index] = mean;
  partial[2u * strips_count() + index] = m2;
}

@compute @workgroup_size(STRIPS_WORKGROUP)
fn across(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * STRIPS_WORKGROUP + lid.x;
  if (index >= strips_count()) { return; }
  let place = strips_place(index);
  let n = f32(strip_length(place));
  let walked = walk4(place);
  let mean = walked.sum / max(n, 1.0);
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
