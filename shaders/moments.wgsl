// moments.wgsl: mean and squared deviations of one strip of one output an invocation, in two walks over the strip.
//   mean = Σ x / n,   m2 = Σ (x - mean)²
// ROOT: where m2 is too great or too small for a float32, the strip is walked again with scaled numbers, and -√m2 stands in its place.
// Four at once, as in reduce.wgsl: four neighbouring elements of a run (along), or four neighbouring outputs (across).
// Uses: lib/strips.wgsl
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> partial: array<f32>; // [3, invocations]: n, mean, m2
@group(0) @binding(2) var<uniform> params: Params;

struct Params {
  strips: Strips,
}

// The same bindings in fours.
@group(0) @binding(0) var<storage, read> x4: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> partial4: array<vec4f>;

override ROOT: bool = false;

// Deviations times these have squares that a float32 holds, whatever they are.
const SHRINK = 8.271806125530277e-25; // 2^-80
const GROW = 1.2089258196146292e24; // 2^80
const SMALL = 1e-30; // below it, squares may be lost to a term that counts

fn infinite(x: f32) -> bool { return (bitcast<i32>(x) & 0x7fffffff) == 0x7f800000; }

// The scale of the next walk: 0 if this walk's sum of squares fits a float32, so that no other walk is needed.
fn next_scale(scale: f32, m2: f32) -> f32 {
  return select(0.0, select(select(0.0, GROW, m2 < SMALL), SHRINK, infinite(m2)), ROOT & (scale == 1.0));
}

fn written(scale: f32, m2: f32) -> f32 { return select(-sqrt(m2) / scale, m2, scale == 1.0); }

// How many elements, or fours, the strip has.
fn strip_length(place: vec3<u32>) -> u32 {
  let range = strips_range(place.z);
  let inner = (max(range.y, range.x) - range.x + params.strips.lanes - 1u) / params.strips.lanes;
  return (params.strips.outer - place.y + params.strips.strips_outer - 1u) / params.strips.strips_outer * inner;
}

// Σ scale (x - center) or the squares of these over the strip.
fn strip_sum(place: vec3<u32>, center: f32, squared: bool, scale: f32) -> f32 {
  let base = strips_kept_offset(place.x);
  let range = strips_range(place.z);
  let step = params.strips.lanes;
  let stride = params.strips.inner_stride;
  var sum = 0.0;
  for (var outer = place.y; outer < params.strips.outer; outer += params.strips.strips_outer) {
    let run = base + strips_outer_offset(outer);
    for (var i = range.x; i < range.y;) {
      let stop = min(i + STRIPS_BLOCK * step, range.y);
      var part = 0.0;
      for (; i < stop; i += step) {
        let deviation = (x[run + i * stride] - center) * scale;
        part += select(deviation, deviation * deviation, squared);
      }
      sum += part;
    }
  }
  return sum;
}

fn strip_sum4(place: vec3<u32>, center: vec4f, squared: bool, scale: vec4f) -> vec4f {
  let base = strips_kept_offset(place.x);
  let range = strips_range(place.z);
  let step = params.strips.lanes;
  let stride = params.strips.inner_stride;
  var sum = vec4f();
  for (var outer = place.y; outer < params.strips.outer; outer += params.strips.strips_outer) {
    let run = base + strips_outer_offset(outer);
    for (var i = range.x; i < range.y;) {
      let stop = min(i + STRIPS_BLOCK * step, range.y);
      var part = vec4f();
      for (; i < stop; i += step) {
        let deviation = (x4[run + i * stride] - center) * scale;
        part += select(deviation, deviation * deviation, squared);
      }
      sum += part;
    }
  }
  return sum;
}

@compute @workgroup_size(STRIPS_WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * STRIPS_WORKGROUP + lid.x;
  if (index >= strips_count()) { return; }
  let place = strips_place(index);
  let n = f32(strip_length(place));
  let mean = strip_sum(place, 0.0, false, 1.0) / max(n, 1.0);
  partial[index] = n;
  partial[strips_count() + index] = mean;
  for (var scale = 1.0; scale > 0.0;) {
    let m2 = strip_sum(place, mean, true, scale);
    partial[2u * strips_count() + index] = written(scale, m2);
    scale = next_scale(scale, m2);
  }
}

@compute @workgroup_size(STRIPS_WORKGROUP)
fn along(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * STRIPS_WORKGROUP + lid.x;
  if (index >= strips_count()) { return; }
  let place = strips_place(index);
  let n = f32(4u * strip_length(place));
  let mean = dot(strip_sum4(place, vec4f(), false, vec4f(1.0)), vec4f(1.0)) / max(n, 1.0);
  partial[index] = n;
  partial[strips_count() + index] = mean;
  for (var scale = 1.0; scale > 0.0;) {
    let m2 = dot(strip_sum4(place, vec4f(mean), true, vec4f(scale)), vec4f(1.0));
    partial[2u * strips_count() + index] = written(scale, m2);
    scale = next_scale(scale, m2);
  }
}

@compute @workgroup_size(STRIPS_WORKGROUP)
fn across(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * STRIPS_WORKGROUP + lid.x;
  if (index >= strips_count()) { return; }
  let place = strips_place(index);
  let n = f32(strip_length(place));
  let mean = strip_sum4(place, vec4f(), false, vec4f(1.0)) / max(n, 1.0);
  partial4[index] = vec4f(n);
  partial4[strips_count() + index] = mean;
  var scale = vec4f(1.0);
  for (var again = true; again;) {
    let m2 = strip_sum4(place, mean, true, scale);
    partial4[2u * strips_count() + index] = vec4f(written(scale.x, m2.x), written(scale.y, m2.y), written(scale.z, m2.z), written(scale.w, m2.w));
    let next = vec4f(next_scale(scale.x, m2.x), next_scale(scale.y, m2.y), next_scale(scale.z, m2.z), next_scale(scale.w, m2.w));
    again = any(next > vec4f());
    scale = select(scale, next, next > vec4f());
  }
}
