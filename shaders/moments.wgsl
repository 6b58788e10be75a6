// moments.wgsl: mean and squared deviations of one strip of one output an invocation, in two walks over the strip.
//   mean = Σ x / n,   m2 = Σ (x - mean)²
// ROOT: where m2 is too great or too small for a float32, the strip is walked again with scaled numbers, and -√m2 stands in its place.
// Four at once, as in reduce.wgsl: four neighbouring elements of a run (along), or four neighbouring outputs (across).
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
